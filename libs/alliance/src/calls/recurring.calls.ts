import { z } from 'zod';
import * as a from './answers.js';
import { type CallRow, jws, MERCHANT, MERCHANT_AND_DATE, NOTHING } from './call.js';
import { payer } from './customer.js';
import * as m from './members.js';
import { applePaymentToken, googleEnvironment, googlePaymentData } from './wallet.members.js';

interface Numbers {
  readonly paymentNumberFrom: number;
  readonly paymentNumberTo: number;
}

/** Source: bank docs, "Recurring payment: rules". */
function areConsecutive(rules: readonly Numbers[]): boolean {
  return rules.every(({ paymentNumberFrom: from, paymentNumberTo: to }, index) => {
    const before = rules[index - 1]?.paymentNumberTo ?? 0;
    return from === before + 1 && to >= from;
  });
}

/** Consecutive payment numbers that share an interval and an amount. */
const rule = z.strictObject({
  paymentNumberFrom: z.int().min(1),
  paymentNumberTo: z.int().min(1),
  intervalValue: z.int().min(1),
  intervalUnit: z.enum(['DAY', 'WEEK', 'MONTH']),
  coinAmount: m.amount,
  currency: z.string().regex(/^\d{3}$/, 'must be an ISO 4217 number'),
});
const rules = z.array(rule).min(1).refine(areConsecutive, 'must cover consecutive payment numbers from 1 on');
/** Card networks' category of the agreement. */
const category = z.enum(['C103', 'M103']);
const name = m.text(150);
const description = m.text(255).optional();
const validity = { appliesDateTimeFrom: m.bankTime.optional(), appliesDateTimeTo: m.bankTime.optional() };
const planId = m.uuid;
const versionId = z.int().min(1);

const subscription = {
  planId,
  merchantRequestId: m.longMerchantRequestId,
  purpose: m.purpose.optional(),
  merchantComment: m.merchantComment.optional(),
  customerData: payer,
  ...m.told,
};
/** With a hosted page for the first payment, or without. */
const createSubscription = z.union([
  z.strictObject({
    ...subscription,
    directType: z.literal('REDIRECT'),
    hppPaymentMethods: z.array(z.enum(['CARD', 'APPLE_PAY', 'GOOGLE_PAY', 'TOKEN'])).min(1),
    /** camelCase here, upper snake case in hpp.create-order. */
    statusPageType: z.enum(['statusTimerPage', 'statusRedirectMerchantPage', 'statusPage']),
    successUrl: m.browserUrl,
    failUrl: m.browserUrl,
  }),
  z.strictObject(subscription),
]);

const initial = {
  merchantRequestId: m.merchantRequestId,
  /** `hppOrderId` of the subscription. */
  orderId: m.bankId,
  browserInfo: m.browserInfo,
  desiredThreeDSMode: m.desiredThreeDSMode,
  resultRedirectUrl: m.browserUrl.optional(),
  comment: m.comment.optional(),
  purpose: m.purpose.optional(),
  merchantComment: m.merchantComment.optional(),
};
const initialPayment = z.discriminatedUnion('paymentMethodType', [
  z.strictObject({
    paymentMethodType: z.literal('CARD'),
    ...initial,
    encryptedCardNumber: m.cardJwe,
    encryptedCardData: m.cardJwe,
  }),
  z.strictObject({ paymentMethodType: z.literal('TOKEN'), ...initial, token: m.cardToken }),
  z.strictObject({ paymentMethodType: z.literal('APPLE_PAY_ENCRYPTED'), ...initial, paymentToken: applePaymentToken }),
  z.strictObject({ paymentMethodType: z.literal('APPLE_PAY_DECRYPTED'), ...initial, paymentDataEncrypted: m.cardJwe }),
  z.strictObject({
    paymentMethodType: z.literal('GOOGLE_PAY_ENCRYPTED'),
    ...initial,
    googlePayPaymentData: googlePaymentData,
    environment: googleEnvironment,
  }),
  z.strictObject({ paymentMethodType: z.literal('GOOGLE_PAY_DECRYPTED'), ...initial, paymentDataEncrypted: m.cardJwe }),
]);

const sought = z.string().min(1);
/** `LIKE` searches free text and names no field. */
const filtersOn = <Field extends string>(fields: readonly [Field, ...Field[]]) =>
  z
    .array(
      z.union([
        z.strictObject({ operator: z.literal('LIKE'), value: sought }),
        z.strictObject({
          field: z.enum(fields),
          operator: z.enum(['IN', 'GTE', 'LTE', 'EQUALS']),
          value: z.union([sought, z.array(sought).min(1)]),
        }),
      ]),
    )
    .min(1)
    .optional();
