import { isDeepStrictEqual } from 'node:util';
import { parseStrictJson } from '#libs/strict-json';
import { type CompactJws, NotSigned, readCompact } from './jws/compact-jws.js';
import {
  type PaymentProof,
  type ProofKey,
  type ProofKeySet,
  type ProofStatement,
  proofStatement,
} from './statement.js';

/** What a file says, and by which key; `key` is undefined where nobody has said whose keys are to be trusted. */
export interface ReadProof {
  readonly statement: ProofStatement;
  readonly kid: string;
  readonly key: ProofKey | undefined;
}

/** Two processes' clocks, and a proof that was begun before the key was given up. Milliseconds. */
const AFTER_RETIREMENT_MS = 5 * 60_000;

/**
 * @param text the file: a proof as the API answers it, or its compact JWS alone
 * @param keys undefined: only what it says is read, and nothing is proven
 * @throws NotSigned
 */
export function readProof(text: string, keys: ProofKeySet | undefined): ReadProof {
  const { jws, shown } = partsOf(text.trim());
  const key = keys && keyOf(jws, keys);
  if (key && !jws.isSignedBy(key))
    throw new NotSigned('the signature does not fit: the file was changed, or never signed');
  const statement = jsonOf(new TextDecoder('utf-8').decode(jws.payload), 'what was signed');
  if (shown !== undefined && !isDeepStrictEqual(shown, statement))
    throw new NotSigned('what it shows under "statement" is not what was signed');
  const read = proofStatement.safeParse(statement);
  if (!read.success) throw new NotSigned('what was signed is no statement that this version knows');
  if (key) checkAge(read.data, key);
  return { statement: read.data, kid: jws.kid, key };
}

function partsOf(text: string): { readonly jws: CompactJws; readonly shown: unknown } {
  if (!text.startsWith('{')) return { jws: readCompact(text), shown: undefined };
  const file = jsonOf(text, 'the file') as Readonly<Record<keyof PaymentProof, unknown>>;
  if (file.object !== 'payment_proof') throw new NotSigned('it is no proof of a payment');
  if (typeof file.jws !== 'string') throw new NotSigned('it has no "jws"');
  if (file.statement === undefined) throw new NotSigned('it has no "statement"');
  return { jws: readCompact(file.jws), shown: file.statement };
}

function jsonOf(text: string, what: string): unknown {
  try {
    return parseStrictJson(text);
  } catch {
    throw new NotSigned(`${what} is no JSON, or has a member twice`);
  }
}

function keyOf({ kid }: CompactJws, { keys }: ProofKeySet): ProofKey {
  const key = keys.find((one) => one.kid === kid);
  if (!key) throw new NotSigned(`it was signed with the key ${printable(kid)}, which is not in the key set`);
  return key;
}

function checkAge({ issuedAt }: ProofStatement, { kid, retiredAt }: ProofKey): void {
  if (retiredAt === null || Date.parse(issuedAt) <= Date.parse(retiredAt) + AFTER_RETIREMENT_MS) return;
  throw new NotSigned(`it says to be of ${issuedAt}, and the key ${kid} was given up at ${retiredAt}`);
}

/** What a stranger wrote goes to a terminal. */
const printable = (text: string): string => text.replaceAll(/[^\w-]/gu, '?').slice(0, 80);
