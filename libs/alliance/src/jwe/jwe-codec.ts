import { createCipheriv, createDecipheriv, diffieHellman, type KeyObject, randomBytes } from 'node:crypto';
import { AllianceError } from '../error/alliance-error.js';
import { parseHeaderJson } from '../wire/bank-json.js';
import { type CommunicationKey, importPublicJwk, JWE_ALG, privateKeyOf, type PublicJwk } from './communication-key.js';
import { ephemeralKey } from './ephemeral-keys.js';
import { agreedKey, type Agreement } from './key-agreement.js';

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
const importedKeys = new WeakMap<PublicJwk, KeyObject>();

const WRAP = ['id-aes256-wrap', Buffer.alloc(8, 0xa6)] as const; // RFC 3394 section 2.2.3.1
const BOX = { authTagLength: 16 } as const;

/**
 * Encrypts to the recipient as a compact JWE: ECDH-ES+A256KW, A256GCM, P-384.
 * The key is imported once per `recipient` object.
 * @throws AllianceError `ALLIANCE_INVALID_KEY`
 * @example
 * const jwe = await sealJwe('{"coinAmount":500}', clientKey.publicJwk());
 * jwe.split('.').length; // => 5
 */
// eslint-disable-next-line @typescript-eslint/require-await -- failures are rejections
export async function sealJwe(plaintext: string | Uint8Array, recipient: PublicJwk): Promise<string> {
  const publicKey = importOnce(recipient);
  const { privateKey, epk } = ephemeralKey();
  const header = encode(JSON.stringify({ alg: JWE_ALG, enc: JWE_ENC, epk }));
  const [cek, iv] = [randomBytes(32), randomBytes(12)];
  const wrap = createCipheriv(WRAP[0], agreedKey(diffieHellman({ privateKey, publicKey })), WRAP[1]);
  const wrapped = Buffer.concat([wrap.update(cek), wrap.final()]);
  const cipher = createCipheriv('aes-256-gcm', cek, iv, BOX).setAAD(Buffer.from(header));
  const box = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return [header, ...[wrapped, iv, box, cipher.getAuthTag()].map(encode)].join('.');
}

/**
 * Opens a compact JWE with the first key that fits. Decryption does not authenticate the sender: anyone may encrypt to a public key.
 * @throws AllianceError `ALLIANCE_JWE_REFUSED`
 * @example
 * const jwe = await sealJwe('{"coinAmount":500}', clientKey.publicJwk());
 * new TextDecoder().decode(await openJwe(jwe, [clientKey])); // => '{"coinAmount":500}'
 */
// eslint-disable-next-line @typescript-eslint/require-await -- failures are rejections
export async function openJwe(jwe: string, keys: CommunicationKeys): Promise<Uint8Array> {
  const token = readProfile(jwe);
  for (const privateKey of [keys].flat().map(privateKeyOf)) {
    try {
      return openWith(privateKey, token);
    } catch {
      // the header names no key: try the next
    }
  }
  throw refused('undecryptable', 'it does not decrypt with the given keys');
}

function openWith(privateKey: KeyObject, { header, agreement, segments }: Token): Uint8Array {
  const [, wrapped, iv, box, tag] = segments;
  const shared = diffieHellman({ privateKey, publicKey: agreement.epk });
  const unwrap = createDecipheriv(WRAP[0], agreedKey(shared, agreement), WRAP[1]);
  const cek = Buffer.concat([unwrap.update(wrapped), unwrap.final()]);
  const decipher = createDecipheriv('aes-256-gcm', cek, iv, BOX).setAAD(Buffer.from(header)).setAuthTag(tag);
  return Buffer.concat([decipher.update(box), decipher.final()]);
}

/** Five dot-separated segments, whatever is in them. */
export const looksLikeJwe = (text: string): boolean => /^[\w-]+(?:\.[\w-]*){4}$/.test(text);

/** What a token says, checked as far as that goes without a private key. */
interface Token {
  /** As it was written: it is authenticated in that form. */
  readonly header: string;
  readonly agreement: Agreement & { readonly epk: KeyObject };
  readonly segments: readonly [header: Buffer, wrapped: Buffer, iv: Buffer, box: Buffer, tag: Buffer];
}

/**
 * Everything that can be checked without a key.
 * @throws AllianceError `ALLIANCE_JWE_REFUSED`
 */
export function readProfile(jwe: string): Token {
  if (typeof jwe !== 'string') throw refused('malformed', 'it is no text');
  if (jwe.length > MAX_JWE_BYTES) throw refused('too_large', `it exceeds ${MAX_JWE_BYTES} bytes`);
  const texts = jwe.split('.');
  if (texts.length !== SEGMENTS.length) throw refused('malformed', 'it does not have five segments');
  const segments = SEGMENTS.map((segment, index) => readSegment(texts[index] ?? '', segment));
  const header = texts[0] ?? '';
  return { header, agreement: readHeader(header), segments: segments as unknown as Token['segments'] };
}

function readSegment(text: string, { name, ...rest }: { readonly name: string; readonly bytes?: number }): Buffer {
  const decoded = Buffer.from(text, 'base64url');
  // The unused bits of the last character must be zero, or one token would have many spellings.
  if (encode(decoded) !== text) throw refused('malformed', `its ${name} is not base64url`);
  if (rest.bytes !== undefined && decoded.length !== rest.bytes) {
    throw refused('malformed', `its ${name} has ${decoded.length} bytes instead of ${rest.bytes}`);
  }
  return decoded;
}

function readHeader(segment: string): Token['agreement'] {
  if (segment.length > MAX_HEADER_LENGTH) throw refused('header', 'its header is too long');
  const header = parseHeader(segment);
  const stray = REFUSED_MEMBERS.find((member) => Object.hasOwn(header, member));
  if (stray !== undefined) throw refused('header', `its header has the member ${stray}`);
  if (header['alg'] !== JWE_ALG) throw refused('header', `its alg is not ${JWE_ALG}`);
  if (header['enc'] !== JWE_ENC) throw refused('header', `its enc is not ${JWE_ENC}`);
  try {
    const { kty, crv, x, y } = header['epk'] as Record<string, unknown>;
    const epk = importPublicJwk({ kty, crv, x, y });
    return { epk, apu: header['apu'], apv: header['apv'] };
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

function importOnce(recipient: PublicJwk): KeyObject {
  const known = importedKeys.get(recipient);
  if (known) return known;
  const key = importPublicJwk(recipient);
  importedKeys.set(recipient, key);
  return key;
}

const encode = (bytes: Buffer | string): string => Buffer.from(bytes as string).toString('base64url');

function refused(reason: string, problem: string): AllianceError {
  return new AllianceError('ALLIANCE_JWE_REFUSED', `The JWE was refused: ${problem}`, { reason });
}
