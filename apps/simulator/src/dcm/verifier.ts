import { isSignedBy, type Jws, parseJws } from './jws.js';
import { type CheckName, Refusal } from './refusal.js';
import { isUsable } from './rsa-jwk.js';
import { type JsonObject } from './strict-json.js';

export const FLOWS = ['sign-in', 'sign-up', 'sign-up-processing', 'sign-up-emission'] as const;
export type Flow = (typeof FLOWS)[number];

/** Seconds, G2 and G3. */
const SKEW_S = 60;
const HEADER_TOKEN_BYTES = 8_192;
const PAYLOAD_TOKEN_BYTES = 65_536;

type ClaimType = 'text' | 'seconds' | 'number' | 'uuid';

interface Profile {
  readonly claims: Readonly<Record<string, ClaimType>>;
  /** Seconds from iat to exp at most. */
  readonly maxLifetimeS?: number;
  /** Seconds since iat at most, for a token without exp. */
  readonly maxAgeS?: number;
  readonly singleUse?: boolean;
  /** No kid is fine while the set holds one usable key (G18). */
  readonly kidOptional?: boolean;
  readonly maxBytes: number;
}

const DAY_S = 86_400;

/** Sections 5.1 to 5.5. */
export const PROFILES = {
  authorization: {
    claims: { flow: 'text', obj: 'text', sub: 'text', iat: 'seconds', exp: 'seconds' },
    maxLifetimeS: 1_200,
    maxBytes: HEADER_TOKEN_BYTES,
  },
  request: {
    claims: { iat: 'seconds', jti: 'uuid' },
    maxAgeS: 600,
    singleUse: true,
    maxBytes: HEADER_TOKEN_BYTES,
  },
  payload: { claims: {}, maxBytes: PAYLOAD_TOKEN_BYTES },
  order: {
    claims: {
      sub: 'text',
      iat: 'seconds',
      exp: 'seconds',
      amt: 'number',
      cur: 'text',
      ref: 'text',
      prp: 'text',
      url: 'text',
    },
    maxLifetimeS: 180 * DAY_S,
    maxBytes: HEADER_TOKEN_BYTES,
  },
  'callback-body': { claims: {}, kidOptional: true, maxBytes: PAYLOAD_TOKEN_BYTES },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;

export interface Verification {
  readonly profile: ProfileName;
  /** The set the channel chose, never the token. */
  readonly keys: readonly JsonObject[];
  /** Unix seconds. */
  readonly now: number;
  /** `warn` lets a lifetime above the ceiling pass (G3). */
  readonly lifetimeCheck?: 'reject' | 'warn';
  readonly isSeen?: (kid: string, jti: string) => boolean;
}

export interface Verified {
  readonly kid: string;
  readonly claims: JsonObject;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_TEXT = 500;

const TYPES: Readonly<Record<ClaimType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value.length <= MAX_TEXT,
  seconds: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number',
  uuid: (value) => typeof value === 'string' && UUID.test(value),
};

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

const checkHeader = ({ header, signature }: Jws): void => {
  if (header['alg'] !== 'RS256') throw new Refusal('alg_not_allowed');
  if (signature.length === 0) throw new Refusal('malformed');
  if (Object.hasOwn(header, 'crit')) throw new Refusal('crit_not_supported');
};

const pickKey = ({ header }: Jws, { kidOptional }: Profile, keys: readonly JsonObject[]): JsonObject => {
  const { kid } = header;
  if (kid === undefined && kidOptional) {
    const usable = keys.filter(isUsable);
    if (usable.length === 1 && usable[0]) return usable[0];
  }
  if (typeof kid !== 'string' || kid === '') throw new Refusal('kid_missing');
  const key = keys.find((candidate) => candidate['kid'] === kid);
  if (!key) throw new Refusal('kid_unknown');
  if (!isUsable(key)) throw new Refusal('key_not_usable');
  return key;
};

const checkShape = (claims: JsonObject, { claims: types }: Profile): void => {
  const entries = Object.entries(types);
  if (entries.some(([name]) => isAbsent(claims[name]))) throw new Refusal('claim_missing');
  if (entries.some(([name, type]) => !TYPES[type](claims[name]))) throw new Refusal('claim_type');
};

interface Times {
  readonly iat: number;
  readonly exp: number;
}

type Rule = readonly [CheckName, (times: Times, profile: Profile, verification: Verification) => boolean];

/** Checks 11 to 13 of section 7; true = broken. */
const TIME_RULES: readonly Rule[] = [
  ['lifetime_invalid', ({ iat, exp }, { maxLifetimeS }) => maxLifetimeS !== undefined && exp <= iat],
  [
    'lifetime_too_long',
    ({ iat, exp }, { maxLifetimeS = Infinity }, { lifetimeCheck }) =>
      lifetimeCheck !== 'warn' && exp - iat > maxLifetimeS,
  ],
  ['issued_in_future', ({ iat }, _profile, { now }) => iat > now + SKEW_S],
  ['expired', ({ exp }, { maxLifetimeS }, { now }) => maxLifetimeS !== undefined && exp <= now - SKEW_S],
  ['expired', ({ iat }, { maxAgeS = Infinity }, { now }) => now - iat > maxAgeS + SKEW_S],
];

const checkClaims = (claims: JsonObject, profile: Profile, verification: Verification): void => {
  checkShape(claims, profile);
  if (profile.claims['flow'] && !FLOWS.includes(claims['flow'] as Flow)) throw new Refusal('flow_invalid');
  if (!profile.claims['iat']) return;
  const broken = TIME_RULES.find(([, isBroken]) => isBroken(claims as unknown as Times, profile, verification));
  if (broken) throw new Refusal(broken[0]);
};

/** Section 7, in its order; the first failure decides. @throws Refusal */
export function verifyToken(token: string, verification: Verification): Verified {
  const profile: Profile = PROFILES[verification.profile];
  const jws = parseJws(token, profile.maxBytes);
  checkHeader(jws);
  const key = pickKey(jws, profile, verification.keys);
  const kid = String(key['kid']);
  if (!isSignedBy(jws, key)) throw new Refusal('signature_invalid');
  checkClaims(jws.payload, profile, verification);
  const { jti } = jws.payload;
  if (profile.singleUse && verification.isSeen?.(kid, String(jti))) throw new Refusal('replayed');
  return { kid, claims: jws.payload };
}
