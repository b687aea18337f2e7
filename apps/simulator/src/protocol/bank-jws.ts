import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { BankError } from './bank-error.js';
import { type JsonObject } from './body-codec.js';

/** Section c.1: what a key may sign with, and how node:crypto calls it. */
const ALGORITHMS = {
  RS256: { hash: 'sha256', type: 'rsa' },
  RS384: { hash: 'sha384', type: 'rsa' },
  RS512: { hash: 'sha512', type: 'rsa' },
  ES256: { hash: 'sha256', type: 'prime256v1' },
  ES384: { hash: 'sha384', type: 'secp384r1' },
  ES512: { hash: 'sha512', type: 'secp521r1' },
} as const;

type Algorithm = keyof typeof ALGORITHMS;

const SIGNATURE_BYTES: Readonly<Record<string, number>> = { prime256v1: 64, secp384r1: 96, secp521r1: 132 };
const SMALLEST_RSA_BITS = 2_048;
const TOLERANCE_MS = 60_000;
/** Below it a time is in seconds (section c.5, row 1). */
const FIRST_MILLISECONDS = 1_000_000_000_000;

const isAlgorithm = (alg: unknown): alg is Algorithm => typeof alg === 'string' && Object.hasOwn(ALGORITHMS, alg);

/** `rsa`, or the curve. */
const typeOf = (key: KeyObject): string | undefined =>
  key.asymmetricKeyType === 'rsa' ? 'rsa' : key.asymmetricKeyDetails?.namedCurve;

/** A merchant's public signing key: SPKI PEM or JWK. @throws Error with one sentence */
export function parseSigningKey(value: unknown): KeyObject {
  const key = readKey(value);
  const type = typeOf(key);
  if (type === 'rsa') {
    if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < SMALLEST_RSA_BITS)
      throw new Error(`must have at least ${SMALLEST_RSA_BITS} bits`);
    return key;
  }
  if (type === undefined || !Object.hasOwn(SIGNATURE_BYTES, type))
    throw new Error('must be RSA, P-256, P-384 or P-521');
  return key;
}

const readKey = (value: unknown): KeyObject => {
  try {
    if (typeof value === 'string' && value.includes('PRIVATE')) throw new Error('private');
    if (typeof value === 'object' && value !== null && 'd' in value) throw new Error('private');
    return typeof value === 'string'
      ? createPublicKey(value)
      : createPublicKey({ key: value as JsonObject, format: 'jwk' });
  } catch (error) {
    throw new Error('must be a public key: SPKI PEM or JWK', { cause: error });
  }
};

/** Which of the bank's checks a token failed; the text names it (section c.4). */
const refuse = (check: string): BankError =>
  new BankError('b_invalid_request', { httpStatus: 401, text: `JWS refused: ${check}` });

const SEGMENT = /^[A-Za-z0-9_-]+$/;

const decode = (segment: string): Buffer | undefined => {
  if (!SEGMENT.test(segment)) return undefined;
  const bytes = Buffer.from(segment, 'base64url');
  return bytes.toString('base64url') === segment ? bytes : undefined;
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

const decodeObject = (segment: string): JsonObject | undefined => {
  try {
    const bytes = decode(segment);
    const value: unknown = bytes && JSON.parse(utf8.decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
};

export interface ParsedJws {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  readonly input: Buffer;
  readonly signature: Buffer;
}

/** @throws BankError 401 `b_invalid_request`: not three segments of canonical base64url around JSON objects */
export function parseCompact(token: string): ParsedJws {
  const segments = token.trim().split('.');
  const [head = '', body = '', tail = ''] = segments;
  const header = decodeObject(head);
  const payload = decodeObject(body);
  const signature = decode(tail);
  if (segments.length !== 3 || !header || !payload || !signature) throw refuse('syntax');
  return { header, payload, input: Buffer.from(`${head}.${body}`), signature };
}

const timeOf = (ts: unknown): number => {
  const value = typeof ts === 'string' && /^\d{13}$/.test(ts) ? Number(ts) : ts;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw refuse('ts is not a number of milliseconds');
  if (value < FIRST_MILLISECONDS) throw refuse('ts is in seconds');
  return value;
};

export interface Expected {
  readonly key: KeyObject;
  /** The path that was called. */
  readonly path: string;
  /** Clocks by which `ts` may be right, epoch milliseconds. */
  readonly clocks: readonly number[];
}

/** All checks of section c.2 on a request whose `kid` is known. @throws BankError 401 `b_invalid_request` */
export function verifyRequest({ header, input, signature }: ParsedJws, { key, path, clocks }: Expected): void {
  const { alg, ts, targetUrl } = header;
  if ('crit' in header || 'b64' in header) throw refuse('crit');
  if (!isAlgorithm(alg) || ALGORITHMS[alg].type !== typeOf(key)) throw refuse('alg does not fit the key');
  const at = timeOf(ts);
  if (clocks.every((now) => Math.abs(now - at) > TOLERANCE_MS)) throw refuse('ts is more than 60 s off');
  if (targetUrl !== path) throw refuse('targetUrl is not the path');
  if (!isSignedBy({ alg, key, input, signature })) throw refuse('signature');
}

interface Signed {
  readonly alg: Algorithm;
  readonly key: KeyObject;
  readonly input: Buffer;
  readonly signature: Buffer;
}

/** EC signatures are raw r||s, never DER. */
const isSignedBy = ({ alg, key, input, signature }: Signed): boolean => {
  const { hash, type } = ALGORITHMS[alg];
  if (type === 'rsa') return verify(hash, input, key, signature);
  if (signature.length !== SIGNATURE_BYTES[type]) return false;
  return verify(hash, input, { key, dsaEncoding: 'ieee-p1363' }, signature);
};

const encode = (text: string): string => Buffer.from(text).toString('base64url');

/** An answer or callback: the header is `alg` and `kid` alone (section c.3). */
export function signCompact(
  text: string,
  { kid, privateKey }: { readonly kid: string; readonly privateKey: KeyObject },
) {
  const input = `${encode(JSON.stringify({ alg: 'ES256', kid }))}.${encode(text)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
