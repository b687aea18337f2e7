import { payByCard } from '../support/payer.js';
import { type Stack } from '../support/stack.js';
import { type Merchant } from './merchant.js';

export interface Shop {
  readonly merchant: Merchant;
  readonly stack: Stack;
}

/** What a merchant and a customer do together; each ends with a payment that stands where it is said to. */
export interface Activity {
  /** Kinds of operations that it makes. */
  readonly kinds: readonly string[];
  readonly run: (shop: Shop) => Promise<void>;
}

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

export const ACTIVITIES: Readonly<Record<string, Activity>> = {
  'purchase, refunded in part': {
    kinds: ['purchase', 'refund'],
    run: async (shop) => {
      const id = await paidByCard(shop);
      shop.merchant.expect('purchase', id, ['succeeded']);
      await shop.merchant.post(`/v1/payments/${id}/refunds`, { amount: REFUNDED });
    },
  },
  'transfer between accounts': {
    kinds: ['purchase'],
    run: async (shop) => {
      const { id } = await withLink(shop, { paymentMethod: { type: 'bank_transfer' } });
      await shop.stack.bank.transfer(await shop.merchant.orderOf(id));
      await shop.merchant.until(id, isDone);
      shop.merchant.expect('transfer', id, ['succeeded']);
    },
  },
  'hold, captured': {
    kinds: ['authorization', 'capture'],
    run: async (shop) => {
      const id = await paidByCard(shop, { captureMethod: 'manual' });
      await shop.merchant.post(`/v1/payments/${id}/capture`, { amount: CAPTURED });
      shop.merchant.expect('capture', id, ['succeeded', 'authorized', REVIEW]);
    },
  },
  'hold, released': {
    kinds: ['authorization', 'void'],
    run: async (shop) => {
      const id = await paidByCard(shop, { captureMethod: 'manual' });
      await shop.merchant.post(`/v1/payments/${id}/cancel`, {});
      shop.merchant.expect('release', id, ['canceled', 'authorized', REVIEW]);
    },
  },
  verification: {
    kinds: ['verification'],
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
    kinds: ['purchase'],
    run: async ({ merchant, ...shop }) => {
      const { id } = await withLink({ merchant, ...shop }, {});
      await merchant.post(`/v1/payments/${id}/cancel`, {});
      merchant.expect('cancel', id, ['canceled']);
    },
  },
  'given up, paid all the same, given back': {
    kinds: ['purchase', 'refund'],
    run: async (shop) => {
      const { merchant } = shop;
      const payment = await withLink(shop, {});
      await merchant.post(`/v1/payments/${payment.id}/cancel`, { refundLateMoney: true });
      await pay(payment);
      await merchant.until(payment.id, ({ status }) => status === 'succeeded');
      merchant.expect('late money', payment.id, ['succeeded']);
    },
  },
};
