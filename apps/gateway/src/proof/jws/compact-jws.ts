import { createHash, createPublicKey, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto';
import { parseStrictJson } from '#libs/strict-json';

/** Every JOSE library and OpenSSL have it. Source: RFC 7518 section 3.4. */
export const PROOF_ALG = 'ES256';
/** So that no token of another purpose passes for a proof. Source: RFC 8725 section 3.11. */
const TYPE = 'payment-proof+json';

/** Public half of a key on P-256. */
export interface PublicKeyOfProofs {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** Why something is no signed proof, in words for whoever holds the file. */
export class NotSigned extends Error {
  override readonly name = 'NotSigned';
}

/** The bytes that were signed, and the key that is said to have signed them. Nothing of it is proven before `isSignedBy`. */
export interface CompactJws {
  readonly kid: string;
  readonly payload: Uint8Array;
  readonly isSignedBy: (key: PublicKeyOfProofs) => boolean;
}

/** Source: RFC 7515 section 7.1. */
export function signCompact(payload: string, key: KeyObject, kid: string): string {
  const header = JSON.stringify({ alg: PROOF_ALG, kid, typ: TYPE });
  const signed = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** @throws NotSigned */
export function readCompact(text: string): CompactJws {
  const parts = text.split('.');
  const [header, payload, signature] = parts.map(bytesOf);
  if (parts.length !== 3 || !header || !payload || !signature)
    throw new NotSigned('the signature is not written as a compact JWS');
  const { alg, kid, typ, ...others } = headerOf(header);
  if (alg !== PROOF_ALG) throw new NotSigned(`it is not signed with ${PROOF_ALG}, with which all proofs are`);
  if (typ !== TYPE) throw new NotSigned('what is signed is no proof of a payment');
  if (typeof kid !== 'string') throw new NotSigned('it does not name the key that signed it');
  const [other] = Object.keys(others);
  if (other !== undefined) throw new NotSigned('its header says more than that of a proof');
  const signed = Buffer.from(text.slice(0, text.lastIndexOf('.')));
  return {
    kid,
    payload,
    isSignedBy: (jwk) => {
      const key = publicKeyOf(jwk);
      return key !== undefined && verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
    },
  };
}

/** Source: RFC 7638. */
export function thumbprintOf({ crv, kty, x, y }: PublicKeyOfProofs): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

/** @returns undefined for numbers that are no point of the curve */
function publicKeyOf({ kty, crv, x, y }: PublicKeyOfProofs): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty, crv, x, y } satisfies JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** Only as it is written by the rules: bits that a decoder drops would be another text with the same signature. */
function bytesOf(part: string): Uint8Array | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.length > 0 && bytes.toString('base64url') === part ? bytes : undefined;
}

function headerOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const header = parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Readonly<Record<string, unknown>>;
  } catch {
    // said below
  }
  throw new NotSigned('its header is no JSON object');
}
