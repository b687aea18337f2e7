import { type OrderReading, type PaymentBank, type Question } from '../bank/payment-bank.js';
import { judgeCharge } from '../domain/charge-verdict.js';
import { judgeOrder, type Shown, shownBy } from '../domain/order-verdict.js';
import { weightiest } from '../domain/several-orders.js';
import { type Expected } from '../domain/success-rule.js';
import { type Sight } from '../domain/sync-decision.js';
import { bankTypeOf, wayOf } from '../kinds/methods.js';
import { stepOf } from '../kinds/steps.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { currentOf } from '../store/operation.repository.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { type PaymentAges } from '../store/payment.repository.js';
import { expectedCharge } from './charging.js';
import { type StrangeOrder } from './named-orders.js';

/** What the bank says of one order of the payment. */
export interface Seen {
  /** What asked for the order. */
  readonly intent: OperationEntity;
  readonly reading: OrderReading;
  readonly expected: Expected;
  readonly sight: Sight;
}

/** One look at the bank, and the rows it is about, under the payment's lock: of the order that counts, mostly the current one. */
export interface Look extends Seen {
  readonly row: PaymentEntity;
  /** What the payment rests on. */
  readonly current: OperationEntity;
  /** Other orders of the payment: the answers to them were lost, or came too late. */
  readonly others: readonly Seen[];
  readonly ages: PaymentAges;
  /** What acts on the payment, oldest first. */
  readonly followUps: readonly OperationEntity[];
  readonly shown: Shown | null;
  /** Somebody hinted while the bank was being asked, so that its answer may be older than the hint. */
  readonly hintedMeanwhile: boolean;
}

/** What the bank said of what one intent is followed by. */
export interface Reading {
  readonly bankId: string;
  readonly reading: OrderReading;
}

/** What the bank said when it was asked. */
export interface Said {
  readonly readings: readonly Reading[];
  readonly strange: readonly StrangeOrder[];
}

/**
 * What the bank said of a payment's orders, and which of them counts.
 * @returns undefined where the current order was not asked for, or nothing was said that moves a payment without one
 */
export function weigh(
  row: PaymentEntity,
  intents: readonly OperationEntity[],
  { readings, strange }: Said,
): Omit<Look, 'ages' | 'hintedMeanwhile' | 'followUps'> | undefined {
  const current = currentOf(intents);
  if (!current) return undefined;
  const seen = followed(intents).flatMap(({ intent, question: { by, id } }): Seen[] => {
    const reading = readings.find((one) => one.bankId === id)?.reading;
    if (!reading) return [];
    const expected = by === 'order' ? expectedOf(row, intent, id) : expectedCharge(row, intent);
    const sight = by === 'order' ? sightOf(reading, expected, intent.bankOperationId) : chargeSight(reading, expected);
    return [{ intent, reading, expected, sight }];
  });
  const own = seen.find(({ intent }) => intent === current);
  if (!own && followed([current]).length > 0) return undefined;
  const beside = [
    ...seen.filter((one) => one !== own),
    ...strange.map(({ bankOrderId, reading, reason }): Seen => {
      const expected = expectedOf(row, current, bankOrderId);
      return { intent: current, reading, expected, sight: { kind: 'review', reason } };
    }),
  ];
  const [first, ...rest] = own ? [own, ...beside] : beside;
  if (!first) return undefined;
  const counts = own && current.status === 'succeeded' ? own : weightiest([first, ...rest]);
  if (row.status === 'created' && !SHOWS_MONEY.includes(counts.sight.kind)) return undefined;
  const all = [first, ...rest];
  const shown = all.map(({ reading }) => (reading.kind === 'found' ? shownBy(reading.order) : null));
  const others = all.filter((one) => one !== counts);
  return { ...counts, row, current, others, shown: shown.reduce(strongest, row.shown) };
}

/** While an order is still being opened, another of the payment only counts where it shows money. */
const SHOWS_MONEY: readonly Sight['kind'][] = ['succeeded', 'review'];

/** What of a payment there is something to ask for: its orders, or the bank's operation of a charge. */
export const followed = (intents: readonly OperationEntity[]) =>
  intents.flatMap((intent) => {
    const by = stepOf(intent.step).follow === 'by_operation_id' ? 'operation_id' : 'order';
    const id = by === 'order' ? intent.bankOrderId : intent.bankOperationId;
    return id === null ? [] : [{ intent, question: { by, id } as const }];
  });

/** A charge is an order of one operation. */
export async function readFollowed(
  bank: PaymentBank,
  accountId: string,
  { by, id }: Question<'order' | 'operation_id'>,
): Promise<OrderReading> {
  if (by === 'order') return bank.read(accountId, { by, id });
  const reading = await bank.read(accountId, { by, id });
  if (reading.kind !== 'found') return reading;
  const { facts } = reading;
  const { merchantRequestId, merchantId, amount, status } = facts;
  return {
    kind: 'found',
    order: { bankOrderId: id, merchantRequestId, merchantId, amount, status, operations: [facts] },
  };
}

function expectedOf(row: PaymentEntity, intent: OperationEntity, hppOrderId: string): Expected {
  return {
    type: bankTypeOf(row),
    tries: row.page.tries ?? 'one',
    anyAmount: wayOf(row).times === 'many',
    merchantId: intent.bankMerchantId,
    amount: row.amount,
    currency: row.currency,
    livemode: row.livemode,
    merchantRequestId: intent.merchantRequestId,
    hppOrderId,
  };
}

/** The bank has shown the operation before: that it does not do so now says nothing. */
function chargeSight(reading: OrderReading, expected: Expected): Sight {
  if (reading.kind === 'unknown') return { kind: 'unreadable', reason: reading.reason };
  const facts = reading.kind === 'found' ? reading.order.operations[0] : undefined;
  return facts ? judgeCharge(facts, expected) : { kind: 'unreadable', reason: 'the bank does not know the operation' };
}

function sightOf(reading: OrderReading, expected: Expected, settledBy: string | null): Sight {
  switch (reading.kind) {
    case 'found':
      return judgeOrder(reading.order, expected, settledBy);
    case 'order_expired':
      return { kind: 'gone', reason: 'the bank calls the order expired' };
    case 'not_found':
      return { kind: 'gone', reason: 'the bank does not know the order' };
    case 'unknown':
      return { kind: 'unreadable', reason: reading.reason };
  }
}

const strongest = (one: Shown | null, other: Shown | null): Shown | null =>
  one === 'success' || other === 'success' ? 'success' : (one ?? other);
