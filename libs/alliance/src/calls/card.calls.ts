import { z } from 'zod';
import { operationWire } from '../wire/operation.wire.js';
import { type CallRow, DATE, jwe, jws, MERCHANT_AND_DATE } from './call.js';
import { payee, payer, payerAndRecipient } from './customer.js';
import * as m from './members.js';

/** Kopiyky of one payout: 29,999.00 UAH. Source: bank docs, "A2C". */
const LARGEST_PAYOUT = 2_999_900;
const NUMBER = ['encryptedCardNumber'] as const;
const CARD_DATA = ['encryptedCardData'] as const;

const cardCreate = z.strictObject({
  ...m.firstStep,
  encryptedCardNumber: m.cardJwe,
  coinAmount: m.amount,
  txnType: m.noCvv.optional(),
  typeToken: m.typeToken.optional(),
  customerData: payer,
});

const transferCreate = z.strictObject({
  ...m.firstStep,
  encryptedCardNumber: m.cardJwe,
  coinAmount: m.amount,
  txnType: m.noCvv.optional(),
  typeToken: m.typeToken.optional(),
  /** Kopiyky. Required by 1.0, so always; 0 for none. */
  merchantCommission: m.amountOrZero,
  /** IBAN; the merchant's own account where absent. */
  recipientAccount: m.iban.optional(),
  customerData: payerAndRecipient,
});

const verificationCreate = z.strictObject({ ...m.firstStep, encryptedCardNumber: m.cardJwe, customerData: payer });

const payout = z.strictObject({
  merchantRequestId: m.merchantRequestId,
  encryptedCardNumber: m.cardJwe,
  coinAmount: m.amount.max(LARGEST_PAYOUT),
  comment: m.comment.optional(),
  purpose: m.purpose.optional(),
  merchantComment: m.merchantComment.optional(),
  /** IBAN to debit. */
  senderAccount: m.iban.optional(),
  customerData: payee,
  ...m.told,
});

/** Card payments in two steps: the number first, then expiry and CVV. Money moves in step 2. */
export const CARD_CALLS = {
  'h2h.purchase.create': {
    v1: jwe('/payments/v3/create/purchase'),
    v2: jws('/payments/create/purchase_v3'),
    fills: MERCHANT_AND_DATE,
    effect: 'opens',
    secret: NUMBER,
    body: cardCreate,
    answer: operationWire,
    source: 'H2H: purchase, step 1',
  },
  'h2h.purchase.execute': {
    v1: jwe('/payments/v1/execute/purchase'),
    v2: jws('/payments/execute/purchase_v1'),
    fills: DATE,
    effect: 'money',
    secret: CARD_DATA,
    body: m.cardStep,
    answer: operationWire,
    source: 'H2H: purchase, step 2',
  },
  'h2h.c2a.create': {
    v1: jwe('/payments/v3/create/card_to_account'),
    v2: jws('/payments/create/card_to_account_v3'),
    fills: MERCHANT_AND_DATE,
    effect: 'opens',
    secret: NUMBER,
    body: transferCreate,
    answer: operationWire,
    source: 'H2H: C2A, step 1',
  },
  'h2h.c2a.execute': {
    v1: jwe('/payments/v1/execute/card_to_account'),
    v2: jws('/payments/execute/card_to_account_v1'),
    fills: DATE,
    effect: 'money',
    secret: CARD_DATA,
    body: m.cardStep,
    answer: operationWire,
    source: 'H2H: C2A, step 2',
  },
  'h2h.a2c': {
    v1: jwe('/payments/v4/account_to_card'),
    v2: jws('/payments/account_to_card_v3'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: NUMBER,
    body: payout,
    answer: operationWire,
    source: 'H2H: A2C',
  },
  'h2h.verification.create': {
    v1: jwe('/payments/v1/create/verification'),
    v2: jws('/payments/create/verification_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'opens',
    secret: NUMBER,
    body: verificationCreate,
    answer: operationWire,
    source: 'H2H: account verification, step 1',
  },
  'h2h.verification.execute': {
    v1: jwe('/payments/v1/execute/verification'),
    v2: jws('/payments/execute/verification_v1'),
    fills: DATE,
    effect: 'money',
    secret: CARD_DATA,
    body: m.cardStep,
    answer: operationWire,
    source: 'H2H: account verification, step 2',
  },
} as const satisfies Record<string, CallRow>;
