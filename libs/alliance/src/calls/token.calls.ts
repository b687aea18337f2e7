import { z } from 'zod';
import { operationWire } from '../wire/operation.wire.js';
import { tokenListWire, tokenUpdatedWire, tokenWire } from './answers.js';
import { type CallRow, DATE, json, jwe, jws, MERCHANT_AND_DATE, NOTHING } from './call.js';
import { payer, payerAndRecipient } from './customer.js';
import * as m from './members.js';

const CVV = ['cvv'] as const;
const customerId = m.text(255);

const charge = { ...m.firstStep, token: m.cardToken, coinAmount: m.amount };
const transfer = {
  ...charge,
  typeToken: m.typeToken.optional(),
  /** Kopiyky. */
  merchantCommission: m.amountOrZero.optional(),
  recipientAccount: m.iban.optional(),
};
/** With the CVV, or expressly without: the tables demand it although NONCVV exists. */
const withCvv = { cvv: m.cardJwe, txnType: z.undefined().optional() };
const withoutCvv = { cvv: z.undefined().optional(), txnType: m.noCvv };

/** Saved cards and payments with them. Without 3-D Secure the money moves in step 1. */
export const TOKEN_CALLS = {
  'h2h.token.create': {
    v1: json('/token/v1/create'),
    v2: jws('/token/create_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'opens',
    secret: ['encryptedCardNumber', 'encryptedExpDate'],
    body: z.strictObject({
      merchantRequestId: m.merchantRequestId,
      customerId,
      encryptedCardNumber: m.cardJwe,
      /** `YYMM`. */
      encryptedExpDate: m.cardJwe,
    }),
    answer: tokenWire,
    source: 'H2H: token, create',
  },
  'h2h.token.get': {
    v1: json('/token/v1/get'),
    v2: jws('/token/get_v1'),
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ token: m.cardToken }),
    answer: tokenListWire,
    source: 'H2H: token, data',
  },
  'h2h.token.list-by-customer': {
    v1: json('/token/v1/list/by-customer-id'),
    v2: jws('/token/list/by-customer-id_v1'),
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ customerId }),
    answer: tokenListWire,
    source: 'H2H: token, list by customer',
  },
  'h2h.token.state-update': {
    v1: json('/token/v1/state/update'),
    v2: jws('/token/state/update_v1'),
    fills: NOTHING,
    effect: 'state',
    secret: NOTHING,
    body: z.strictObject({ token: m.cardToken, state: z.enum(['ACTIVE', 'SUSPENDED', 'DELETED']) }),
    answer: tokenUpdatedWire,
    source: 'H2H: token, change of status',
  },
  'h2h.token.purchase': {
    v1: jwe('/payments/v1/token_purchase'),
    v2: jws('/payments/token_purchase_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: CVV,
    body: z.union([
      z.strictObject({ ...charge, ...withCvv, customerData: payer }),
      z.strictObject({ ...charge, ...withoutCvv, customerData: payer }),
    ]),
    answer: operationWire,
    source: 'H2H: token, purchase, step 1',
  },
  'h2h.token.purchase-3ds': {
    v1: jwe('/payments/v1/purchase/token_3ds'),
    v2: jws('/payments/purchase/token_3ds_v1'),
    fills: DATE,
    effect: 'money',
    secret: NOTHING,
    body: m.threeDsStep,
    answer: operationWire,
    source: 'H2H: token, purchase, step 2',
  },
  'h2h.token.c2a': {
    v1: jwe('/payments/v1/token_card_2_terminal'),
    v2: jws('/payments/token_card_2_terminal_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: CVV,
    body: z.union([
      z.strictObject({ ...transfer, ...withCvv, customerData: payerAndRecipient }),
      z.strictObject({ ...transfer, ...withoutCvv, customerData: payerAndRecipient }),
    ]),
    answer: operationWire,
    source: 'H2H: token, C2A, step 1',
  },
  'h2h.token.c2a-3ds': {
    v1: jwe('/payments/v1/card_2_terminal/token_3ds'),
    v2: jws('/payments/card_2_terminal/token_3ds_v1'),
    fills: DATE,
    effect: 'money',
    secret: NOTHING,
    body: m.threeDsStep,
    answer: operationWire,
    source: 'H2H: token, C2A, step 2',
  },
} as const satisfies Record<string, CallRow>;
