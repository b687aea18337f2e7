import { z } from 'zod';
import { operationWire } from '../wire/operation.wire.js';
import { type CallRow, DATE, jwe, jws, MERCHANT_AND_DATE, NOTHING } from './call.js';
import { payer } from './customer.js';
import * as m from './members.js';
import { applePaymentToken, googleEnvironment, googlePaymentData } from './wallet.members.js';

const hold = {
  ...m.firstStep,
  txnType: m.noCvv.optional(),
  typeToken: z.enum(['NO_TOKEN', 'TOKEN_PER_CUSTOMER']).optional(),
  /** When an uncaptured hold is released: 2 h to 28 days ahead. */
  preAuthExpDate: m.bankTime,
  customerData: payer,
};
const coinAmount = m.amount;

/** Which members a hold needs follows from what is paid with. Source: bank docs, "Preauthorization". */
const createHold = z.discriminatedUnion('paymentMethodType', [
  z.strictObject({ paymentMethodType: z.literal('CARD'), ...hold, coinAmount, encryptedCardNumber: m.cardJwe }),
  z
    .strictObject({
      ...{ paymentMethodType: z.literal('TOKEN'), ...hold, coinAmount, token: m.cardToken },
      /** The tables demand it although NONCVV exists. */
      cvv: m.cardJwe.optional(),
    })
    .refine(({ cvv, txnType }) => cvv !== undefined || txnType !== undefined, 'must have the cvv, or txnType NONCVV'),
  z.strictObject({ paymentMethodType: z.literal('APPLE_PAY_ENCRYPTED'), ...hold, paymentToken: applePaymentToken }),
  z.strictObject({ paymentMethodType: z.literal('APPLE_PAY_DECRYPTED'), ...hold, paymentDataEncrypted: m.cardJwe }),
  z.strictObject({
    paymentMethodType: z.literal('GOOGLE_PAY_ENCRYPTED'),
    ...hold,
    coinAmount,
    googlePayPaymentData: googlePaymentData,
    environment: googleEnvironment,
  }),
  z.strictObject({
    paymentMethodType: z.literal('GOOGLE_PAY_DECRYPTED'),
    ...hold,
    coinAmount,
    paymentDataEncrypted: m.cardJwe,
  }),
]);

/** Holds and their capture. Without 3-D Secure everything but a card is held in step 1. */
export const HOLD_CALLS = {
  'h2h.preauth.create': {
    v1: jwe('/payments/v1/create/preauth'),
    v2: jws('/payments/preauth/create_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: ['encryptedCardNumber', 'cvv', 'paymentToken', 'paymentDataEncrypted', 'googlePayPaymentData'],
    body: createHold,
    answer: operationWire,
    source: 'H2H: preauthorization, step 1',
  },
  'h2h.preauth.execute': {
    v1: jwe('/payments/v1/execute/preauth'),
    v2: jws('/payments/preauth/execute_v1'),
    fills: DATE,
    effect: 'money',
    secret: ['encryptedCardData'],
    /** `encryptedCardData` for a card; the others come here for 3-D Secure alone. */
    body: z.union([m.cardStep, m.threeDsStep]),
    answer: operationWire,
    source: 'H2H: preauthorization, step 2',
  },
  'h2h.preauth.completion': {
    v1: jwe('/payments/v1/completion'),
    v2: jws('/payments/preauth/completion_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: NOTHING,
    body: z.strictObject({
      merchantRequestId: m.merchantRequestId,
      /** `operationId` of the hold. */
      originalOperationId: m.bankId,
      /** Within 20 % of the hold, up or down. */
      coinAmount,
      merchantComment: m.merchantComment.optional(),
      comment: m.comment.optional(),
      purpose: m.purpose.optional(),
      ...m.told,
    }),
    answer: operationWire,
    source: 'H2H: completion',
  },
} as const satisfies Record<string, CallRow>;
