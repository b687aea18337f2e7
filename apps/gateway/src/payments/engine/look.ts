import { type OrderReading } from '../bank/payment-bank.js';
import { judgeOrder, type Shown, shownBy } from '../domain/order-verdict.js';
import { weightiest } from '../domain/several-orders.js';
import { type Expected } from '../domain/success-rule.js';
import { type Sight } from '../domain/sync-decision.js';
import { bankTypeOf, wayOf } from '../kinds/methods.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { currentOf } from '../store/operation.repository.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { type PaymentAges } from '../store/payment.repository.js';
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

export interface Reading {
  readonly bankOrderId: string;
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
  const seen = withOrders(intents).flatMap(({ intent, bankOrderId }): Seen[] => {
    const reading = readings.find((one) => one.bankOrderId === bankOrderId)?.reading;
    if (!reading) return [];
    const expected = expectedOf(row, intent, bankOrderId);
    return [{ intent, reading, expected, sight: sightOf(reading, expected, intent.bankOperationId) }];
  });
  const own = seen.find(({ intent }) => intent === current);
  if (!own && current.bankOrderId !== null) return undefined;
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

/** The orders of a payment that there is something to ask for. */
export const withOrders = (intents: readonly OperationEntity[]) =>
  intents.flatMap((intent) => (intent.bankOrderId === null ? [] : [{ intent, bankOrderId: intent.bankOrderId }]));

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
