import { randomUUID } from 'node:crypto';
import { encryptCardData, encryptCardNumber, encryptCvv, encryptExpiry } from '#libs/alliance';
import { passThreeDs } from '../support/payer-3ds.js';
import { payByCard } from '../support/payer.js';
import { OpsClient } from '../support/ops-client.js';
import { OPS_KEY, type Stack } from '../support/stack.js';
import { until } from '../support/until.js';
import { type Merchant } from './merchant.js';

export interface Shop {
  readonly merchant: Merchant;
  readonly stack: Stack;
}

/** What a merchant and a customer do together; each ends with a payment that stands where it is said to. */
export interface Activity {
  /** What the failpoints that it leads to begin with, beside those of {@link EVERYWHERE}. */
  readonly leadsTo: readonly string[];
  readonly run: (shop: Shop) => Promise<void>;
}

/** Whatever a merchant does comes by these, and so do the workers that go on with it. */
const EVERYWHERE = ['session.', 'callback.', 'return.', 'sync.', 'webhook.', 'transaction.', 'job.'];
const OF_REGISTERS = 'job.recheck-breaks.';
const OF_PLANS = 'job.resolve-recurring.';
const OF_SUBSCRIPTIONS = 'job.look-at-subscriptions.';

/** Whether somebody who does it comes by that moment. */
export const leads = ({ leadsTo }: Activity, failpoint: string): boolean => {
  const everywhere = [OF_REGISTERS, OF_PLANS, OF_SUBSCRIPTIONS].some((job) => failpoint.startsWith(job))
    ? []
    : EVERYWHERE;
  return [...leadsTo, ...everywhere].some((beginning) => failpoint.startsWith(beginning));
};

const AMOUNT = 10_000;
/** Within the 20 % that the bank allows. */
const CAPTURED = 9_000;
const REFUNDED = 2_500;
/** Minutes: while the campaign makes rows older, no order runs out. */
const LONG = 1_440;
/** The bank's page sends the browser back at once. */
const PAGE = { type: 'hosted_page', resultPage: 'skip' } as const;
const TERMS = { amount: AMOUNT, expiresInMinutes: LONG, paymentMethod: PAGE } as const;

/** What was sent twice and may have been done is left to a person; the money is counted all the same. */
const REVIEW = 'needs_review';

const isDone = ({ status }: { readonly status: string }): boolean => !['created', 'requires_action'].includes(status);

async function withLink({ merchant }: Shop, over: object, path?: string) {
  const { id } = await merchant.create({ ...TERMS, ...over }, path);
  return merchant.until(id, ({ redirectUrl }) => redirectUrl !== null, path);
}

async function paidByCard(shop: Shop, over: object = {}): Promise<string> {
  const payment = await withLink(shop, over);
  await pay(payment);
  await shop.merchant.until(payment.id, isDone);
  return payment.id;
}

/** The customer's browser is sent back to the gateway; when that is down it sees an error, and that is all. */
async function pay(payment: Parameters<typeof payByCard>[0]): Promise<void> {
  const back = await payByCard(payment);
  await fetch(back, { redirect: 'manual' }).catch(() => undefined);
}

/** Asks for 3-D Secure, so that the bank shows whether the second call ever came. */
const CARD = { pan: '5555555555554444', expiry: { month: 12, year: 2049, cvv: '737' } } as const;
const BROWSER = {
  ...{ acceptHeader: 'text/html', userAgent: 'Mozilla/5.0', language: 'uk', colorDepth: 24 },
  ...{ screenHeight: 800, screenWidth: 600, timeZoneOffset: -120 },
};
/** However far it came when somebody died: what is not confirmed or not passed is nobody's money. */
const ANY_END = ['succeeded', 'authorized', 'failed', 'requires_confirmation', 'requires_action', REVIEW];

async function encrypted({ bank, merchant }: Stack) {
  const key = await bank.paymentKey(merchant.bank.merchantId);
  const { pan, expiry } = CARD;
  return {
    encryptedNumber: await encryptCardNumber(pan, key),
    encryptedData: await encryptCardData(expiry, key),
    encryptedExpiry: await encryptExpiry(expiry, key),
    encryptedCvv: await encryptCvv(expiry.cvv, key),
  };
}

/** A card in the merchant's own page, whose owner confirms it where the issuer asks. */
async function ofCard(
  { merchant, stack }: Shop,
  { inOne, ...over }: { readonly inOne: boolean; readonly captureMethod?: 'manual' },
): Promise<void> {
  const { encryptedNumber, encryptedData } = await encrypted(stack);
  const paymentMethod = { type: 'card', encryptedNumber, ...(inOne && { encryptedData }) };
  const terms = { amount: AMOUNT, expiresInMinutes: LONG, paymentMethod, ...(inOne && { browser: BROWSER }), ...over };
  const { id, ...created } = await merchant.create(terms);
  merchant.expect('card', id, ANY_END);
  await confirmed({ merchant, stack }, { id, status: created.status }, { encryptedData, browser: BROWSER });
}

