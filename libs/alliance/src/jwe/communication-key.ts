import { createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { AllianceError } from '../error/alliance-error.js';

/** The public half of a P-384 key, coordinates in base64url without padding. */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-384';
  readonly x: string;
  readonly y: string;
}

export const JWE_ALG = 'ECDH-ES+A256KW';
/** Bytes of a P-384 coordinate. Source: bank docs, "Keys"; RFC 7518 section 6.2.1.2. */
const COORDINATE_BYTES = 48;

type Member = 'kty' | 'crv' | 'alg' | 'use' | 'x' | 'y' | 'd';
type Members = Partial<Record<Member, unknown>>;

/** `required`: false where the bank's own keys are printed without the member. */
const FIXED_MEMBERS = [
  { member: 'kty', value: 'EC', required: true },
  { member: 'crv', value: 'P-384', required: true },
  { member: 'alg', value: JWE_ALG, required: false },
  { member: 'use', value: 'enc', required: false },
] as const;

let readPrivateKey: (key: CommunicationKey) => KeyObject;

/**
 * The merchant's private P-384 key. It never prints itself and cannot be exported.
 * @example
 * const key = await CommunicationKey.import(privateJwk);
 * String(key); // => `CommunicationKey(${key.thumbprint})`
 */
export class CommunicationKey {
  readonly #privateKey: KeyObject;
  readonly #publicJwk: PublicJwk;
  /** RFC 7638, SHA-256, of the public half. */
  readonly thumbprint: string;

  static {
    readPrivateKey = (key) => {
      if (#privateKey in key) return key.#privateKey;
      const problem = 'the communication key was imported by another copy of this library, or is none';
      throw new AllianceError('ALLIANCE_INVALID_KEY', problem, { reason: 'foreign_key', noEffect: true });
    };
  }

  private constructor(privateKey: KeyObject, publicJwk: PublicJwk) {
    this.#privateKey = privateKey;
    this.#publicJwk = publicJwk;
    this.thumbprint = thumbprintOf(publicJwk);
  }

  /** @throws AllianceError `ALLIANCE_INVALID_KEY` whose `member` names what is wrong */
  // eslint-disable-next-line @typescript-eslint/require-await -- failures are rejections, as they have always been
  static async import(jwk: unknown): Promise<CommunicationKey> {
    const publicJwk = readPublicJwk(jwk);
    const d = readCoordinate(jwk as Members, 'd');
    if (!d.matches(publicJwk)) throw invalid('d', 'does not belong to the point (x, y)');
    const privateKey = createPrivateKey({ key: { ...publicJwk, d: d.text }, format: 'jwk' });
    return new CommunicationKey(privateKey, publicJwk);
  }

  publicJwk(): PublicJwk {
    return { ...this.#publicJwk };
  }

  toString(): string {
    return `CommunicationKey(${this.thumbprint})`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** For the codec alone; not exported by the door. @throws AllianceError `ALLIANCE_INVALID_KEY` for no key of ours */
export const privateKeyOf = (key: CommunicationKey): KeyObject => readPrivateKey(key);

/**
 * The four public members of a JWK whose point lies on P-384. Other members are dropped.
 * @throws AllianceError `ALLIANCE_INVALID_KEY`
 * @example
 * Object.keys(readPublicJwk(privateJwk)); // => ['kty', 'crv', 'x', 'y']
 * readPublicJwk({ kty: 'RSA' }); // throws { code: 'ALLIANCE_INVALID_KEY', member: 'kty' }
 */
export function readPublicJwk(jwk: unknown): PublicJwk {
  const point = readPoint(jwk);
  importPoint(point);
  return point;
}

/** Reads and imports in one. @throws AllianceError `ALLIANCE_INVALID_KEY` */
export const importPublicJwk = (jwk: unknown): KeyObject => importPoint(readPoint(jwk));

function readPoint(jwk: unknown): PublicJwk {
  if (typeof jwk !== 'object' || jwk === null) throw invalid('kty', 'is missing: the key is not a JSON object');
  const members = jwk as Members;
  for (const { member, value, required } of FIXED_MEMBERS) {
    const found = members[member];
    if (found === value || (found === undefined && !required)) continue;
    throw invalid(member, `must be "${value}"`);
  }
  return { kty: 'EC', crv: 'P-384', x: readCoordinate(members, 'x').text, y: readCoordinate(members, 'y').text };
}

/**
 * A key that the bank hands out, with what it may write differently put right: other members, a key printed as text,
 * base64 instead of base64url, leading zeros left out. Whether it is a P-384 key, `readPublicJwk` says.
 */
export function tidyJwk(jwk: unknown): unknown {
  const read: unknown = typeof jwk === 'string' ? JSON.parse(jwk) : jwk;
  if (typeof read !== 'object' || read === null) return read;
  const { kty, crv, x, y } = read as Members;
  return { kty, crv, x: tidyCoordinate(x), y: tidyCoordinate(y) };
}

function tidyCoordinate(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  const bytes = Buffer.from(text, 'base64url'); // reads both alphabets, with and without padding
  if (bytes.length === 0 || bytes.length > COORDINATE_BYTES) return text;
  return Buffer.concat([Buffer.alloc(COORDINATE_BYTES - bytes.length), bytes]).toString('base64url');
}

/**
 * RFC 7638, SHA-256, in base64url: tells one key from another, whatever else its JWK says.
 * @example
 * thumbprintOf(readPublicJwk(privateJwk)); // => clientKey.thumbprint
 */
export function thumbprintOf({ crv, kty, x, y }: PublicJwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

function readCoordinate(members: Members, member: 'x' | 'y' | 'd') {
  const text = members[member];
  if (typeof text !== 'string') throw invalid(member, 'is missing');
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw invalid(member, 'is not base64url without padding');
  if (bytes.length !== COORDINATE_BYTES) {
    throw invalid(member, `has ${bytes.length} bytes, P-384 needs ${COORDINATE_BYTES}`);
  }
  return { text, matches: (point: PublicJwk) => isScalarOf(bytes, point) };
}

function isScalarOf(scalar: Buffer, { x, y }: PublicJwk): boolean {
  const ecdh = createECDH('secp384r1');
  try {
    ecdh.setPrivateKey(scalar);
  } catch {
    return false; // zero, or not below the order of the curve
  }
  const uncompressed = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return ecdh.getPublicKey().equals(uncompressed);
}

/** OpenSSL takes no point that is off the curve. */
function importPoint(point: PublicJwk): KeyObject {
  try {
    return createPublicKey({ key: { ...point }, format: 'jwk' });
  } catch {
    throw invalid('y', 'does not lie on P-384 together with x');
  }
}

function invalid(member: Member, problem: string): AllianceError {
  return new AllianceError('ALLIANCE_INVALID_KEY', `JWK member "${member}" ${problem}`, { member, noEffect: true });
}
