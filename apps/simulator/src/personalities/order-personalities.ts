import { randomUUID } from 'node:crypto';
import { formatOrderDate } from '../protocol/bank-dates.js';
import { BankError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { without } from './members.js';
import { type Call, type Moment, type Options, type Personality, personality } from './personality.js';

const HOUR_MS = 3_600_000;

const only =
  <O extends Options>(name: Call['name'], change: (answer: JsonObject, moment: Moment<O>) => JsonObject | undefined) =>
  (answer: JsonObject, moment: Moment<O>): JsonObject | undefined =>
    moment.call.name === name ? change(answer, moment) : undefined;

const EXPIRIES: Readonly<Record<string, (now: number) => unknown>> = {
  past: (now) => formatOrderDate(now - HOUR_MS),
  absent: () => undefined,
  null: () => null,
  garbage: () => '32.13.2050',
};

const UNUSABLE: Readonly<Record<string, (answer: JsonObject) => JsonObject>> = {
  no_link: (answer) => without(answer, 'redirectUrl'),
  null_link: (answer) => ({ ...answer, redirectUrl: null }),
  no_order_id: (answer) => without(answer, 'hppOrderId'),
  empty: () => ({}),
};

const ELEMENTS: Readonly<Record<string, unknown>> = { empty: {}, null: null, text: 'REFUND', list: [] };

const operationsOf = ({ operations }: JsonObject): readonly unknown[] => (Array.isArray(operations) ? operations : []);

/** What the bank says about orders. */
export const ORDER_PERSONALITIES = {
  order_other_request_id: personality({
    what: 'create-order answers with another merchantRequestId',
    options: {},
    answer: only('hpp.create-order', (answer) => ({ ...answer, merchantRequestId: randomUUID() })),
  }),
  order_other_merchant: personality({
    what: 'create-order answers with another merchantId',
    options: {},
    answer: only('hpp.create-order', (answer) => ({ ...answer, merchantId: randomUUID() })),
  }),
  order_other_amount: personality({
    what: 'create-order answers with another coinAmount: `by` kopiyky more',
    options: { by: 1 },
    answer: only('hpp.create-order', (answer, { options }) => ({
      ...answer,
      coinAmount: Number(answer['coinAmount']) + options.by,
    })),
  }),
  order_expiry: personality({
    what: 'create-order answers with an expiredOrderDate that is `value`: past, absent, null, garbage',
    options: { value: 'past' },
    answer: only('hpp.create-order', (answer, { options, now }) => ({
      ...answer,
      expiredOrderDate: EXPIRIES[options.value]?.(now),
    })),
  }),
  order_link: personality({
    what: 'create-order answers with `value` as redirectUrl',
    options: { value: 'javascript:alert(1)' },
    answer: only('hpp.create-order', (answer, { options }) => ({ ...answer, redirectUrl: options.value })),
  }),
  order_unusable: personality({
    what: 'create-order is accepted, but its answer cannot be used: `how` no_link, null_link, no_order_id, empty',
    options: { how: 'no_link' },
    answer: only('hpp.create-order', (answer, { options }) => UNUSABLE[options.how]?.(answer)),
  }),
  expired_error: personality({
    what: 'the order query answers with the error `msgCode`, whatever the order holds',
    options: { msgCode: 'b_hpp_order_expired' },
    answer: only('hpp.operations', (_answer, { options }) => {
      throw new BankError(options.msgCode);
    }),
  }),
  order_contradicts: personality({
    what: 'the order query shows `orderStatus`, whatever its operations say',
    options: { orderStatus: 'FAIL' },
    answer: only('hpp.operations', (answer, { options }) =>
      operationsOf(answer).length === 0 || answer['orderStatus'] === options.orderStatus
        ? undefined
        : { ...answer, orderStatus: options.orderStatus },
    ),
  }),
  unreadable_element: personality({
    what: '`operations` of the order query holds one more element that is no operation: `how` empty, null, text, list',
    options: { how: 'empty' },
    answer: only('hpp.operations', (answer, { options }) => ({
      ...answer,
      operations: [...operationsOf(answer), ELEMENTS[options.how]],
    })),
  }),
} as const satisfies Record<string, Personality>;
