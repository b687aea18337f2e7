import { readFileSync } from 'node:fs';
import { Refusal } from './refusal.js';
import { type JsonObject } from './strict-json.js';
import { type ProfileName, verifyToken } from './verifier.js';

interface Vector {
  readonly id: string;
  readonly profile: ProfileName;
  readonly key_set: string;
  readonly token: string;
  readonly seen_jti?: readonly string[];
  readonly expect: { readonly accept: boolean; readonly reason?: string };
}

const file = JSON.parse(
  readFileSync(new URL('../../../../test/fixtures/dcm/verification-vectors.json', import.meta.url), 'utf8'),
) as { now: number; key_sets: Record<string, { keys: JsonObject[] }>; vectors: Vector[] };

const verdict = ({ profile, key_set, token, seen_jti = [] }: Vector): Vector['expect'] => {
  try {
    const keys = file.key_sets[key_set]?.keys ?? [];
    verifyToken(token, { profile, keys, now: file.now, isSeen: (_kid, jti) => seen_jti.includes(jti) });
    return { accept: true };
  } catch (error) {
    return error instanceof Refusal ? { accept: false, reason: error.check } : { accept: false };
  }
};

describe('the published vectors', () => {
  it('are all here', () => {
    expect(file.vectors).toHaveLength(48);
  });
  it.each(file.vectors.map((vector) => [vector.id, vector] as const))('%s', (_id, vector) => {
    expect(verdict(vector)).toEqual(vector.expect);
  });
});
