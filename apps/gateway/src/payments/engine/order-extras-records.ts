import { type Transaction } from '../../database/transaction.js';
import { type BankOperationFacts, type BankOrderFacts } from '../domain/bank-facts.js';
import { extrasOf, foreignCapture, type KnownRefund, repeatsOf, secondCharges } from '../domain/order-extras.js';
import { paymentStatus } from '../domain/statuses.js';
import { type Moved, type Payment, type PaymentFlags } from '../domain/payment.js';
import { type Expected } from '../domain/success-rule.js';
import { wayOf } from '../kinds/methods.js';
import { adoptFollowUp, adoptPayment, type Found } from './adoption.js';
import { type Look } from './look.js';
import { type PaymentRecords } from '../store/payment-records.js';

/** One look at an order, and the rows it is about. */
interface Extras extends Pick<Look, 'row' | 'current' | 'reading' | 'expected'> {
  readonly paidBy: string | null;
}

/** Records what an order shows beside the operation that paid it: refunds made elsewhere are adopted, and so is money that came once more where it may; the rest is flagged. */
export async function recordExtras(
  records: PaymentRecords,
  tx: Transaction,
  payment: Payment,
  { row, current, reading, expected, paidBy }: Extras,
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
  const repeats = wayOf(row).times === 'many' ? repeatsOf(reading.order, expected, [paidBy, ...captured]) : [];
  for (const facts of repeats) await adoptPayment(tx, { payment: row, operation: current }, foundAs(facts, expected));
  const order = { ...reading.order, operations: reading.order.operations.filter((one) => !repeats.includes(one)) };
  const extras = extrasOf(order, { ...expected, paidBy: [paidBy, ...captured] }, ours);
  for (const refundId of extras.toSettle) await records.operations.makeDue(tx, accountId, refundId);
  let moved: Moved = { payment: { ...payment, flags: flagsAfter(payment.flags, extras.flags) }, events: [] };
  for (const facts of extras.imports)
    moved = (await adoptFollowUp(tx, moved, 'refund', foundAs(facts, expected))) ?? withUnclear(moved);
  return { ...moved, again: extras.again };
}

const foundAs = (facts: BankOperationFacts, { merchantId }: Expected): Found => ({ facts, bankMerchantId: merchantId });

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

/** One whose request is of another payment is not counted here: a person must look. */
const withUnclear = ({ payment, events }: Moved): Moved => {
  const refund_unclear = 'the bank reports a refund that belongs to another payment';
  return { payment: { ...payment, flags: { ...payment.flags, refund_unclear } }, events };
};
