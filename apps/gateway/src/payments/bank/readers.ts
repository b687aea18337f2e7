import { type AllianceClient } from '#libs/alliance';
import { cardStatusOf, operationFacts, orderFacts } from './bank-words.js';
import { type Readings } from './payment-bank.js';

/** How the bank is asked one kind of question. */
interface Reader<By extends keyof Readings> {
  /** @throws AllianceError */
  readonly ask: (client: AllianceClient, accountId: string, id: string) => Promise<Readings[By]>;
  /** The only words of the bank that say that it has no such thing. Source: bank docs, "Errors". */
  readonly absent: Readonly<Record<string, Readings[By]>>;
}

const NOT_FOUND = { kind: 'not_found' } as const;
const NO_OPERATION = {
  payment_operation_not_found: NOT_FOUND,
  b_operation_not_found: NOT_FOUND,
  b_payment_not_found: NOT_FOUND,
} as const;

/** The bank's words for every question, asked under the authorization that every step goes under. */
export const READERS: { readonly [By in keyof Readings]: Reader<By> } = {
  order: {
    ask: async (client, accountId, hppOrderId) => {
      const order = await client.call(accountId, 'hpp.operations', { hppOrderId }, { protocol: '1.0' });
      return { kind: 'found', order: orderFacts(order) };
    },
    absent: { b_hpp_order_expired: { kind: 'order_expired' }, b_hpp_order_not_found: NOT_FOUND },
  },
  operation_id: {
    ask: async (client, accountId, id) => {
      const operation = await client.call(accountId, 'h2h.operations.get', { id }, { protocol: '1.0' });
      return { kind: 'found', facts: operationFacts(operation) };
    },
    absent: NO_OPERATION,
  },
  balance: {
    ask: async (client, accountId) => {
      const { balanceAmount, balanceLimit, totalAmount } = await client.call(
        accountId,
        'h2h.balance.get',
        {},
        { protocol: '1.0' },
      );
      const sums = [balanceAmount, balanceLimit, totalAmount].map(Number);
      if (!sums.every(Number.isSafeInteger)) return { kind: 'unknown', reason: 'the balance is no whole number' };
      const [available = 0, overdraft = 0, total = 0] = sums;
      return { kind: 'found', available, overdraft, total };
    },
    absent: { b_merchant_balances_not_found: NOT_FOUND },
  },
  card_token: {
    ask: async (client, accountId, token) => {
      const cards = await client.call(accountId, 'h2h.token.get', { token }, { protocol: '1.0' });
      const status = cardStatusOf(cards.find((card) => card.token === token)?.status);
      return status === undefined ? NOT_FOUND : { kind: 'found', status };
    },
    absent: {},
  },
  request_id: {
    ask: async (client, accountId, merchantRequestId) => {
      const call = 'h2h.operations.by-merchant-request-id';
      const operation = await client.call(accountId, call, { merchantRequestId }, { protocol: '1.0' });
      return { kind: 'found', facts: operationFacts(operation) };
    },
    absent: NO_OPERATION,
  },
};
