import { randomUUID } from 'node:crypto';
import { APPROVED, DO_NOT_HONOUR } from '../bank/cards.js';
import { newBankId } from '../bank/ids.js';
import { type Operation } from '../bank/operation.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { without } from './members.js';
import { type Afterthought, type Moment, type Options, type Personality, personality } from './personality.js';

const MINUTE_MS = 60_000;

const isPaid = ({ type, status }: Operation): boolean => type === 'PURCHASE' && status === 'SUCCESS';

/** A change of successful purchases alone. */
const ofPaid =
  <O extends Options>(change: (view: JsonObject, moment: Moment<O>) => JsonObject) =>
  (view: JsonObject, moment: Moment<O> & { readonly known: Operation }): JsonObject | undefined =>
    isPaid(moment.known) ? change(view, moment) : undefined;

const CODES: Readonly<Record<string, (view: JsonObject) => JsonObject>> = {
  all: (view) => without(view, 'transactionResponseInfo'),
  empty: (view) => ({ ...view, transactionResponseInfo: {} }),
  null: (view) => ({ ...view, transactionResponseInfo: null }),
  actionCode: (view) => ({ ...view, transactionResponseInfo: without({ ...APPROVED }, 'actionCode') }),
  responseCode: (view) => ({ ...view, transactionResponseInfo: without({ ...APPROVED }, 'responseCode') }),
};

const REQUEST_IDS: Readonly<Record<string, (view: JsonObject) => JsonObject>> = {
  other: (view) => ({ ...view, merchantRequestId: randomUUID() }),
  absent: (view) => without(view, 'merchantRequestId'),
  ours: (view) => view,
};

interface Verdict extends Options {
  readonly type: string;
  readonly status: string;
  readonly merchantRequestId: string;
  readonly terminal: string;
}

const foreign = (view: JsonObject, { options, now }: Moment<Verdict>): JsonObject | undefined =>
  REQUEST_IDS[options.merchantRequestId]?.({
    ...view,
    type: options.type,
    status: options.status,
    operationId: newBankId(now),
    ecomOperationId: randomUUID(),
    transactionResponseInfo: options.status === 'SUCCESS' ? APPROVED : DO_NOT_HONOUR,
    ...(options.terminal === 'other' && { merchantId: randomUUID() }),
  });

const QUERIES: readonly string[] = ['h2h.operations.get', 'h2h.operations.by-merchant-request-id'];