/** Goes on with a payment in the merchant's page as far as it goes. */
async function confirmed(
  { merchant }: Shop,
  { id, ...created }: { readonly id: string; readonly status: string },
  confirmation: object,
): Promise<void> {
  const { status } =
    created.status === 'requires_confirmation'
      ? await merchant.post(`/v1/payments/${id}/confirm`, confirmation)
      : created;
  if (status !== 'requires_action') return; // in doubt: found out when all is well
  const { redirectUrl } = await merchant.until(id, (payment) => payment.status === 'requires_action');
  const back = await passThreeDs(redirectUrl);
  await fetch(back, { redirect: 'manual' }).catch(() => undefined);
  await merchant.until(id, isDone);
}

/** A card that the bank keeps, whose owner gives the CVV once more, and confirms where the issuer asks. */
async function bySavedCard(shop: Shop, over: { readonly captureMethod?: 'manual' }): Promise<void> {
  const { merchant, stack } = shop;
  const customer = { id: randomUUID(), firstName: 'Olena', lastName: 'Test' };
  const { encryptedNumber, encryptedExpiry, encryptedCvv } = await encrypted(stack);
  const { id: card } = await merchant.post(`/v1/customers/${customer.id}/cards`, { encryptedNumber, encryptedExpiry });
  const paymentMethod = { type: 'saved_card', card, encryptedCvv };
  const created = await merchant.create({ amount: AMOUNT, expiresInMinutes: LONG, customer, paymentMethod, ...over });
  merchant.expect('saved card', created.id, ANY_END);
  await confirmed(shop, created, { browser: BROWSER });
}

/** A call may hang for as long as a database that is away, again and again. Milliseconds. */
const BAD_WORLD_MS = 120_000;

/** An operator installs the key of Authorization 2.0; the same key again changes nothing. */
async function signRequests({ stack }: Shop): Promise<void> {
  const [account] = await stack.database.query<{ id: string }>('SELECT id FROM merchant_account LIMIT 1');
  const ops = new OpsClient(stack.gatewayUrl, OPS_KEY);
  const { signingKey } = stack.merchant;
  await until(
    'the signing key is installed',
    async () => {
      const route = `merchant-accounts/${account?.id}/signing-keys`;
      const answer = await ops.call('POST', route, signingKey).catch(() => undefined);
      return answer?.status === 201;
    },
    BAD_WORLD_MS,
  );
}

