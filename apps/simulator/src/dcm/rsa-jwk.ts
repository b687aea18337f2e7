import { refuse } from './refusal.js';
import { isObject, type JsonObject } from './strict-json.js';

/** A type, so that a list of them is a key set of plain objects too. */
export type RsaJwk = {
  readonly kty: 'RSA';
  readonly alg: 'RS256';
  readonly use: 'sig';
  readonly kid: string;
  /** base64url without padding, 2048 to 8192 bits. */
  readonly n: string;
  readonly e: 'AQAB';
};

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const MIN_BITS = 2048;
const MAX_BITS = 8192;
const PRINTABLE = /^[\u0020-\u007e]{1,128}$/;

/** Bits of the modulus; 0 when it is not canonical base64url without padding and leading zeros. */
export function modulusBits(n: unknown): number {
  if (typeof n !== 'string') return 0;
  const bytes = Buffer.from(n, 'base64url');
  const [first = 0] = bytes;
  if (first === 0 || bytes.toString('base64url') !== n) return 0;
  return bytes.length * 8 - (Math.clz32(first) - 24);
}

const isOdd = (n: string): boolean => ((Buffer.from(n, 'base64url').at(-1) ?? 0) & 1) === 1;

const isGoodModulus = (n: unknown): boolean => {
  const bits = modulusBits(n);
  return bits >= MIN_BITS && bits <= MAX_BITS && isOdd(String(n));
};

type Rule = readonly [member: keyof RsaJwk, isGood: (value: unknown) => boolean, otherwise: string];

/** Section 6.1. */
const RULES: readonly Rule[] = [
  ['kty', (value) => value === 'RSA', 'must be RSA'],
  ['alg', (value) => value === 'RS256', 'must be RS256'],
  ['use', (value) => value === 'sig', 'must be sig'],
  ['kid', (value) => typeof value === 'string' && PRINTABLE.test(value), 'must be 1 to 128 printable characters'],
  ['n', isGoodModulus, 'must be an odd modulus of 2048 to 8192 bits in base64url without padding'],
  ['e', (value) => value === 'AQAB', 'must be AQAB'],
];

const problemOf = (data: JsonObject): string | undefined => {
  const secret = PRIVATE_MEMBERS.find((name) => Object.hasOwn(data, name));
  if (secret !== undefined) return `data.${secret} is private and must not be sent`;
  const broken = RULES.find(([name, isGood]) => !isGood(data[name]));
  if (!broken) return undefined;
  const [name, , otherwise] = broken;
  return `data.${name} ${data[name] === undefined ? 'is missing' : otherwise}`;
};

/** Only the six public members are kept. @throws WireError 400 */
export function parseBankJwk(data: unknown): RsaJwk {
  if (!isObject(data)) throw refuse(400, 'invalid jwk: data is missing');
  const problem = problemOf(data);
  if (problem !== undefined) throw refuse(400, `invalid jwk: ${problem}`);
  const { kid, n } = data as unknown as RsaJwk;
  return { kty: 'RSA', alg: 'RS256', use: 'sig', kid, n, e: 'AQAB' };
}

/** Check 6 of section 7: a key set may hold keys that are not for us. */
export const isUsable = ({ kty, alg = 'RS256', use = 'sig', n, e }: JsonObject): boolean =>
  kty === 'RSA' && alg === 'RS256' && use === 'sig' && isGoodModulus(n) && e === 'AQAB';
