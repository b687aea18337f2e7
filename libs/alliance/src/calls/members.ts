import { z } from 'zod';
import { formatBankTime } from '../wire/bank-time.js';

/** Our handle after a disconnect, unique per merchant. Characters: 36; 50 in recurring calls and Apple's session. */
export const merchantRequestId = z.string().min(1).max(36);
export const longMerchantRequestId = z.string().min(1).max(50);

/** 13 digits of epoch milliseconds and 11 characters `[A-Za-z0-9_-]`; opaque. */
export const bankId = z.string().min(1).max(64);
export const uuid = z.string().min(1).max(36);

/** Minor units of hryvnia unless said otherwise. */
export const amount = z.int().positive();
/** Minor units; 0 where nothing is charged. */
export const amountOrZero = z.int().nonnegative();

export const purpose = z.string().min(1).max(255);
export const comment = z.string().min(1).max(1000);
export const merchantComment = z.string().min(1).max(255);

/** Browser addresses. Characters: 1,000. */
export const browserUrl = z.url({ protocol: /^https?$/ }).max(1000);

/** `true` asks for a callback whose body is a JWE (Authorization 1.0 only). */
export const told = {
  /** Characters: 255, the limit of 1.0, which 2.0 takes as well. No address means no callback. */
  notificationUrl: z
    .url({ protocol: /^https?$/ })
    .max(255)
    .optional(),
  notificationEncryption: z.boolean().optional(),
};

/** Goes out as `YYYY-MM-DD HH:mm:ss.SS±HH:MM`. Source: bank docs, "Date formats". */
export const bankTime = z.date().transform(formatBankTime);

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
export const cardToken = z.string().min(1).max(64);

/** Of the customer's browser, as 3-D Secure wants it. `browserTZ`: minutes, as text. */
export const browserInfo = z.strictObject({
  browserAcceptHeader: z.string(),
  browserUserAgent: z.string(),
  browserLanguage: z.string(),
  browserColorDepth: z.string(),
  browserScreenHeight: z.string(),
  browserScreenWidth: z.string(),
  browserTZ: z.string(),
});

/** Step 2 of what asked for 3-D Secure in step 1. */
export const threeDsStep = z.strictObject({ operationId: bankId, browserInfo: browserInfo.optional() });

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
