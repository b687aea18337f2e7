import { type KeyObject, sign, verify } from 'node:crypto';
import { AllianceError } from '../error/alliance-error.js';
import { parseHeaderJson } from '../wire/bank-json.js';
import { algorithmsOf, JWS_ALGORITHMS } from './algorithms.js';
import { privateKeyOf, type SigningKey } from './signing-key.js';

/** Bytes of the compact text. */
const MAX_JWS_BYTES = 1024 * 1024;
/** Characters of the encoded protected header. */
const MAX_HEADER_LENGTH = 4096;
/** Members that carry or fetch a key, or change what is signed: never obeyed, so refused. */
const REFUSED_MEMBERS = ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit', 'b64', 'zip'];

/** What a signature says beside the body. */
export interface SignatureFacts {
  /** Path alone, e.g. `/ecom/jws/payments/refund_v1`. */
  readonly targetUrl: string;
  /** The bank takes a signature for 60 s before and after this moment. */
  readonly now: Date;
  /** The header's time as text instead of a number: one page of the documents shows it. */
  readonly tsAsText?: boolean;
}

/** What a bank's token says about itself; nothing of it is verified. */
export interface JwsHeader {
  readonly alg: string;
  readonly kid: string;
}

/**
 * Headers of tokens that were verified, by their text: the bank's stays the same for as long as its key does, and reading
 * one anew costs 4 µs of 25. Only a verified token adds to them, so that nobody else decides what is kept.
 */
const verifiedHeaders = new Map<string, JwsHeader>();
/** A bank has few keys. */
const MAX_VERIFIED_HEADERS = 32;

/** Public keys of the bank by their id. */
export type BankKeyResolver = (kid: string) => Promise<KeyObject>;

/** An EC signature as two numbers of fixed length, not in DER. Source: RFC 7518 section 3.4. RSA takes no notice. */
const FIXED_LENGTH = { dsaEncoding: 'ieee-p1363' } as const;

/**
 * Signs a body as a compact JWS. Sign right before sending, and again for every attempt. It stays on the calling thread,
 * as {@link openJws} does: the thread pool would cost more than an EC signature takes.
 * @example
 * const token = signJws('{"coinAmount":500}', signingKey, { targetUrl: '/ecom/jws/payments/refund_v1', now: new Date() });
 * token.split('.').length; // => 3
 */
export function signJws(payload: string, key: SigningKey, facts: SignatureFacts): string {
  const ts = facts.now.getTime();
  const header = { alg: key.alg, kid: key.kid, ts: facts.tsAsText ? String(ts) : ts, targetUrl: facts.targetUrl };
  const signed = `${encode(JSON.stringify(header))}.${encode(payload)}`;
  const signature = sign(JWS_ALGORITHMS[key.alg].hash, Buffer.from(signed), {
    key: privateKeyOf(key),
    ...FIXED_LENGTH,
  });
  return `${signed}.${signature.toString('base64url')}`;
}

/**
 * Verifies a token of the bank and gives its payload. The algorithm must belong to the type of the bank's key, so that
 * neither `none` nor a MAC over the public key can pass. A signature is authentic, yet it may be a replay, and one
 * payload has many valid spellings: never tell tokens apart by their text.
 * @throws AllianceError `ALLIANCE_JWS_REFUSED`; whatever `resolve` throws
 * @example
 * const payload = await openJws(token, (kid) => bankKeyOf(kid));
 */
export async function openJws(token: string, resolve: BankKeyResolver): Promise<Uint8Array> {
  const { header, payload, signature } = readJws(token);
  const key = await resolve(header.kid);
  const alg = algorithmsOf(key).find((possible) => possible === header.alg);
  if (!alg) throw refused('alg', 'its alg does not belong to the key');
  const signed = Buffer.from(token.slice(0, token.lastIndexOf('.')));
  if (!verify(JWS_ALGORITHMS[alg].hash, signed, { key, ...FIXED_LENGTH }, signature)) {
    throw refused('signature', 'its signature is not that of the key');
  }
  keepHeader(token, header);
  return payload;
}

function keepHeader(token: string, header: JwsHeader): void {
  const text = token.slice(0, token.indexOf('.'));
  if (verifiedHeaders.has(text)) return;
  if (verifiedHeaders.size >= MAX_VERIFIED_HEADERS) verifiedHeaders.clear();
  verifiedHeaders.set(text, header);
}

const encode = (text: string): string => Buffer.from(text).toString('base64url');

/** Three dot-separated segments, whatever is in them. */
export const looksLikeJws = (text: string): boolean => /^[\w-]+\.[\w-]*\.[\w-]*$/.test(text);

interface Token {
  readonly header: JwsHeader;
  readonly payload: Buffer;
  readonly signature: Buffer;
}

/**
 * Everything that can be checked without a key.
 * @throws AllianceError `ALLIANCE_JWS_REFUSED`
 */
export function readJws(token: string): Token {
  if (token.length > MAX_JWS_BYTES) throw refused('too_large', `it exceeds ${MAX_JWS_BYTES} bytes`);
  const segments = token.split('.');
  if (segments.length !== 3) throw refused('malformed', 'it does not have three segments');
  const [head, payload, signature] = segments as [string, string, string];
  const header = verifiedHeaders.get(head) ?? readHeader(head);
  return { header, payload: decode(payload), signature: decode(signature) };
}

function decode(segment: string): Buffer {
  const decoded = Buffer.from(segment, 'base64url');
  if (segment === '' || decoded.toString('base64url') !== segment)
    throw refused('malformed', 'a segment is not base64url');
  return decoded;
}

function readHeader(segment: string): JwsHeader {
  const bytes = decode(segment);
  if (segment.length > MAX_HEADER_LENGTH) throw refused('header', 'its header is too long');
  const header = parseHeader(bytes);
  const stray = REFUSED_MEMBERS.find((member) => Object.hasOwn(header, member));
  if (stray !== undefined) throw refused('header', `its header has the member ${stray}`);
  const { alg, kid } = header;
  if (typeof alg !== 'string') throw refused('header', 'its header names no alg');
  if (typeof kid !== 'string' || kid === '') throw refused('header', 'its header names no kid');
  return { alg, kid };
}

function parseHeader(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const header = parseHeaderJson(bytes);
    if (typeof header === 'object' && header !== null) return header as Record<string, unknown>;
  } catch {
    // told below, without the parser's quotation of the text
  }
  throw refused('header', 'its header is not a JSON object');
}

export function refused(reason: string, problem: string): AllianceError {
  return new AllianceError('ALLIANCE_JWS_REFUSED', `The JWS was refused: ${problem}`, { reason });
}
