import { createPublicKey, generateKeyPair, type JsonWebKey } from 'node:crypto';
import { promisify } from 'node:util';
import { CompactEncrypt, compactDecrypt, type CryptoKey, importJWK } from 'jose';

/** Compact JWE profile of section b.3: ECDH-ES+A256KW on P-384, A256GCM, no other header members. */
const ALG = 'ECDH-ES+A256KW';
const ENC = 'A256GCM';

export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-384';
  readonly x: string;
  readonly y: string;
}
export type PrivateJwk = PublicJwk & { readonly d: string };

const COORDINATE = /^[A-Za-z0-9_-]{64}$/; // exactly 48 bytes, base64url without padding

const problemOfKey = ({ kty, crv, x, y, d }: JsonWebKey): string | undefined => {
  if (kty !== 'EC') return 'kty must be "EC"';
  if (crv !== 'P-384') return 'crv must be "P-384"';
  if (!COORDINATE.test(x ?? '')) return 'x must be 48 bytes (64 base64url characters)';
  if (!COORDINATE.test(y ?? '')) return 'y must be 48 bytes (64 base64url characters)';
  return d === undefined ? undefined : 'd is present: hand over the public half only';
};

/** @throws Error with one sentence that names the bad member. */
export function parsePublicJwk(value: unknown): PublicJwk {
  if (typeof value !== 'object' || value === null) throw new Error('must be a JWK object {kty, crv, x, y}');
  const key = value as JsonWebKey;
  const problem = problemOfKey(key);
  if (problem) throw new Error(problem);
  try {
    createPublicKey({ key, format: 'jwk' });
  } catch {
    throw new Error('x and y are not a point on P-384');
  }
  return { kty: 'EC', crv: 'P-384', x: key.x ?? '', y: key.y ?? '' };
}

/** @throws Error with one sentence that names the bad member. */
export function parsePrivateJwk(value: unknown): PrivateJwk {
  const { d, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as JsonWebKey;
  if (d === undefined || !COORDINATE.test(d)) throw new Error('d must be 48 bytes (64 base64url characters)');
  return { ...parsePublicJwk(rest), d };
}

const generate = promisify(generateKeyPair);

export async function generatePrivateJwk(): Promise<PrivateJwk> {
  const { privateKey } = await generate('ec', { namedCurve: 'P-384' });
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  return { kty: 'EC', crv: 'P-384', x, y, d };
}

export const publicHalf = ({ kty, crv, x, y }: PublicJwk): PublicJwk => ({ kty, crv, x, y });

const imported = new WeakMap<PublicJwk, Promise<CryptoKey>>();

/** Each JWK object is imported once: importing on every call halves the speed. */
const importOnce = (jwk: PublicJwk): Promise<CryptoKey> => {
  const known = imported.get(jwk);
  if (known) return known;
  const key = importJWK({ ...jwk, alg: ALG });
  imported.set(jwk, key);
  return key;
};

const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { fatal: true });

/** @param header more members of the protected header; the bank itself sends none */
export async function encryptCompact(
  plaintext: string,
  recipient: PublicJwk,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new CompactEncrypt(utf8.encode(plaintext))
    .setProtectedHeader({ ...header, alg: ALG, enc: ENC })
    .encrypt(await importOnce(recipient));
}

/** @throws whatever is wrong with the JWE; the caller answers b_encryptor_failed_decrypt_message. */
export async function decryptCompact(jwe: string, key: PrivateJwk): Promise<string> {
  const { plaintext } = await compactDecrypt(jwe, await importOnce(key), {
    keyManagementAlgorithms: [ALG],
    contentEncryptionAlgorithms: [ENC],
    maxDecompressedLength: 0,
  });
  return text.decode(plaintext);
}
