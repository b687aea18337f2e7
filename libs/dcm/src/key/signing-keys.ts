import { createPrivateKey, createPublicKey, generateKeyPair, type JsonWebKey, KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { DcmError } from '../error/dcm-error.js';
import { isStrong, readRsaPublicJwk, type RsaPublicJwk, thumbprintOf } from './rsa-jwk.js';

/** One of our keys, both halves. */
export interface SigningKey {
  readonly kid: string;
  /** Of node:crypto: never exported, prints nothing of itself. */
  readonly privateKey: KeyObject;
  readonly publicJwk: RsaPublicJwk;
}

/**
 * Port: our own signing keys. Called on every token; implementations cache.
 * @example
 * class KeysOfVault extends SigningKeys {
 *   override async current(): Promise<SigningKey> {
 *     return importSigningKey(await secrets.read('dcm-signing-key'), 'live-bank');
 *   }
 *   override async all(): Promise<readonly SigningKey[]> {
 *     return [await this.current()];
 *   }
 * }
 */
export abstract class SigningKeys {
  /** The key that signs now. */
  abstract current(): Promise<SigningKey>;
  /** Every key whose tokens may still be under way, the current one included. */
  abstract all(): Promise<readonly SigningKey[]>;
}

/**
 * Keys that were read at start. The first one signs.
 * @example
 * const keys = new InMemorySigningKeys(signingKey);
 * (await keys.current()).kid; // => signingKey.kid
 */
export class InMemorySigningKeys extends SigningKeys {
  readonly #keys: readonly [SigningKey, ...SigningKey[]];

  constructor(...keys: [SigningKey, ...SigningKey[]]) {
    super();
    this.#keys = keys;
  }

  override current(): Promise<SigningKey> {
    return Promise.resolve(this.#keys[0]);
  }

  override all(): Promise<readonly SigningKey[]> {
    return Promise.resolve(this.#keys);
  }
}

const MODULUS_BITS = 2048;

/**
 * `prefix` names environment and purpose, e.g. `live-bank`: keys of one are never used for another.
 * The thumbprint makes it certain that no `kid` ever stands for two keys.
 * @example
 * kidOf('live-bank', jwk); // => `live-bank-${thumbprintOf(jwk)}`
 */
export const kidOf = (prefix: string, jwk: Pick<RsaPublicJwk, 'n' | 'e'>): string => `${prefix}-${thumbprintOf(jwk)}`;

/**
 * A key that was made and kept elsewhere.
 * @param source a private JWK, a PEM text or a KeyObject
 * @throws DcmError `DCM_INVALID_KEY` without a word of the key
 * @example
 * importSigningKey(pem, 'live-bank').kid; // => kidOf('live-bank', jwk)
 * importSigningKey('no key', 'live-bank'); // throws { code: 'DCM_INVALID_KEY' }
 */
export function importSigningKey(source: JsonWebKey | string | KeyObject, prefix: string): SigningKey {
  const privateKey = readPrivateKey(source);
  if (privateKey.type !== 'private' || !isStrong(privateKey)) throw invalid('must be private RSA of 2048 to 8192 bits');
  const { n = '', e = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const kid = kidOf(prefix, { n, e });
  return { kid, privateKey, publicJwk: readRsaPublicJwk({ kty: 'RSA', alg: 'RS256', use: 'sig', kid, n, e }) };
}

/**
 * A fresh key of 2048 bits; store it before it is registered.
 * @example
 * const { kid, publicJwk } = await generateSigningKey('live-bank');
 * kid; // => kidOf('live-bank', publicJwk)
 */
export async function generateSigningKey(prefix: string): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS });
  return importSigningKey(privateKey, prefix);
}

function readPrivateKey(source: JsonWebKey | string | KeyObject): KeyObject {
  if (source instanceof KeyObject) return source;
  try {
    return typeof source === 'string' ? createPrivateKey(source) : createPrivateKey({ key: source, format: 'jwk' });
  } catch {
    throw invalid('is no private key'); // the cause could quote the key
  }
}

function invalid(problem: string): DcmError {
  return new DcmError('DCM_INVALID_KEY', `The signing key ${problem}`, { noEffect: true });
}
