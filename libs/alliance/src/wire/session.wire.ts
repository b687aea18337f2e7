import { z } from 'zod';
import { readPublicJwk } from '../communication-key.js';
import { parseBankTime } from './bank-time.js';
import { optionalText, text } from './wire-member.js';

const publicJwk = z.unknown().transform((jwk, context) => {
  try {
    return readPublicJwk(jwk);
  } catch {
    context.addIssue({ code: 'custom', message: 'not a P-384 public key' });
    return z.NEVER;
  }
});

/**
 * Decrypted answer of authorize_virtual_device. `authToken` is used by no call and not kept.
 * The legacy sample names the key `serverPublicKey`. Source: bank docs, "Authentication".
 */
export const sessionWire = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && 'serverPublicKey' in value
      ? { serverPublic: value.serverPublicKey, ...value }
      : value,
  z.object({
    deviceId: text,
    refreshToken: text,
    serverPublic: publicJwk,
    tokenExpiration: optionalText,
    tokenExpirationDateTime: optionalText,
  }),
);
export type SessionWire = z.output<typeof sessionWire>;

/**
 * `tokenExpiration` first; in `tokenExpirationDateTime` four fraction digits are milliseconds and no offset is UTC.
 * Undefined where neither can be read.
 */
export function readExpiry({ tokenExpiration, tokenExpirationDateTime }: SessionWire): Date | undefined {
  return (
    parseBankTime(tokenExpiration ?? '', { zone: 'utc', fourDigitsAreMs: false }) ??
    parseBankTime(tokenExpirationDateTime ?? '', { zone: 'utc', fourDigitsAreMs: true })
  );
}
