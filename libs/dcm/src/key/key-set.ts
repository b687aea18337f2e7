import { type KeyObject } from 'node:crypto';
import { importPublicKey } from './rsa-jwk.js';

/** A key of a set, by its name. */
export interface VerificationKey {
  readonly kid: string;
  /** Absent where the key is in the set but must not verify: weak, not RSA, or meant for something else. */
  readonly key?: KeyObject;
}

/**
 * Whose keys a channel takes. Chosen by the channel, never by the token.
 * @example
 * const merchant: Signer = { name: 'merchant-uid', keys: new FixedKeySet([jwk]) };
 * const { ref } = await verifier.order(token, (sub) => (sub === merchant.name ? merchant : undefined));
 */
export abstract class KeySet {
  /** May fetch, and then waits for a bounded time. */
  abstract find(kid: string): VerificationKey | undefined | Promise<VerificationKey | undefined>;
  /** What is known without a fetch. */
  abstract peek(kid: string): VerificationKey | undefined;
  /** The one key of a set in which exactly one is usable. */
  abstract onlyUsable(): VerificationKey | undefined;
}

/**
 * Keys that are known beforehand.
 * @example
 * new FixedKeySet([jwk]).find(jwk.kid)?.kid; // => jwk.kid
 * new FixedKeySet([]).find(jwk.kid); // => undefined
 */
export class FixedKeySet extends KeySet {
  readonly #keys: ReadonlyMap<string, VerificationKey>;

  /** @param jwks the members of a JWK Set's `keys`; those without a `kid` are left out */
  constructor(jwks: readonly unknown[]) {
    super();
    this.#keys = importKeys(jwks);
  }

  override find(kid: string): VerificationKey | undefined {
    return this.#keys.get(kid);
  }

  override peek(kid: string): VerificationKey | undefined {
    return this.#keys.get(kid);
  }

  override onlyUsable(): VerificationKey | undefined {
    return theOnlyUsable(this.#keys);
  }
}

/** Of two keys with one `kid` the usable one counts; of two usable ones neither, for nothing says which is meant. */
export function importKeys(jwks: readonly unknown[]): Map<string, VerificationKey> {
  const keys = new Map<string, VerificationKey>();
  for (const jwk of jwks) {
    const read = importKey(jwk);
    if (!read) continue;
    const known = keys.get(read.kid);
    if (known?.key && read.key) keys.set(read.kid, { kid: read.kid });
    else if (!known?.key) keys.set(read.kid, read);
  }
  return keys;
}

export function theOnlyUsable(keys: ReadonlyMap<string, VerificationKey>): VerificationKey | undefined {
  const usable = [...keys.values()].filter(({ key }) => key);
  return usable.length === 1 ? usable[0] : undefined;
}

/** Check 6 of the verification, done once for each key. Key objects are made here and kept. */
function importKey(jwk: unknown): VerificationKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const { kid, alg = 'RS256', use = 'sig', ...material } = jwk as Record<string, unknown>;
  if (typeof kid !== 'string' || kid === '') return undefined;
  if (alg !== 'RS256' || use !== 'sig') return { kid };
  try {
    return { kid, key: importPublicKey(material) };
  } catch {
    return { kid };
  }
}
