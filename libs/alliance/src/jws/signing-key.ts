import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { AllianceError } from '../error/alliance-error.js';
import { algorithmsOf, type JwsAlgorithm } from './algorithms.js';

/** The bank's id of the key, and the algorithm where the key leaves a choice. */
export interface SigningKeyOptions {
  /** The bank's id of the key, a UUID. */
  readonly kid: string;
  /** Default: ES256, ES384 or ES512 by the curve, RS256 for RSA. */
  readonly alg?: JwsAlgorithm;
}

let readPrivateKey: (key: SigningKey) => KeyObject;

/** The merchant's private key of Authorization 2.0. It never prints itself. */
export class SigningKey {
  readonly #privateKey: KeyObject;
  readonly kid: string;
  readonly alg: JwsAlgorithm;

  static {
    readPrivateKey = (key) => {
      if (#privateKey in key) return key.#privateKey;
      throw invalid('was imported by another copy of this library, or is none');
    };
  }

  private constructor(privateKey: KeyObject, kid: string, alg: JwsAlgorithm) {
    this.#privateKey = privateKey;
    this.kid = kid;
    this.alg = alg;
  }

  /**
   * Reads a PEM (PKCS#8, SEC1 or PKCS#1) or a private JWK.
   * @throws AllianceError `ALLIANCE_INVALID_KEY`, without a word of the key
   * @example
   * const key = SigningKey.import(pem, { kid: '9a3f6e6d-4f56-4b8b-99d3-24db19f54d8a' });
   */
  static import(material: string | JsonWebKey, { kid, alg }: SigningKeyOptions): SigningKey {
    if (typeof kid !== 'string' || kid === '') throw invalid('needs the id that the bank gave it');
    const key = importPrivate(material);
    const possible = algorithmsOf(key);
    const chosen = alg ?? possible[0];
    if (chosen === undefined) throw invalid('is of a kind or size that the bank does not take');
    if (!possible.includes(chosen)) throw invalid(`cannot sign with ${chosen}`);
    return new SigningKey(key, kid, chosen);
  }

  /** SPKI PEM of the public half, for the bank. */
  publicPem(): string {
    return createPublicKey(this.#privateKey).export({ type: 'spki', format: 'pem' }).toString();
  }

  toString(): string {
    return `SigningKey(${this.kid}, ${this.alg})`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** For the codec alone; not exported by the door. */
export const privateKeyOf = (key: SigningKey): KeyObject => readPrivateKey(key);

function importPrivate(material: string | JsonWebKey): KeyObject {
  try {
    return typeof material === 'string'
      ? createPrivateKey({ key: material, format: 'pem' })
      : createPrivateKey({ key: material, format: 'jwk' });
  } catch {
    throw invalid('cannot be read'); // OpenSSL's own text quotes what it read
  }
}

const invalid = (problem: string): AllianceError =>
  new AllianceError('ALLIANCE_INVALID_KEY', `The signing key ${problem}`, { noEffect: true });
