import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { DcmError } from '../error/dcm-error.js';

/** The public half of an RS256 signing key. `n` and `e` in base64url without padding. */
export interface RsaPublicJwk {
  readonly kty: 'RSA';
  readonly alg: 'RS256';
  readonly use: 'sig';
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

/** Bits. Below is too weak; above, one signature costs the verifier too much. */
export const MODULUS_BITS = { min: 2048, max: 8192 } as const;
/** 65537, the only exponent. */
const EXPONENT = 'AQAB';
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;
const KID = /^[\x21-\x7e]{1,128}$/;
type Members = Readonly<Record<string, unknown>>;

/** 1 to 128 printable ASCII characters. */
export const isKid = (kid: string): boolean => KID.test(kid);

/**
 * RFC 7638, SHA-256.
 * @example
 * thumbprintOf(jwk).length; // => 43
 */
export const thumbprintOf = ({ n, e }: Pick<RsaPublicJwk, 'n' | 'e'>): string =>
  createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');

/**
 * The six public members of a JWK that DCM accepts; other public members are dropped.
 * @throws DcmError `DCM_INVALID_KEY` whose `member` names what is wrong; a private member is one of the wrongs
 * @example
 * Object.keys(readRsaPublicJwk({ ...jwk, x5t: 'dropped' })); // => ['kty', 'alg', 'use', 'kid', 'n', 'e']
 * readRsaPublicJwk({ ...jwk, d: 'secret' }); // throws { code: 'DCM_INVALID_KEY', member: 'd' }
 */
export function readRsaPublicJwk(jwk: unknown): RsaPublicJwk {
  const members = asMembers(jwk);
  const secret = PRIVATE_MEMBERS.find((member) => Object.hasOwn(members, member));
  if (secret) throw invalid(secret, 'is private and must not leave its owner');
  const { kid } = members;
  if (typeof kid !== 'string' || !isKid(kid)) throw invalid('kid', 'must be 1 to 128 printable characters');
  assertFixed(members, 'alg', 'RS256');
  assertFixed(members, 'use', 'sig');
  const { n, e } = readModulus(members);
  return { kty: 'RSA', alg: 'RS256', use: 'sig', kid, n, e };
}

/** @throws DcmError `DCM_INVALID_KEY` */
export function importPublicKey(jwk: Members): KeyObject {
  const { n, e } = readModulus(jwk);
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
}

/** Bits of an RSA key; 0 for another kind of key. */
export const modulusBits = (key: KeyObject): number =>
  key.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 0;

export const isStrong = (key: KeyObject): boolean =>
  modulusBits(key) >= MODULUS_BITS.min && modulusBits(key) <= MODULUS_BITS.max;

function readModulus(members: Members): { readonly n: string; readonly e: string } {
  if (members['kty'] !== 'RSA') throw invalid('kty', 'must be "RSA"');
  const { n, e } = members;
  if (e !== EXPONENT) throw invalid('e', `must be "${EXPONENT}"`);
  if (typeof n !== 'string') throw invalid('n', 'is missing');
  const bytes = Buffer.from(n, 'base64url');
  if (bytes.toString('base64url') !== n) throw invalid('n', 'is not base64url without padding');
  assertModulus(bytes);
  return { n, e };
}

function assertModulus(bytes: Buffer): void {
  const bits = bytes.length * 8 - Math.clz32(bytes[0] ?? 0) + 24;
  if (bytes[0] === 0) throw invalid('n', 'starts with a zero byte');
  if (bits < MODULUS_BITS.min || bits > MODULUS_BITS.max) {
    throw invalid('n', `has ${bits} bits, allowed are ${MODULUS_BITS.min} to ${MODULUS_BITS.max}`);
  }
  if (((bytes.at(-1) ?? 0) & 1) === 0) throw invalid('n', 'is even, and so no modulus');
}

function assertFixed(members: Members, member: 'alg' | 'use', value: string): void {
  if (members[member] !== value) throw invalid(member, `must be "${value}"`);
}

function asMembers(jwk: unknown): Members {
  if (typeof jwk !== 'object' || jwk === null) throw invalid('kty', 'is missing: the key is not a JSON object');
  return jwk as Members;
}

function invalid(member: string, problem: string): DcmError {
  return new DcmError('DCM_INVALID_KEY', `JWK member "${member}" ${problem}`, { member, noEffect: true });
}
