import { type Order } from '../bank/order.js';
import { BankError } from '../protocol/bank-error.js';
import { formatOrderDate } from '../protocol/bank-dates.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { checkUrl } from '../protocol/validator.js';
import { type AllianceCall, type CallContext } from './call.js';
import {
  anyCustomer,
  browserInfo,
  comment,
  date,
  jwe,
  merchantComment,
  merchantId,
  merchantRequestId,
  notificationEncryption,
  payer,
  purpose,
  required,
  resultRedirectUrl,
  text,
  threeDsMode,
} from './fields.js';
import { methodFields, paymentMethodType } from './hold.calls.js';
import { meansOf } from './means.js';
import { id } from './plan.calls.js';

const ring = 'recurring' as const;
const DAY_MS = 24 * 3_600_000;
/** Creation + 15 minutes + 3650 days, as in the printed sample (section h.5). */
const ORDER_LIFE_MS = 15 * 60_000 + 3_650 * DAY_MS;

const urlOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const isPage = ({ directType }: JsonObject): boolean => directType === 'REDIRECT';

const SHOWN_METHODS: Readonly<Record<string, Order['statusPageType']>> = {
  statusTimerPage: 'STATUS_TIMER_PAGE',
  statusPage: 'STATUS_PAGE',
  statusRedirectMerchantPage: 'STATUS_REDIRECT_MERCHANT_PAGE',
};

const createSubscription = ({ bank, caller, body }: CallContext): JsonObject => {
  const owner = bank.merchants.requireAllowed(String(body['merchantId']), caller, 'PURCHASE');
  const plan = bank.plans.require(String(body['planId']), caller);
  if (plan.status !== 'ACTIVE') throw new BankError('b_cannot_process_logic_transaction');
  const requestId = String(body['merchantRequestId']);
  bank.book.requireFresh(owner.merchantId, requestId);
  const shown = SHOWN_METHODS[String(body['statusPageType'])] ?? 'STATUS_PAGE';
  const order = bank.orders.open(
    {
      merchantRequestId: requestId,
      merchantId: owner.merchantId,
      hppPayType: 'SUBSCRIPTION',
      directType: 'REDIRECT',
      hppTryMode: 'MULTI_PAYMENT',
      coinAmount: 0,
      currencyCode: '980',
      paymentMethods: (body['hppPaymentMethods'] as readonly string[] | undefined) ?? ['CARD'],
      language: 'uk',
      notificationEncryption: body['notificationEncryption'] === true,
      successUrl: urlOf(body['successUrl']),
      failUrl: urlOf(body['failUrl']),
      statusPageType: shown,
      customerData: body['customerData'] as Readonly<Record<string, string>>,
      ...(typeof body['notificationUrl'] === 'string' && { notificationUrl: body['notificationUrl'] }),
      ...(typeof body['purpose'] === 'string' && { purpose: body['purpose'] }),
      ...(typeof body['merchantComment'] === 'string' && { merchantComment: body['merchantComment'] }),
      subscription: { planId: plan.planId },
    },
    ORDER_LIFE_MS,
  );
  const { redirectUrl } = bank.views.order(order);
  return {
    hppOrderId: order.hppOrderId,
    merchantRequestId: requestId,
    orderStatus: order.status,
    merchantId: owner.merchantId,
    redirectUrl: body['directType'] === undefined ? null : redirectUrl,
    createdAt: formatOrderDate(order.createdAt),
  };
};

