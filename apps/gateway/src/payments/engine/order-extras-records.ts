import { newId } from '../../database/id.js';
import { type Transaction } from '../../database/transaction.js';
import { type OrderReading } from '../bank/payment-bank.js';
import { type BankOperationFacts, type BankOrderFacts } from '../domain/bank-facts.js';
import { newOperation } from '../domain/operation.js';
import { extrasOf, foreignCapture, type KnownRefund, secondCharges } from '../domain/order-extras.js';
import { paymentStatus } from '../domain/statuses.js';
import { addRefunded, type Moved, type Payment, type PaymentFlags, withEvent } from '../domain/payment.js';
import { type Expected } from '../domain/success-rule.js';
import { evidenceOf } from '../domain/evidence.js';
import { type PaymentRecords } from '../store/payment-records.js';

/** The reason that an imported refund shows. */
const MADE_ELSEWHERE = 'made at the bank, not through us';

/** Records what an order shows beside the operation that paid it: refunds made elsewhere are imported, the rest is flagged. */
export async function recordExtras(
  records: PaymentRecords,
  tx: Transaction,
  payment: Payment,
  {
    reading,
    expected,
    paidBy,
  }: { readonly reading: OrderReading; readonly expected: Expected; readonly paidBy: string | null },
): Promise<Moved & { readonly again: boolean }> {
  const { accountId, id } = payment;
  if (!paymentStatus(payment.status).paid || paidBy === null || reading.kind !== 'found')
    return { payment, events: [], again: false };
  const ours = await records.operations.followUps(tx, accountId, id);
  if (payment.status === 'authorized') {
    return {
      payment: { ...payment, flags: { ...payment.flags, ...besideHold(reading.order, paidBy, ours) } },
      events: [],
      again: false,
    };
  }
  const captured = ours.flatMap(({ kind, bankOperationId }) =>
    kind === 'capture' && bankOperationId ? [bankOperationId] : [],
  );
  const extras = extrasOf(reading.order, { ...expected, paidBy: [paidBy, ...captured] }, ours);
  for (const refundId of extras.toSettle) await records.operations.makeDue(tx, accountId, refundId);
  let current: Moved = { payment: { ...payment, flags: flagsAfter(payment.flags, extras.flags) }, events: [] };
  for (const facts of extras.imports)
    current = await importRefund(records, tx, current, { facts, bankMerchantId: expected.merchantId });
  return { ...current, again: extras.again };
}

/** A capture that is not ours has its own flag. */
function besideHold(order: BankOrderFacts, heldBy: string, ours: readonly KnownRefund[]): PaymentFlags {
  const contradicted = foreignCapture(order, ours);
  const holds = { ...order, operations: order.operations.filter(({ type }) => type !== 'COMPLETION') };
  const second_charge = secondCharges(holds, [heldBy], ours);
  return { ...(contradicted ? { contradicted } : {}), ...(second_charge ? { second_charge } : {}) };
}

/** An unclear refund is flagged only as long as the bank shows it and it is unclear; the others stay. */
const flagsAfter = (before: PaymentFlags, shown: PaymentFlags): PaymentFlags => ({
  ...Object.fromEntries(Object.entries(before).filter(([flag]) => flag !== 'refund_unclear')),
  ...shown,
});

async function importRefund(
  records: PaymentRecords,
  tx: Transaction,
  { payment, events }: Moved,
  { facts, bankMerchantId }: { facts: BankOperationFacts; bankMerchantId: string },
): Promise<Moved> {
  const { accountId, id: paymentId, currency } = payment;
  const { merchantRequestId = '', amount = 0, ecomOperationId, operationId } = facts;
  if (await records.operations.isOurs(tx, accountId, merchantRequestId)) {
    const refund_unclear = 'the bank reports a refund that belongs to another payment';
    return { payment: { ...payment, flags: { ...payment.flags, refund_unclear } }, events };
  }
  const sent = newOperation({
    ...{ accountId, paymentId, amount, currency, merchantRequestId, bankMerchantId },
    ...{ id: newId('ref'), kind: 'refund' as const, step: 'give_back' as const, parentId: null },
  });
  const refund = { ...sent, status: 'succeeded' as const };
  await records.operations.insert(tx, refund, MADE_ELSEWHERE);
  const bankOperationId = ecomOperationId ?? operationId;
  await records.operations.save(tx, refund, {
    ...(bankOperationId ? { bankOperationId } : {}),
    evidence: evidenceOf('order_query', { kind: 'imported', facts }),
    nextQueryInSeconds: null,
    cause: 'bank',
  });
  const told = withEvent(addRefunded(payment, amount), 'refund.created', { kind: 'refund', id: refund.id });
  return { payment: told.payment, events: [...events, ...told.events] };
}
