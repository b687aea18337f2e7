import { z } from 'zod';
import { type PublicJwk, readPublicJwk, tidyJwk } from '../jwe/communication-key.js';
import { type BankTimeRule, parseBankTime } from './bank-time.js';
import { text } from './wire-member.js';

/**
 * Decrypted answer of authorize_virtual_device. `authToken` is used by no call and not kept.
 * The legacy sample names the key `serverPublicKey`. Source: bank docs, "Authentication".
 */
export const sessionWire = z
  .object({
    deviceId: text,
    refreshToken: text,
    serverPublic: z.unknown().optional(),
    serverPublicKey: z.unknown().optional(),
    tokenExpiration: z.unknown().optional(),
    tokenExpirationDateTime: z.unknown().optional(),
  })
  .transform(({ serverPublic, serverPublicKey, ...session }, context) => {
    const key = readServerKey(serverPublic) ?? readServerKey(serverPublicKey);
    if (key) return { ...session, serverPublic: key };
    context.addIssue({ code: 'custom', message: 'no P-384 public key of the bank' });
    return z.NEVER;
  });
export type SessionWire = z.output<typeof sessionWire>;

function readServerKey(jwk: unknown): PublicJwk | undefined {
  try {
    return readPublicJwk(tidyJwk(jwk));
  } catch {
    return undefined;
  }
}

/**
 * `tokenExpiration` first; in `tokenExpirationDateTime` four fraction digits are milliseconds and no offset is UTC.
 * Undefined where neither can be read.
 */
export function readExpiry({ tokenExpiration, tokenExpirationDateTime }: SessionWire): Date | undefined {
  return (
    readTime(tokenExpiration, { zone: 'utc', fourDigitsAreMs: false }) ??
    readTime(tokenExpirationDateTime, { zone: 'utc', fourDigitsAreMs: true })
  );
}

/** Digits alone are Unix time: ten of seconds, thirteen of milliseconds. */
function readTime(value: unknown, rule: BankTimeRule): Date | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const written = String(value).trim();
  if (/^\d{10}$/u.test(written)) return new Date(Number(written) * 1000);
  return /^\d{13}$/u.test(written) ? new Date(Number(written)) : parseBankTime(written, rule);
}
