import { isFlow, LIMITS } from './claims.js';
import { tokenError } from '../error/dcm-error.js';
import { type JsonObject } from './strict-json.js';

const isText = (value: unknown): boolean => typeof value === 'string';
const isTime = (value: unknown): boolean => Number.isSafeInteger(value);
const isName = (value: unknown): boolean => typeof value === 'string' && value.length <= LIMITS.nameLength;
const isId = (value: unknown): boolean => typeof value === 'string' && value.length <= LIMITS.idLength;
const isNumber = (value: unknown): boolean => typeof value === 'number';
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

type ClaimChecks = Readonly<Record<string, (value: unknown) => boolean>>;

/** One kind of token. Its members are the arguments of checks 1 and 8 to 13. */
export interface Profile {
  readonly maxBytes: number;
  readonly required: ClaimChecks;
  readonly optional?: ClaimChecks;
  readonly flow?: true;
  /** Where the token has an `exp`. */
  readonly expires?: { readonly maxLifetimeSeconds: number };
  /** Where it has an `iat` alone. */
  readonly maxAgeSeconds?: number;
}

/** Claims that are not named here are ignored. Source: dcm reference, sections 5.1 to 5.5. */
export const PROFILES = {
  authorization: {
    maxBytes: LIMITS.headerTokenBytes,
    required: { flow: isText, obj: isName, sub: isName, iat: isTime, exp: isTime },
    flow: true,
    expires: { maxLifetimeSeconds: LIMITS.maxLifetimeSeconds },
  },
  request: {
    maxBytes: LIMITS.headerTokenBytes,
    required: { iat: isTime, jti: isId },
    maxAgeSeconds: LIMITS.requestMaxAgeSeconds,
  },
  payload: { maxBytes: LIMITS.payloadTokenBytes, required: {} },
  callback: { maxBytes: LIMITS.payloadTokenBytes, required: {} },
  order: {
    maxBytes: LIMITS.headerTokenBytes,
    required: {
      sub: isName,
      iat: isTime,
      exp: isTime,
      amt: isNumber,
      cur: isText,
      ref: isText,
      prp: isText,
      url: isText,
    },
    optional: { fri: isObject },
    expires: { maxLifetimeSeconds: Number.POSITIVE_INFINITY },
  },
} as const satisfies Record<string, Profile>;

/** Checks 8 to 13. @param now Unix seconds @throws DcmError */
export function checkClaims(claims: JsonObject, profile: Profile, now: number): void {
  checkPresence(claims, profile.required);
  checkTypes(claims, profile.required);
  if (profile.optional) checkTypes(claims, profile.optional, true);
  if (profile.flow && !isFlow(claims['flow'])) throw tokenError('DCM_FLOW_INVALID');
  if (profile.required['iat']) checkTimes(claims as { iat: number; exp: number }, profile, now);
}

function checkPresence(claims: JsonObject, required: ClaimChecks): void {
  for (const member of Object.keys(required)) {
    const value = Object.hasOwn(claims, member) ? claims[member] : undefined;
    if (value === undefined || value === null || value === '') throw tokenError('DCM_CLAIM_MISSING', { member });
  }
}

function checkTypes(claims: JsonObject, checks: ClaimChecks, optional = false): void {
  for (const [member, isOfType] of Object.entries(checks)) {
    if (optional && !Object.hasOwn(claims, member)) continue;
    if (!isOfType(claims[member])) throw tokenError('DCM_CLAIM_TYPE', { member });
  }
}

function checkTimes(
  { iat, exp }: { iat: number; exp: number },
  { expires, maxAgeSeconds }: Profile,
  now: number,
): void {
  const { skewSeconds } = LIMITS;
  if (expires && exp <= iat) throw tokenError('DCM_LIFETIME_INVALID');
  if (expires && exp - iat > expires.maxLifetimeSeconds) throw tokenError('DCM_LIFETIME_TOO_LONG');
  if (iat > now + skewSeconds) throw tokenError('DCM_ISSUED_IN_FUTURE');
  if (expires && exp <= now - skewSeconds) throw tokenError('DCM_EXPIRED');
  if (maxAgeSeconds !== undefined && now - iat > maxAgeSeconds + skewSeconds) throw tokenError('DCM_EXPIRED');
}
