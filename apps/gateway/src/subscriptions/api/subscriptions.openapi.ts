import { openTo } from '../../accounts/scopes.js';
import {
  answer,
  type ApiDescription,
  body,
  type Json,
  pathParameter,
  queryParameters,
} from '../../docs/api-description.js';
import { READING } from '../../http/http-problem.js';
import { IDEMPOTENCY_KEY, REPLAYED, WRITING } from '../../payments/api/payments.openapi.js';
import { problems } from './plans.openapi.js';
import {
  changeSubscription,
  confirmSubscription,
  createSubscription,
  listSubscriptions,
  scheduledPaymentList,
  scheduledPaymentView,
  type ScheduledPaymentView,
  subscriptionPage,
  subscriptionView,
  type SubscriptionView,
} from './subscription.dto.js';

const ID = 'sub_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f';
const PLAN_ID = 'plan_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f';
const SUBSCRIPTION_ID = pathParameter('id', ID);
const SCHEDULED_ID = pathParameter('scheduledId', 'f9c67467-aade-4af6-9c11-25677dc654b1');

const SUBSCRIPTION: SubscriptionView = {
  object: 'subscription',
  id: ID,
  status: 'requires_action',
  planId: PLAN_ID,
  paymentMethod: { type: 'hosted_page' },
  nextAction: { type: 'redirect', url: 'https://pay.bank.example/pay?hpp_id=1783608520205P81ch623POH' },
  redirectUrl: 'https://pay.bank.example/pay?hpp_id=1783608520205P81ch623POH',
  failureCode: null,
  change: { type: 'create', status: 'succeeded', failureCode: null },
  livemode: false,
  reference: 'member-7',
  description: 'Coffee every month',
  returnUrl: 'https://shop.example/thanks',
  metadata: {},
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:01.000Z',
};
const SCHEDULED: ScheduledPaymentView = {
  object: 'scheduled_payment',
  id: 'f9c67467-aade-4af6-9c11-25677dc654b1',
  number: 2,
  status: 'charged',
  bankStatus: 'SUCCESS',
  amount: 19_900,
  currency: 'UAH',
  executionAt: '2026-02-28T12:00:00.000Z',
  retryAt: null,
  retries: 0,
  paymentId: 'pay_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  proven: true,
};
const JWE = `${'e'.repeat(20)}.${'k'.repeat(54)}.${'i'.repeat(16)}.${'c'.repeat(22)}.${'t'.repeat(22)}`;
const CONFIRM = {
  encryptedNumber: JWE,
  encryptedData: JWE,
  browser: {
    ...{ acceptHeader: 'text/html', userAgent: 'Mozilla/5.0', language: 'uk-UA', colorDepth: 24 },
    ...{ screenHeight: 1080, screenWidth: 1920, timeZoneOffset: -120 },
  },
};

/** The routes below /v1/subscriptions. */
export const describeSubscriptions = (): ApiDescription => ({
  tags: ['Subscriptions'],
  paths: { ...listPaths(), ...subscriptionPaths(), ...scheduledPaths() },
  incoming: {
    CreateSubscription: createSubscription,
    ConfirmSubscription: confirmSubscription,
    ChangeSubscription: changeSubscription,
  },
  outgoing: {
    Subscription: subscriptionView,
    SubscriptionPage: subscriptionPage,
    ScheduledPayment: scheduledPaymentView,
    ScheduledPaymentList: scheduledPaymentList,
  },
  examples: {
    CreateSubscription: {
      planId: PLAN_ID,
      customer: { id: 'customer-7' },
      paymentMethod: { type: 'hosted_page' },
      returnUrl: 'https://shop.example/thanks',
      reference: 'member-7',
    },
    ConfirmSubscription: CONFIRM,
    ChangeSubscription: {},
    Subscription: SUBSCRIPTION,
    ScheduledPayment: SCHEDULED,
  },
});

const CHANGING = [
  'SUBSCRIPTION_NOT_FOUND',
  'SUBSCRIPTION_NOT_CHANGEABLE',
  'RECURRING_REQUEST_OPEN',
  'RECURRING_UNAVAILABLE',
] as const;
const CHANGED = {
  200: answer('Subscription', 'As it is now; `change` says whether the bank took it.', REPLAYED),
  202: answer('Subscription', 'Recorded, but the bank has not answered yet: poll the subscription.'),
};