const PLAN_FIELDS = ['status', 'planId', 'name', 'description', 'categorySubcategoryIndicator', 'createdAt'] as const;
const PAYMENT_FIELDS = ['id', 'orderId', 'planId', 'status', 'executionAt'] as const;

/** Authorization 2.0 only. A plan has versions, a subscription follows a plan, the bank charges by itself. */
export const RECURRING_CALLS = {
  'recurring.plan.create': {
    v2: jws('/scheduled_payments/plan/create_v1'),
    fills: MERCHANT,
    effect: 'opens',
    secret: NOTHING,
    body: z.strictObject({ name, categorySubcategoryIndicator: category, description, rules, ...validity }),
    answer: a.planCreatedWire,
    source: 'Recurring payment: create plan and version',
  },
  'recurring.plan.update': {
    v2: jws('/scheduled_payments/plan/update_v1'),
    fills: MERCHANT,
    effect: 'state',
    secret: NOTHING,
    body: z.strictObject({
      planId,
      name: name.optional(),
      description,
      categorySubcategoryIndicator: category.optional(),
      /** With rules a new version begins. */
      rules: rules.optional(),
      ...validity,
    }),
    answer: a.planUpdatedWire,
    source: 'Recurring payment: edit plan and add version',
  },
  'recurring.plan.status-update': {
    v2: jws('/scheduled_payments/plan/status_update_v1'),
    fills: NOTHING,
    effect: 'state',
    secret: NOTHING,
    body: z.strictObject({ planId, status: z.enum(['ACTIVE', 'PAUSED', 'CANCELED']) }),
    answer: a.planStatusWire,
    source: 'Recurring payment: change plan status',
  },
  'recurring.plan.get': {
    v2: jws('/scheduled_payments/plan/get_v1'),
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ planId }),
    answer: a.planWire,
    source: 'Recurring payment: plan data',
  },
  'recurring.plan.search': {
    v2: jws('/scheduled_payments/plan/search_v1'),
    fills: MERCHANT,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ filters: filtersOn(PLAN_FIELDS) }),
    answer: a.plansWire,
    source: 'Recurring payment: all plans',
  },
  'recurring.version.update': {
    v2: jws('/scheduled_payments/plan/version/update_v1'),
    fills: NOTHING,
    effect: 'state',
    secret: NOTHING,
    body: z.strictObject({ planId, versionId, infiniteVersion: z.boolean().optional(), ...validity }),
    answer: a.versionUpdatedWire,
    source: 'Recurring payment: edit version',
  },
  'recurring.version.delete': {
    v2: jws('/scheduled_payments/plan/version/delete_v1'),
    fills: NOTHING,
    effect: 'state',
    secret: NOTHING,
    body: z.strictObject({ planId, versionId }),
    answer: a.versionDeletedWire,
    source: 'Recurring payment: delete version',
  },
  'recurring.subscription.create': {
    v2: jws('/scheduled_payments/subscription-orders/create_v1'),
    fills: MERCHANT,
    effect: 'opens',
    secret: NOTHING,
    body: createSubscription,
    answer: a.subscriptionWire,
    source: 'Recurring payment: create subscription',
  },
  'recurring.subscription.cancel': {
    v2: jws('/scheduled_payments/subscription-orders/cancel_v1'),
    fills: NOTHING,
    effect: 'state',
    secret: NOTHING,
    body: z.strictObject({ hppOrderId: m.bankId }),
    answer: a.subscriptionCanceledWire,
    source: 'Recurring payment: cancel subscription',
  },
  'recurring.payment.initial': {
    v2: jws('/scheduled_payments/payments/initial_subscription_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: [
      'encryptedCardNumber',
      'encryptedCardData',
      'paymentToken',
      'paymentDataEncrypted',
      'googlePayPaymentData',
    ],
    body: initialPayment,
    answer: a.startedWire,
    source: 'Recurring payment: first payment',
  },
  'recurring.payment.force': {
    v2: jws('/scheduled_payments/payments/recurring_subscription_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: NOTHING,
    body: z.strictObject({
      merchantRequestId: m.merchantRequestId,
      scheduledPaymentId: m.uuid,
      merchantComment: m.merchantComment.optional(),
    }),
    answer: a.startedWire,
    source: 'Recurring payment: forced payment',
  },
  'recurring.payments.search': {
    v2: jws('/scheduled_payments/payments/scheduled/search_v1'),
    fills: MERCHANT,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ filters: filtersOn(PAYMENT_FIELDS) }),
    answer: a.scheduledPaymentsWire,
    source: 'Recurring payment: payments',
  },
} as const satisfies Record<string, CallRow>;
