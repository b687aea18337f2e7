import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { tool, ToolError } from '../audit/tool.js';
import { inPlainWords } from './plain-words.js';
import { NotSigned } from './jws/compact-jws.js';
import { KEYS_PATH } from './proof-texts.js';
import { proofKeySet, type ProofKeySet } from './statement.js';
import { readProof } from './verify-proof.js';

const verifyInput = z.strictObject({
  file: z.string().min(1),
  keys: z.unknown().optional(),
});

export const VERIFY = tool({
  cli: {
    name: 'proof verify',
    help: `Check the proof of a payment, without a network and without a database, and say what it says. The file is what GET /v1/payments/{id}/proof answered, or "-"; the keys are what the gateway shows at ${KEYS_PATH}. Exit code 0: it is whole and signed with one of these keys.`,
    args: ['file'],
    options: { keys: { flag: 'keys', as: 'json_file' } },
  },
  input: verifyInput,
  run: ({ file, keys }, { print }) => {
    try {
      const proof = readProof(textOf(file), keys === undefined ? undefined : keySetOf(keys));
      const { kid, key, statement } = proof;
      for (const line of inPlainWords(proof)) print(line);
      print('');
      if (!key) {
        print(`NOT CHECKED: this is what the file says, signed with the key ${kid.replaceAll(/[^\w-]/gu, '?')}.`);
        print(`Whose key that is only its owner can say: get ${statement.keys.replaceAll(/[^\x21-\x7e]/gu, '?')}`);
        print('from somebody whom you trust, and name it with --keys.');
        return Promise.resolve(1);
      }
      const since = key.retiredAt === null ? '' : `, which signs nothing any more since ${key.retiredAt}`;
      print(`PROVEN: nothing was changed since it was signed, with the key ${key.kid}${since}.`);
      return Promise.resolve(0);
    } catch (error) {
      if (!(error instanceof NotSigned)) throw error;
      print(`NOT PROVEN: ${error.message}.`);
      return Promise.resolve(1);
    }
  },
});

/** @throws ToolError */
function textOf(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch {
    throw new ToolError(`${path} cannot be read`);
  }
}

/** A set may hold keys for other purposes, too. @throws NotSigned */
function keySetOf(value: unknown): ProofKeySet {
  const { keys } = z.object({ keys: z.array(z.unknown()) }).safeParse(value).data ?? {};
  const read = keys?.flatMap((key) => proofKeySet.shape.keys.element.safeParse(key).data ?? []);
  if (!read || read.length === 0) throw new NotSigned('the file of keys holds no key of proofs');
  return { keys: read };
}
