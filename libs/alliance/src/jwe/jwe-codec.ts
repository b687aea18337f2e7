import { compactDecrypt, CompactEncrypt, type CryptoKey, importJWK } from 'jose';
import { AllianceError } from '../error/alliance-error.js';
import { parseHeaderJson } from '../wire/bank-json.js';
import { type CommunicationKey, JWE_ALG, privateKeyOf, type PublicJwk, readPublicJwk } from './communication-key.js';

/** One key, or all that the sender may have encrypted to. */
export type CommunicationKeys = CommunicationKey | readonly CommunicationKey[];

const JWE_ENC = 'A256GCM';
/** Bytes of the compact text. */
const MAX_JWE_BYTES = 1024 * 1024;
/** Characters of the encoded protected header. */
const MAX_HEADER_LENGTH = 4096;
/** Decoded bytes of each segment of fixed length. Source: bank docs, JWE profile; A256KW of a 32-byte key is 40 bytes. */
const SEGMENTS = [
  { name: 'header' },
  { name: 'encrypted key', bytes: 40 },
  { name: 'iv', bytes: 12 },
  { name: 'ciphertext' },
  { name: 'tag', bytes: 16 },
] as const;
/** They change how a token is read, or bring a key along; any other member beside alg, enc and epk is of no concern. */
const REFUSED_MEMBERS = ['zip', 'crit', 'jwk', 'jku', 'x5c', 'x5u'];

/** By object: a session keeps its key object for as long as it lives. */
const importedKeys = new WeakMap<PublicJwk, Promise<CryptoKey>>();

/**
 * Encrypts to the recipient as a compact JWE: ECDH-ES+A256KW, A256GCM, P-384.
 * The key is imported once per `recipient` object.
 * @throws AllianceError `ALLIANCE_INVALID_KEY`
 */
export async function sealJwe(plaintext: string | Uint8Array, recipient: PublicJwk): Promise<string> {
  const bytes = typeof plaintext === 'string' ? new TextEncoder().encode(plaintext) : plaintext;
  return new CompactEncrypt(bytes)
    .setProtectedHeader({ alg: JWE_ALG, enc: JWE_ENC })
    .encrypt(await importOnce(recipient));
}

/**
 * Opens a compact JWE with the first key that fits. Decryption does not authenticate the sender: anyone may encrypt to a public key.
 * @throws AllianceError `ALLIANCE_JWE_REFUSED`
 */
export async function openJwe(jwe: string, keys: CommunicationKeys): Promise<Uint8Array> {
  assertProfile(jwe);
  for (const privateKey of [keys].flat().map(privateKeyOf)) {
    try {
      const { plaintext } = await compactDecrypt(jwe, privateKey, {
        keyManagementAlgorithms: [JWE_ALG],
        contentEncryptionAlgorithms: [JWE_ENC],
        maxDecompressedLength: 0,
      });
      return plaintext;
    } catch {
      // the header names no key: try the next
    }
  }
  throw refused('undecryptable', 'it does not decrypt with the given keys');
}

/** Five dot-separated segments, whatever is in them. */
export const looksLikeJwe = (text: string): boolean => /^[\w-]+(?:\.[\w-]*){4}$/.test(text);

/**
 * Everything that can be checked without a key.
 * @throws AllianceError `ALLIANCE_JWE_REFUSED`
 */
export function assertProfile(jwe: string): void {
  if (typeof jwe !== 'string') throw refused('malformed', 'it is no text');
  if (jwe.length > MAX_JWE_BYTES) throw refused('too_large', `it exceeds ${MAX_JWE_BYTES} bytes`);
  const segments = jwe.split('.');
  if (segments.length !== SEGMENTS.length) throw refused('malformed', 'it does not have five segments');
  SEGMENTS.forEach((segment, index) => {
    assertSegment(segments[index] ?? '', segment);
  });
  assertHeader(segments[0] ?? '');
}

function assertSegment(text: string, { name, ...rest }: { readonly name: string; readonly bytes?: number }): void {
  const decoded = Buffer.from(text, 'base64url');
  // The unused bits of the last character must be zero, or one token would have many spellings.
  if (decoded.toString('base64url') !== text) throw refused('malformed', `its ${name} is not base64url`);
  if (rest.bytes !== undefined && decoded.length !== rest.bytes) {
    throw refused('malformed', `its ${name} has ${decoded.length} bytes instead of ${rest.bytes}`);
  }
}

function assertHeader(segment: string): void {
  if (segment.length > MAX_HEADER_LENGTH) throw refused('header', 'its header is too long');
  const header = parseHeader(segment);
  const stray = REFUSED_MEMBERS.find((member) => Object.hasOwn(header, member));
  if (stray !== undefined) throw refused('header', `its header has the member ${stray}`);
  if (header['alg'] !== JWE_ALG) throw refused('header', `its alg is not ${JWE_ALG}`);
  if (header['enc'] !== JWE_ENC) throw refused('header', `its enc is not ${JWE_ENC}`);
  try {
    const { kty, crv, x, y } = header['epk'] as Record<string, unknown>;
    readPublicJwk({ kty, crv, x, y });
  } catch {
    throw refused('header', 'its epk is not a P-384 public key');
  }
}

function parseHeader(segment: string): Record<string, unknown> {
  try {
    const header = parseHeaderJson(Buffer.from(segment, 'base64url'));
    if (typeof header === 'object' && header !== null) return header as Record<string, unknown>;
  } catch {
    // told below, without the parser's quotation of the text
  }
  throw refused('header', 'its header is not a JSON object');
}

function importOnce(recipient: PublicJwk): Promise<CryptoKey> {
  const known = importedKeys.get(recipient);
  if (known) return known;
  if (typeof recipient !== 'object') return importPublic(recipient); // which refuses it
  const imported = importPublic(recipient);
  importedKeys.set(recipient, imported);
  return imported;
}

async function importPublic(recipient: PublicJwk): Promise<CryptoKey> {
  const key = await importJWK(readPublicJwk(recipient), JWE_ALG);
  if (key instanceof Uint8Array) throw refused('header', 'the recipient is not an EC key');
  return key;
}

function refused(reason: string, problem: string): AllianceError {
  return new AllianceError('ALLIANCE_JWE_REFUSED', `The JWE was refused: ${problem}`, { reason });
}