export const ACTIVITIES: Readonly<Record<string, Activity>> = {
  'purchase, refunded in part': {
    leadsTo: ['purchase.order_purchase.', 'refund.'],
    run: async (shop) => {
      const id = await paidByCard(shop);
      shop.merchant.expect('purchase', id, ['succeeded']);
      await shop.merchant.post(`/v1/payments/${id}/refunds`, { amount: REFUNDED });
    },
  },
  'transfer between accounts': {
    leadsTo: ['purchase.order_a2a.'],
    run: async (shop) => {
      const { id } = await withLink(shop, { paymentMethod: { type: 'bank_transfer' } });
      await shop.stack.bank.transfer(await shop.merchant.orderOf(id));
      await shop.merchant.until(id, isDone);
      shop.merchant.expect('transfer', id, ['succeeded']);
    },
  },
  'hold, captured': {
    leadsTo: ['authorization.order_hold.', 'capture.'],
    run: async (shop) => {
      const id = await paidByCard(shop, { captureMethod: 'manual' });
      await shop.merchant.post(`/v1/payments/${id}/capture`, { amount: CAPTURED });
      shop.merchant.expect('capture', id, ['succeeded', 'authorized', REVIEW]);
    },
  },
  'hold, released': {
    leadsTo: ['authorization.order_hold.', 'void.'],
    run: async (shop) => {
      const id = await paidByCard(shop, { captureMethod: 'manual' });
      await shop.merchant.post(`/v1/payments/${id}/cancel`, {});
      shop.merchant.expect('release', id, ['canceled', 'authorized', REVIEW]);
    },
  },
  verification: {
    leadsTo: ['verification.', 'adopt_card.'],
    run: async (shop) => {
      const path = '/v1/verifications';
      const { merchant } = shop;
      const customer = { id: 'customer-1', firstName: 'Olena', lastName: 'Test', email: 'olena@example.com' };
      const asked = { returnUrl: 'https://shop.example/return', customer, expiresInMinutes: LONG };
      const { id } = await merchant.create(asked, path);
      const open = await merchant.until(id, ({ redirectUrl }) => redirectUrl !== null, path);
      await pay(open);
      await merchant.until(id, isDone, path);
      merchant.expect('verification', id, ['succeeded']);
    },
  },
  'given up before it was paid': {
    leadsTo: ['purchase.order_purchase.', 'cancel.'],
    run: async ({ merchant, ...shop }) => {
      const { id } = await withLink({ merchant, ...shop }, {});
      await merchant.post(`/v1/payments/${id}/cancel`, {});
      merchant.expect('cancel', id, ['canceled']);
    },
  },
  'given up, paid all the same, given back': {
    leadsTo: ['purchase.order_purchase.', 'refund.', 'cancel.'],
    run: async (shop) => {
      const { merchant } = shop;
      const payment = await withLink(shop, {});
      await merchant.post(`/v1/payments/${payment.id}/cancel`, { refundLateMoney: true });
      await pay(payment);
      await merchant.until(payment.id, ({ status }) => status === 'succeeded');
      merchant.expect('late money', payment.id, ['succeeded']);
    },
  },
  'card in two steps': {
    leadsTo: ['purchase.card_'],
    run: (shop) => ofCard(shop, { inOne: false }),
  },
  'card in one request': {
    leadsTo: ['purchase.card_'],
    run: (shop) => ofCard(shop, { inOne: true }),
  },
  'hold by card in two steps': {
    leadsTo: ['authorization.hold_'],
    run: (shop) => ofCard(shop, { inOne: false, captureMethod: 'manual' }),
  },
  'saved card': {
    leadsTo: ['purchase.saved_', 'adopt_card.'],
    run: (shop) => bySavedCard(shop, {}),
  },
  'hold by saved card': {
    leadsTo: ['authorization.saved_'],
    run: (shop) => bySavedCard(shop, { captureMethod: 'manual' }),
  },
  'card kept, suspended, deleted': {
    leadsTo: ['keep_card.', 'change_card.'],
    run: async ({ merchant, stack }) => {
      const { encryptedNumber, encryptedExpiry } = await encrypted(stack);
      const cards = `/v1/customers/${randomUUID()}/cards`;
      const { id } = await merchant.post(cards, { encryptedNumber, encryptedExpiry });
      await merchant.change('PATCH', `${cards}/${id}`, { status: 'suspended' });
      await merchant.change('DELETE', `${cards}/${id}`);
    },
  },
  payout: {
    leadsTo: ['payout.'],
    run: async ({ merchant, stack }) => {
      const { encryptedNumber } = await encrypted(stack);
      const recipient = { id: 'winner-7', taxId: '1234567890', firstName: 'Olena', lastName: 'Test' };
      const destination = { type: 'card', encryptedNumber };
      const { id } = await merchant.create({ amount: AMOUNT, currency: 'UAH', destination, recipient }, '/v1/payouts');
      merchant.expect('payout', id, ['succeeded', 'failed', REVIEW]);
    },
  },
  'plan, paused and resumed, and a subscription that is given up': {
    leadsTo: ['recurring.', 'subscription.', OF_PLANS, OF_SUBSCRIPTIONS],
    run: async (shop) => {
      const { merchant } = shop;
      await signRequests(shop);
      const rules = [{ fromNumber: 1, toNumber: 2, amount: AMOUNT, intervalCount: 1, intervalUnit: 'month' }];
      const { id } = await merchant.create({ name: 'Coffee', currency: 'UAH', rules }, '/v1/plans');
      const stands = (status: string) => merchant.until(id, (plan) => plan.status === status, '/v1/plans');
      await stands('active');
      await merchant.post(`/v1/plans/${id}/pause`, {});
      await stands('paused');
      await merchant.post(`/v1/plans/${id}/resume`, {});
      await stands('active');
      const asked = { planId: id, customer: { id: 'customer-1' }, paymentMethod: { type: 'hosted_page' } };
      const path = '/v1/subscriptions';
      const made = await merchant.create({ ...asked, returnUrl: 'https://shop.example/return' }, path);
      const { redirectUrl } = await merchant.until(made.id, (one) => one.redirectUrl !== null, path);
      await merchant.post(`${path}/${made.id}/cancel`, {});
      await merchant.until(made.id, ({ status }) => status === 'canceled' && redirectUrl !== null, path);
    },
  },
  'register of the bank': {
    leadsTo: ['register.', OF_REGISTERS],
    run: async (shop) => {
      const from = await shop.stack.bank.now();
      const id = await paidByCard(shop);
      shop.merchant.expect('register', id, ['succeeded']);
      await shop.merchant.importRegister(await shop.stack.bank.register({ from, breaks: { amount: 1 } }));
      // What has a break and changes is looked at once more.
      await shop.merchant.post(`/v1/payments/${id}/refunds`, { amount: REFUNDED });
    },
  },
};
