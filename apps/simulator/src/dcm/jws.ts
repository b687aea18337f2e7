import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { Refusal } from './refusal.js';
import { type JsonObject, parseStrictObject } from './strict-json.js';

export interface Jws {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  readonly signingInput: string;
  /** Empty for an unsigned token. */
  readonly signature: Buffer;
}

const SEGMENT = /^[A-Za-z0-9_-]*$/;

const decode = (segment: string): Buffer | undefined => {
  if (!SEGMENT.test(segment)) return undefined;
  const bytes = Buffer.from(segment, 'base64url');
  return bytes.toString('base64url') === segment ? bytes : undefined;
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

const decodeObject = (segment: string): JsonObject | undefined => {
  const bytes = decode(segment);
  try {
    return bytes && parseStrictObject(utf8.decode(bytes));
  } catch {
    return undefined;
  }
};

/** Check 1 of section 7, but for an empty signature. @throws Refusal `malformed` */
export function parseJws(token: string, maxBytes: number): Jws {
  const segments = token.length > maxBytes ? [] : token.split('.');
  const [head = '', body = '', tail = ''] = segments;
  const header = decodeObject(head);
  const payload = decodeObject(body);
  const signature = decode(tail);
  if (segments.length !== 3 || !header || !payload || !signature) throw new Refusal('malformed');
  return { header, payload, signingInput: `${head}.${body}`, signature };
}

/** The kid of a token for the ledger, whatever else is wrong with it. */
export function kidOf(token: string): string | undefined {
  const kid = decodeObject(token.split('.', 1)[0] ?? '')?.['kid'];
  return typeof kid === 'string' ? kid.slice(0, 128) : undefined;
}

export interface Signer {
  /** Absent = none in the header (profile E as published). */
  readonly kid?: string;
  readonly privateKey: KeyObject;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signJws(claims: JsonObject, { kid, privateKey }: Signer): string {
  const header = { alg: 'RS256', ...(kid !== undefined && { kid }), typ: 'JWT' };
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

export function isSignedBy({ signingInput, signature }: Jws, { kty, n, e }: JsonObject): boolean {
  try {
    const key = createPublicKey({ key: { kty, n, e } as Record<string, string>, format: 'jwk' });
    return verify('sha256', Buffer.from(signingInput), key, signature);
  } catch {
    return false;
  }
}