const initialPayment = async ({ bank, caller, body }: CallContext): Promise<JsonObject> => {
  const owner = bank.merchants.require(String(body['merchantId']), caller);
  const means = await meansOf(bank, body);
  if (body['encryptedCardData'] !== undefined)
    await bank.cardData.requireExpiry(body['encryptedCardData'], owner.merchantId, true);
  const order = bank.book.order(String(body['orderId']));
  if (order?.merchantId !== owner.merchantId) throw new BankError('b_hpp_order_not_found');
  bank.book.requireFresh(owner.merchantId, String(body['merchantRequestId']));
  bank.dates.requireFresh(String(body['date']), owner.merchantId);
  const { coinAmount, recurring } = bank.schedule.initialOf(order);
  const own = { ...body, customerData: undefined }; // of the subscription since 2.59
  const operation = bank.payments.start({
    type: 'PURCHASE',
    body: own,
    caller,
    means,
    coinAmount,
    second: 'at_once_with_browser',
    under: { order, recurring: { ...recurring, paymentMethodType: String(body['paymentMethodType']) } },
  });
  return {
    operationId: operation.operationId,
    ecomOperationId: operation.ecomOperationId,
    status: operation.status,
    ...(operation.threeDs?.redirectUrl !== undefined && { redirect3dsUrl: operation.threeDs.redirectUrl }),
  };
};

const forcePayment = ({ bank, caller, body }: CallContext): JsonObject => {
  const owner = bank.merchants.require(String(body['merchantId']), caller);
  const requestId = String(body['merchantRequestId']);
  bank.book.requireFresh(owner.merchantId, requestId);
  bank.dates.requireFresh(String(body['date']), owner.merchantId);
  const { operationId, ecomOperationId } = bank.schedule.force(
    String(body['scheduledPaymentId']),
    requestId,
    owner.merchantId,
  );
  return { operationId, ecomOperationId, status: 'SENT' };
};

const cancelSubscription = ({ bank, caller, body }: CallContext): JsonObject => {
  const order = bank.book.order(String(body['hppOrderId']));
  if (!order?.subscription || !caller.merchants.some((one) => one.merchantId === order.merchantId))
    throw new BankError('b_hpp_order_not_found');
  if (order.status !== 'PENDING') throw new BankError('b_cannot_process_logic_transaction');
  bank.schedule.cancel(order);
  return { hppOrderId: order.hppOrderId, orderStatus: 'CANCELED' };
};

export const RECURRING_CALLS = {
  'recurring.subscription.create': {
    v2: { path: '/scheduled_payments/subscription-orders/create_v1' },
    ring,
    fields: [
      id('planId'),
      merchantId,
      purpose,
      text('notificationUrl', 1_000, { check: checkUrl, strict: { max: 255 } }),
      notificationEncryption,
      merchantComment,
      text('merchantRequestId', 50, required),
      text('statusPageType', 50, {
        values: [...Object.keys(SHOWN_METHODS), ...Object.values(SHOWN_METHODS)],
        when: isPage,
        strict: { values: Object.keys(SHOWN_METHODS) },
      }),
      text('successUrl', 1_000, { strict: { when: isPage, check: checkUrl } }),
      text('failUrl', 1_000, { strict: { when: isPage, check: checkUrl } }),
      {
        name: 'hppPaymentMethods',
        type: 'strings',
        values: ['CARD', 'APPLE_PAY', 'GOOGLE_PAY', 'TOKEN'],
        when: ({ directType }) => directType !== undefined,
      },
      text('directType', 20, { values: ['REDIRECT'] }),
      payer,
    ],
    handle: createSubscription,
  },
  'recurring.payment.initial': {
    v2: { path: '/scheduled_payments/payments/initial_subscription_v1' },
    ring,
    fields: [
      merchantRequestId,
      merchantId,
      { ...paymentMethodType, required: true },
      ...methodFields,
      jwe('encryptedCardData', { when: ({ paymentMethodType: method }) => method === 'CARD' }),
      text('orderId', 36, required),
      browserInfo(required),
      merchantComment,
      threeDsMode,
      date,
      comment,
      purpose,
      resultRedirectUrl,
      anyCustomer,
    ],
    handle: initialPayment,
  },
  'recurring.payment.force': {
    v2: { path: '/scheduled_payments/payments/recurring_subscription_v1' },
    ring,
    fields: [merchantRequestId, merchantId, date, id('scheduledPaymentId'), merchantComment],
    handle: forcePayment,
  },
  'recurring.subscription.cancel': {
    v2: { path: '/scheduled_payments/subscription-orders/cancel_v1' },
    ring,
    fields: [text('hppOrderId', 36, required)],
    handle: cancelSubscription,
  },
} as const satisfies Record<string, AllianceCall>;
