import { type KeyObject } from 'node:crypto';

/** The bank's six algorithms, by the key they belong to. Source: bank docs, "Authorization 2.0: keys". */
export const JWS_ALGORITHMS = {
  RS256: { keyType: 'rsa', hash: 'sha256' },
  RS384: { keyType: 'rsa', hash: 'sha384' },
  RS512: { keyType: 'rsa', hash: 'sha512' },
  ES256: { keyType: 'ec', hash: 'sha256', curve: 'prime256v1' },
  ES384: { keyType: 'ec', hash: 'sha384', curve: 'secp384r1' },
  ES512: { keyType: 'ec', hash: 'sha512', curve: 'secp521r1' },
} as const satisfies Record<string, { readonly keyType: 'rsa' | 'ec'; readonly hash: string; readonly curve?: string }>;

/** An algorithm of Authorization 2.0. */
export type JwsAlgorithm = keyof typeof JWS_ALGORITHMS;

/** Bits. The documents give no size; fewer are broken. */
const SMALLEST_RSA_KEY = 2048;

const NAMES = Object.keys(JWS_ALGORITHMS) as JwsAlgorithm[];

/** By key object: Node makes the details of a key anew whenever they are read. */
const known = new WeakMap<KeyObject, readonly JwsAlgorithm[]>();

/** What a key may sign with, its usual algorithm first; empty for a key that nobody should use. */
export function algorithmsOf(key: KeyObject): readonly JwsAlgorithm[] {
  const algorithms = known.get(key) ?? findAlgorithms(key);
  known.set(key, algorithms);
  return algorithms;
}

function findAlgorithms({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly JwsAlgorithm[] {
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < SMALLEST_RSA_KEY) return [];
  return NAMES.filter((name) => {
    const algorithm: { keyType: string; curve?: string } = JWS_ALGORITHMS[name];
    const fits = algorithm.keyType === asymmetricKeyType;
    return fits && (algorithm.curve === undefined || algorithm.curve === asymmetricKeyDetails?.namedCurve);
  });
}