/** What the bank says about operations. */
export const OPERATION_PERSONALITIES = {
  late_traces: personality({
    what: 'a successful purchase shows rrn and approvalCode only `delayMs` of bank time after its end',
    options: { delayMs: 20 * MINUTE_MS },
    operation: (view, { known, now, options }) =>
      isPaid(known) && now < (known.processedAt ?? 0) + options.delayMs
        ? without(view, 'rrn', 'approvalCode')
        : undefined,
  }),
  knows_but_not_found: personality({
    what: 'operations of `type` are refused a second time as b_duplicate_field_value, and yet no query finds them',
    options: { type: 'REFUND' },
    operation: (_view, { known, options }) => (known.type === options.type ? 'hidden' : undefined),
  }),
  not_found_at_first: personality({
    what: 'no query finds an operation of `type` for `delayMs` of bank time after it was accepted',
    options: { type: 'REFUND', delayMs: 2 * MINUTE_MS },
    operation: (_view, { known, now, options }) =>
      known.type === options.type && now < known.createdAt + options.delayMs ? 'hidden' : undefined,
  }),
  foreign_verdict: personality<Verdict>({
    what: 'a query of an operation answers with another one: its type, status, merchantRequestId (other, absent, ours) and merchantId (`terminal` ours, other)',
    options: { type: 'PURCHASE', status: 'FAIL', merchantRequestId: 'other', terminal: 'ours' },
    operation: (view, moment) => (QUERIES.includes(moment.call.name) ? foreign(view, moment) : undefined),
  }),
  no_result_codes: personality({
    what: 'a successful purchase lacks its codes: `missing` all, empty, null, actionCode, responseCode',
    options: { missing: 'all' },
    operation: ofPaid((view, { options }) => CODES[options.missing]?.(view) ?? view),
  }),
  other_result_codes: personality({
    what: 'a successful purchase carries these codes (here: a partial approval)',
    options: { actionCode: '0', responseCode: '10' },
    operation: ofPaid((view, { options }) => ({ ...view, transactionResponseInfo: { ...options } })),
  }),
  status_text: personality({
    what: 'SUCCESS is printed as `status`; by default with a Cyrillic letter',
    options: { status: 'SU\u0421CESS' },
    operation: (view, { options }) => (view['status'] === 'SUCCESS' ? { ...view, status: options.status } : undefined),
  }),
  another_type: personality({
    what: 'purchases are shown as another `type`',
    options: { type: 'ACCOUNT_2_ACCOUNT' },
    operation: (view, { known, options }) => (known.type === 'PURCHASE' ? { ...view, type: options.type } : undefined),
  }),
  other_amount: personality({
    what: 'a successful purchase shows `by` kopiyky more than were paid',
    options: { by: -1 },
    operation: ofPaid((view, { options }) => ({ ...view, coinAmount: Number(view['coinAmount']) + options.by })),
  }),
  other_currency: personality({
    what: 'a successful purchase shows another transactionCurrency',
    options: { currency: '840' },
    operation: ofPaid((view, { options }) => ({ ...view, transactionCurrency: options.currency })),
  }),
  other_merchant: personality({
    what: 'operations are shown under another merchantId',
    options: {},
    operation: (view) => ({ ...view, merchantId: randomUUID() }),
  }),
  other_order: personality({
    what: 'operations are shown under another hppOrderId',
    options: {},
    operation: (view, { now }) => ({ ...view, hppOrderId: newBankId(now) }),
  }),
  test_rrn: personality({
    what: 'a successful purchase shows `rrn`, by default that of a test terminal',
    options: { rrn: '-1' },
    operation: ofPaid((view, { options }) => ({ ...view, rrn: options.rrn })),
  }),
  refund_answer_lies: personality({
    what: 'the answer to a refund says `status`, while the books go their own way',
    options: { status: 'FAIL' },
    answer: (answer, { call, options }) =>
      call.name !== 'h2h.refund'
        ? undefined
        : {
            ...answer,
            status: options.status,
            transactionResponseInfo: options.status === 'SUCCESS' ? APPROVED : DO_NOT_HONOUR,
          },
  }),
  repeats_original_id: personality({
    what: 'the answer to a refund repeats the operationId of the original',
    options: {},
    answer: (answer, { call }) =>
      call.name === 'h2h.refund' ? { ...answer, operationId: answer['originalOperationId'] } : undefined,
  }),
  pending_payment: personality({
    what: 'a purchase stays PENDING for `delayMs` of bank time',
    options: { delayMs: 10 * MINUTE_MS },
    pendingMs: ({ type }, { delayMs }) => (type === 'PURCHASE' ? delayMs : undefined),
  }),
  pending_refund: personality({
    what: 'a refund stays PENDING for `delayMs` of bank time instead of 2 s',
    options: { delayMs: 10 * MINUTE_MS },
    pendingMs: ({ type }, { delayMs }) => (type === 'REFUND' ? delayMs : undefined),
  }),
  charges_twice: personality({
    what: '`delayMs` of bank time after a success the order is charged once more',
    options: { delayMs: 1_000 },
    paid: (_operation, { delayMs }) => ({ kind: 'charge', delayMs }),
  }),
  back_office_refund: personality({
    what: '`delayMs` after a success the bank refunds `coinAmount` kopiyky (0 = all) by itself; merchantRequestId other or absent',
    options: { delayMs: 1_000, coinAmount: 0, merchantRequestId: 'other' },
    paid: (_operation, { delayMs, coinAmount, merchantRequestId }): Afterthought => ({
      kind: 'refund',
      delayMs,
      ...(coinAmount > 0 && { coinAmount }),
      ...(merchantRequestId === 'other' && { merchantRequestId: randomUUID() }),
    }),
  }),
  callback_lost: personality({ what: 'callbacks are never sent', options: {}, losesCallback: true }),
} as const satisfies Record<string, Personality>;
