import { z } from 'zod';
import { formatBankTime } from '../wire/bank-time.js';

/**
 * Not blank, and no longer than the bank takes it: in UTF-16 units, by which a letter beyond the Basic Multilingual Plane
 * counts twice. The documents say "characters"; zod alone would count such a letter once.
 */
export const text = (most: number, least = 1) =>
  z.string().min(least).max(most).refine(fits(most), `must have at most ${most} characters`);

const fits =
  (most: number) =>
  (value: string): boolean =>
    value.length <= most;

/** Our handle after a disconnect, unique per merchant. Characters: 36; 50 in recurring calls and Apple's session. */
export const merchantRequestId = text(36);
export const longMerchantRequestId = text(50);

/** 13 digits of epoch milliseconds and 11 characters `[A-Za-z0-9_-]`; opaque. */
export const bankId = text(64);
export const uuid = text(36);

/** An account's number. Characters: 34. Source: ISO 13616. */
export const iban = z.string().regex(/^[A-Z]{2}\d{2}[A-Z0-9]{1,30}$/, 'must be an IBAN');

/** Minor units of hryvnia unless said otherwise. */
export const amount = z.int().positive();
/** Minor units; 0 where nothing is charged. */
export const amountOrZero = z.int().nonnegative();

export const purpose = text(255);
export const comment = text(1000);
/**
 * The class that the documents print holds an accidental range, `'-=`: these characters are in it either way.
 * Source: bank docs, "merchantComment".
 */
const COMMENT = /^[a-zA-Z0-9 ,.;:@#$%'=+-]*$/;
const commentOf = (least: number) =>
  text(255, least).regex(COMMENT, "may hold Latin letters, digits, blanks and ,.;:@#$%'=+- alone");
export const merchantComment = commentOf(1);
/** Of an order that is paid from account to account. */
export const transferComment = commentOf(14);

/** An absolute http(s) address of at most so many characters. */
export function url(most: number) {
  return z
    .url({ protocol: /^https?$/ })
    .max(most)
    .refine(fits(most), `must have at most ${most} characters`);
}

/** Browser addresses. Characters: 1,000. */
export const browserUrl = url(1000);

/** `true` asks for a callback whose body is a JWE (Authorization 1.0 only). */
export const told = {
  /** Characters: 255, the limit of 1.0, which 2.0 takes as well. No address means no callback. */
  notificationUrl: url(255).optional(),
  notificationEncryption: z.boolean().optional(),
};

/** Goes out as `YYYY-MM-DD HH:mm:ss.SS±HH:MM`, which has four digits for a year. Source: bank docs, "Date formats". */
export const bankTime = z.date().min(new Date('2000-01-01')).max(new Date('9999-12-30')).transform(formatBankTime);

/** ISO 4217 numeric. */
export const currency = z.enum(['980', '840', '978']);

export const desiredThreeDSMode = z.enum(['MUST', 'SHOULD', 'MUST_NOT']);

declare const encryptedForBank: unique symbol;
/**
 * Compact JWE to the bank's payment key: card number, expiry and CVV, or a wallet's data, see card-data.ts.
 * Secret all the same: it is never stored or logged.
 */
export type CardJwe = string & { readonly [encryptedForBank]: true };

const COMPACT_JWE = /^[\w-]+(?:\.[\w-]*){3}\.[\w-]+$/;
export const isCompactJwe = (value: unknown): value is CardJwe => typeof value === 'string' && COMPACT_JWE.test(value);
export const cardJwe = z.custom<CardJwe>(isCompactJwe, 'must be a compact JWE to the payment key');

/** Expiry without CVV. Source: bank docs, "NONCVV". */
export const noCvv = z.literal('NONCVV');
/** The answer then carries `externalCardToken` for the customer. */
export const typeToken = z.literal('TOKEN_PER_CUSTOMER');

/** 24 characters, may begin with `-` or `_`; samples have 25. */
export const cardToken = text(64);

/** The samples leave some of these empty, although the bank refuses blank members. */
const ofBrowser = z.string().min(1);
/** Of the customer's browser, as 3-D Secure wants it. `browserTZ`: minutes, as text. */
export const browserInfo = z.strictObject({
  browserAcceptHeader: ofBrowser,
  browserUserAgent: ofBrowser,
  browserLanguage: ofBrowser,
  browserColorDepth: ofBrowser,
  browserScreenHeight: ofBrowser,
  browserScreenWidth: ofBrowser,
  browserTZ: ofBrowser,
});

/** Step 2 of what asked for 3-D Secure in step 1: there is no other reason for it. */
export const threeDsStep = z.strictObject({ operationId: bankId, browserInfo });

/** What every first step of a host-to-host payment may carry. */
export const firstStep = {
  merchantRequestId,
  desiredThreeDSMode,
  resultRedirectUrl: browserUrl.optional(),
  comment: comment.optional(),
  purpose: purpose.optional(),
  merchantComment: merchantComment.optional(),
  ...told,
};

/** Step 2 with card data: `YYMMCVV`, or `YYMM` after a first step with `txnType: "NONCVV"`. */
export const cardStep = z.strictObject({
  operationId: bankId,
  encryptedCardData: cardJwe,
  browserInfo: browserInfo.optional(),
});
