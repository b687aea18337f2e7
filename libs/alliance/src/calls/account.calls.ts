import { z } from 'zod';
import { operationWire } from '../wire/operation.wire.js';
import { balanceWire, taxIdCheckWire } from './answers.js';
import { type CallRow, json, jwe, jws, MERCHANT, MERCHANT_AND_DATE, NOTHING } from './call.js';
import * as m from './members.js';

/** Refunds, questions about operations, and the merchant's own account. */
export const ACCOUNT_CALLS = {
  'h2h.refund': {
    v1: jwe('/payments/v3/refund'),
    v2: jws('/payments/refund_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: NOTHING,
    body: z.strictObject({
      /** The refund's own id, not that of the payment. */
      merchantRequestId: m.merchantRequestId,
      /** The operation to refund, not the order. */
      operationId: m.bankId,
      /** Kopiyky, whatever the currency of the order; full or partial. */
      coinAmount: m.amount,
      merchantComment: m.merchantComment.optional(),
      ...m.told,
    }),
    answer: operationWire,
    source: 'H2H: refund',
  },
  'h2h.operations.get': {
    v1: json('/payments/v1/operations'),
    v2: jws('/payments/operations_v1'),
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    /** The bank's member is `id`, not `operationId`. */
    body: z.strictObject({ id: m.bankId }),
    answer: operationWire,
    source: 'H2H: data by operation_id',
  },
  'h2h.operations.by-merchant-request-id': {
    v1: json('/payments/v1/operation/by_merchant_request_id'),
    v2: jws('/payments/operation/by_merchant_request_id_v1'),
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ merchantRequestId: m.longMerchantRequestId }),
    answer: operationWire,
    source: 'H2H: data by merchantRequestId',
  },
  'h2h.balance.get': {
    v1: json('/merchant/ecom_balance/v1/get'),
    v2: jws('/balance/get_v1'),
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({}),
    answer: balanceWire,
    source: 'H2H: balance',
  },
  /** Its 401 speaks of a hub behind the bank: no authorization of ours is meant. */
  'jws.cardholder.verify-card-inn': {
    v2: jws('/cardholder/verify_card_inn_v1'),
    fills: MERCHANT,
    effect: 'none',
    secret: ['encryptedCardNumber', 'inn'],
    body: z.strictObject({
      encryptedCardNumber: m.cardJwe,
      /** Tax id. */
      inn: z.string().regex(/^\d{10}$/, 'must be ten digits'),
      requestId: m.uuid,
      requestType: z.enum(['CREDIT', 'PAYMENT', 'BETTING']),
      /** The customer consented to the check. */
      userApproval: z.boolean(),
    }),
    answer: taxIdCheckWire,
    source: 'H2H: card belongs to tax id',
  },
} as const satisfies Record<string, CallRow>;
