import { z } from 'zod';
import { hppOrderWire } from '../wire/hpp-order.wire.js';
import { type CallRow, json, MERCHANT, NOTHING } from './call.js';
import { payer } from './customer.js';
import * as m from './members.js';

/** Minutes. Source: bank docs, "HPP: create order". */
const LONGEST_ORDER = 1440;
const SHORTEST_TRANSFER_ORDER = 60;

const product = z.strictObject({ name: z.string(), count: z.int().positive(), sum: z.int().nonnegative() });

const order = {
  merchantRequestId: m.merchantRequestId,
  hppTryMode: z.enum(['ONE_TRY', 'MULTI_PAYMENT']).optional(),
  expirationTimeMinutes: z.int().min(1).max(LONGEST_ORDER).optional(),
  /** Minor units of `currencyCode`. */
  coinAmount: m.amount,
  currencyCode: m.currency.optional(),
  paymentMethods: z.array(z.enum(['CARD', 'APPLE_PAY', 'GOOGLE_PAY'])).min(1),
  language: z.enum(['uk', 'en', 'es', 'de', 'pl', 'fr', 'tr', 'it', 'nl', 'pt']).optional(),
  successUrl: m.browserUrl,
  failUrl: m.browserUrl,
  statusPageType: z.enum(['STATUS_TIMER_PAGE', 'STATUS_PAGE', 'STATUS_REDIRECT_MERCHANT_PAGE']),
  purpose: m.purpose.optional(),
  merchantComment: m.merchantComment.optional(),
  /** Shown on the page; known from the bank's published clients only. */
  hppPageAdditionalInfo: z.strictObject({ productsSum: z.int().nonnegative(), products: z.array(product) }).optional(),
  customerData: payer,
  ...m.told,
};
const onCardPage = { ...order, directType: z.enum(['REDIRECT', 'STATIC_LINK']).optional() };

const createOrder = z.discriminatedUnion('hppPayType', [
  z.strictObject({ hppPayType: z.literal('PURCHASE'), ...onCardPage }),
  z.strictObject({
    hppPayType: z.literal('PREAUTH'),
    ...onCardPage,
    /** When an uncaptured hold is released: 2 h to 28 days ahead. */
    preAuthExpDate: m.bankTime,
  }),
  z.strictObject({ hppPayType: z.literal('VERIFICATION'), ...onCardPage, coinAmount: z.literal(0) }),
  z.strictObject({
    hppPayType: z.literal('A2A'),
    ...order,
    directType: z.enum(['BANK_LINK', 'STATIC_LINK', 'REDIRECT']).optional(),
    currencyCode: z.literal('980').optional(),
    expirationTimeMinutes: z.int().min(SHORTEST_TRANSFER_ORDER).max(LONGEST_ORDER).optional(),
    merchantComment: m.transferComment,
    /** A code of the bank's directory; `ALL_BANKS` shows them all. */
    priorityBankCode: z.string().min(1).optional(),
    /** Category and goal of the NBU QR: one literal value. */
    paymentCategoryGoal: z.literal('MP2B/OTHR').optional(),
    generateQrNbu: z.boolean().optional(),
    editableAmount: z.boolean().optional(),
    neverExpire: z.boolean().optional(),
  }),
]);

/** Authorization 1.0 only. */
export const HOSTED_PAGE_CALLS = {
  'hpp.create-order': {
    v1: json('/hpp/v1/create-order'),
    fills: MERCHANT,
    effect: 'opens',
    secret: NOTHING,
    body: createOrder,
    answer: hppOrderWire,
    source: 'HPP: create order',
  },
  'hpp.operations': {
    v1: json('/hpp/v1/operations'),
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ hppOrderId: m.bankId }),
    answer: hppOrderWire,
    source: 'HPP: order data',
  },
} as const satisfies Record<string, CallRow>;
