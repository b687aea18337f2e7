import { type Transaction } from '../../database/transaction.js';
import { type OrderReading, type PaymentBank } from '../bank/payment-bank.js';
import { type BankOrderFacts } from '../domain/bank-facts.js';
import { moveOperation } from '../domain/operation.js';
import { shownBy } from '../domain/order-verdict.js';
import { move } from '../domain/payment.js';
import { strangeness } from '../domain/several-orders.js';
import { operationStatus } from '../domain/statuses.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { currentOf, operationOf } from '../store/operation.repository.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { type Conclusion, type PaymentRecords } from '../store/payment-records.js';
import { paymentOf } from '../store/payment.repository.js';

/** An order that a callback named and that shows money, but not as one of ours would. */
export interface StrangeOrder {
  readonly bankOrderId: string;
  readonly reading: OrderReading;
  readonly reason: string;
}

/**
 * Asks for the orders that callbacks named. One of them is the order of a request whose answer was lost, if the bank shows it
 * as that: from then on it is followed, beside the one that the payment has by now.
 * @returns those that show money and cannot be told
 */
export async function assignNamedOrders(
  { bank, records }: { readonly bank: PaymentBank; readonly records: PaymentRecords },
  payment: PaymentEntity,
): Promise<StrangeOrder[]> {
  const strange: StrangeOrder[] = [];
  for (const bankOrderId of payment.namedOrderIds) {
    const reading = await bank.read(payment.merchantAccountId, { by: 'order', id: bankOrderId });
    if (reading.kind !== 'found' || reading.order.bankOrderId !== bankOrderId) continue; // asked for again with the next look
    const reason = await records.transaction((tx) => assign(tx, records, payment, reading.order));
    if (reason !== undefined) strange.push({ bankOrderId, reading, reason });
  }
  return strange;
}

/** @returns why the order cannot be told, where it shows money */
async function assign(
  tx: Transaction,
  records: PaymentRecords,
  { merchantAccountId, id }: PaymentEntity,
  order: BankOrderFacts,
): Promise<string | undefined> {
  const { bankOrderId } = order;
  const payment = await records.payments.lock(tx, merchantAccountId, id);
  const intents = await records.operations.intents(merchantAccountId, id, tx);
  const current = currentOf(intents);
  if (!payment || !current) return undefined;
  const own = intents.find((intent) => intent.merchantRequestId === order.merchantRequestId);
  const isKnown = intents.some((intent) => intent.bankOrderId === bankOrderId);
  const { bankMerchantId } = current;
  const { fits, foreign, reason } = strangeness(order, own, { bankMerchantId, amount: payment.amount });
  const isOfNobody = isKnown || foreign;
  if (isOfNobody || fits) await records.payments.forgetName(tx, payment, bankOrderId);
  if (isOfNobody) return undefined;
  if (!own || !fits) return shownBy(order) === 'success' ? reason : undefined;
  await records.conclude(tx, followedFrom(payment, own, { isCurrent: own === current, bankOrderId }));
  return undefined;
}

/** The order that the payment waits for opens it, but its link is not known. */
function followedFrom(
  payment: PaymentEntity,
  own: OperationEntity,
  { isCurrent, bankOrderId }: { readonly isCurrent: boolean; readonly bankOrderId: string },
): Conclusion {
  const opens = isCurrent && operationStatus(own.status).inDoubt;
  return {
    operation: opens ? moveOperation(operationOf(own), 'action_required') : operationOf(own),
    notes: { bankOrderId, ...(opens ? { nextQueryInSeconds: null } : {}) },
    moved: move(paymentOf(payment), opens && payment.status === 'created' ? 'requires_action' : payment.status),
    extras: { nextSyncInSeconds: 0 },
  };
}