const listPaths = (): Json => ({
  '/v1/subscriptions': {
    post: {
      tags: ['Subscriptions'],
      operationId: 'createSubscription',
      security: openTo('subscriptions'),
      summary: 'Begin a subscription: the customer makes the first charge, the bank all others',
      parameters: [IDEMPOTENCY_KEY],
      requestBody: body('CreateSubscription'),
      responses: {
        201: answer('Subscription', 'See `nextAction`: a page of the bank, or the card to confirm with.', REPLAYED),
        202: answer('Subscription', 'Recorded, but the bank has not answered yet: poll the subscription.'),
        ...problems('PLAN_NOT_FOUND', 'PLAN_NOT_ACTIVE', 'RECURRING_UNAVAILABLE', ...WRITING),
      },
    },
    get: {
      tags: ['Subscriptions'],
      operationId: 'listSubscriptions',
      security: openTo('subscriptions', 'read'),
      summary: 'List subscriptions, newest first',
      parameters: queryParameters(listSubscriptions),
      responses: {
        200: answer('SubscriptionPage', 'A page.'),
        ...problems('VALIDATION_FAILED', 'CURSOR_INVALID', ...READING),
      },
    },
  },
});

const subscriptionPaths = (): Json => ({
  '/v1/subscriptions/{id}': {
    get: {
      tags: ['Subscriptions'],
      operationId: 'getSubscription',
      security: openTo('subscriptions', 'read'),
      summary: 'Read a subscription',
      parameters: [SUBSCRIPTION_ID],
      responses: { 200: answer('Subscription', 'As it is now.'), ...problems(...READING, 'SUBSCRIPTION_NOT_FOUND') },
    },
  },
  '/v1/subscriptions/{id}/confirm': {
    post: {
      tags: ['Subscriptions'],
      operationId: 'confirmSubscription',
      security: openTo('subscriptions'),
      summary: 'Make the first charge with a card from your own page',
      parameters: [SUBSCRIPTION_ID, IDEMPOTENCY_KEY],
      requestBody: body('ConfirmSubscription'),
      responses: { ...CHANGED, ...problems(...CHANGING, ...WRITING) },
    },
  },
  '/v1/subscriptions/{id}/cancel': {
    post: {
      tags: ['Subscriptions'],
      operationId: 'cancelSubscription',
      security: openTo('subscriptions'),
      summary: 'End a subscription: nothing that is planned is charged any more',
      parameters: [SUBSCRIPTION_ID, IDEMPOTENCY_KEY],
      requestBody: body('ChangeSubscription'),
      responses: { ...CHANGED, ...problems(...CHANGING, ...WRITING) },
    },
  },
});

const scheduledPaths = (): Json => ({
  '/v1/subscriptions/{id}/scheduled-payments': {
    get: {
      tags: ['Subscriptions'],
      operationId: 'listScheduledPayments',
      security: openTo('subscriptions', 'read'),
      summary: 'List what the bank plans and has charged, in the order of time',
      parameters: [SUBSCRIPTION_ID],
      responses: {
        200: answer('ScheduledPaymentList', 'As the bank last showed it.'),
        ...problems(...READING, 'SUBSCRIPTION_NOT_FOUND'),
      },
    },
  },
  '/v1/subscriptions/{id}/scheduled-payments/{scheduledId}/charge': {
    post: {
      tags: ['Subscriptions'],
      operationId: 'chargeScheduledPayment',
      security: openTo('subscriptions'),
      summary: 'Have the bank charge now what was skipped or given up',
      parameters: [SUBSCRIPTION_ID, SCHEDULED_ID, IDEMPOTENCY_KEY],
      requestBody: body('ChangeSubscription'),
      responses: {
        ...CHANGED,
        ...problems(...CHANGING, 'SCHEDULED_PAYMENT_NOT_FOUND', 'SCHEDULED_PAYMENT_NOT_CHARGEABLE', ...WRITING),
      },
    },
  },
});
