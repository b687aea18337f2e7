import { type Transaction } from '../../database/transaction.js';
import { type BankOperationFacts, type BankOrderFacts } from '../domain/bank-facts.js';
import { extrasOf, foreignCapture, type KnownRefund, repeatsOf, secondCharges } from '../domain/order-extras.js';
import { paymentStatus } from '../domain/statuses.js';
import { type Moved, type Payment, type PaymentFlags } from '../domain/payment.js';
import { type Expected } from '../domain/success-rule.js';
import { wayOf } from '../kinds/methods.js';
import { adoptFollowUp, adoptPayment, type Found } from './adoption.js';
import { type Look } from './look.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type PaymentRecords } from '../store/payment-records.js';

/** One look at an order, and the rows it is about. */
interface OrderLook extends Pick<Look, 'row' | 'reading' | 'expected'> {
  readonly paidBy: string | null;
}

/** What an order shows beside the operation that paid it. */
export interface Beside {
  /** With the flags that it brings. */
  readonly payment: Payment;
  /** Refunds made elsewhere, to be adopted. */
  readonly imports: readonly BankOperationFacts[];
  /** Money that came once more, where it may: payments of their own. */
  readonly repeats: readonly BankOperationFacts[];
  /** Refunds of ours that are to be asked for by themselves. */
  readonly toSettle: readonly string[];
  /** Something is under way that is not ours to follow. */
  readonly again: boolean;
}

/** @param ours what acts on the payment as far as we know */
export function besideOf(
  payment: Payment,
  { row, reading, expected, paidBy }: OrderLook,
  ours: readonly OperationEntity[],
): Beside {
  const nothing = { payment, imports: [], repeats: [], toSettle: [], again: false };
  if (!paymentStatus(payment.status).paid || paidBy === null || reading.kind !== 'found') return nothing;
  if (payment.status === 'authorized') {
    const flags = { ...payment.flags, ...besideHold(reading.order, paidBy, ours) };
    return { ...nothing, payment: { ...payment, flags } };
  }
  const captured = ours.flatMap(({ kind, bankOperationId }) =>
    kind === 'capture' && bankOperationId ? [bankOperationId] : [],
  );
  const known = [paidBy, ...captured];
  const repeats = wayOf(row).times === 'many' ? repeatsOf(reading.order, expected, known) : [];
  const order = { ...reading.order, operations: reading.order.operations.filter((one) => !repeats.includes(one)) };
  const { flags, ...extras } = extrasOf(order, { ...expected, paidBy: known }, ours);
  return { ...extras, repeats, payment: { ...payment, flags: flagsAfter(payment.flags, flags) } };
}

/** Whether the payment's own row says all of it. */
export const isPlain = ({ imports, repeats, toSettle }: Beside): boolean =>
  imports.length + repeats.length + toSettle.length === 0;

/** Adopts what was made elsewhere. @returns the payment with it, not yet written */
export async function recordBeside(
  records: PaymentRecords,
  tx: Transaction,
  { payment, imports, repeats, toSettle }: Beside,
  { row, current, expected }: Pick<Look, 'row' | 'current' | 'expected'>,
): Promise<Moved> {
  for (const facts of repeats) await adoptPayment(tx, { payment: row, operation: current }, foundAs(facts, expected));
  for (const refundId of toSettle) await records.operations.makeDue(tx, payment.accountId, refundId);
  let moved: Moved = { payment, events: [] };
  for (const facts of imports)
    moved = (await adoptFollowUp(tx, moved, 'refund', foundAs(facts, expected))) ?? withUnclear(moved);
  return moved;
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
