import { type Failure } from '../domain/failures.js';
import { moveOperation, type Operation } from '../domain/operation.js';
import { announceFlags, move, type Moved, type Payment, withEvent } from '../domain/payment.js';
import { operationStatus, type OperationStatus, type PaymentStatus } from '../domain/statuses.js';
import { followUpOf, isFollowUp } from '../kinds/kinds.js';
import { type OperationNotes, operationOf } from '../store/operation.repository.js';
import { OperationEntity } from '../store/operation.entity.js';
import { PaymentEntity } from '../store/payment.entity.js';
import { type Conclusion, type Held } from '../store/payment-records.js';
import { type PaymentExtras, paymentOf } from '../store/payment.repository.js';

/** What follows from what the bank said; members that are absent leave things as they are. */
export interface Decided {
  readonly to: OperationStatus;
  /** Null: there is none any more. */
  readonly failure?: Failure | null;
  readonly notes: OperationNotes;
  /** Where the payment goes; follow-ups move it by the row of their kind. */
  readonly payment?: { readonly to: PaymentStatus; readonly failure?: Failure };
  readonly extras?: PaymentExtras;
  /**
   * Goes out once more: the same request, the same after it was proven absent, or another in its place. Or it goes on with
   * its second step, in which the bank may ask for the customer's browser.
   */
  readonly next?: 'in_doubt' | 'absent' | 'successor' | 'second' | 'second_in_browser';
}

/** What is to be written. Pure, so that it can be known before it is. @param at when, where an answer is written beside it */
export function conclusionOf({ payment, operation }: Held, decided: Decided, at?: Date): Conclusion {
  const before = operationOf(operation);
  const failure = decided.failure === undefined ? before.failure : decided.failure;
  const after = moveOperation(before, decided.to, { failure });
  const current = paymentOf(payment);
  const moved = decided.payment
    ? move(current, decided.payment.to, decided.payment.failure ? { failure: decided.payment.failure } : {})
    : afterFollowUp(current, before, after);
  return { operation: after, notes: { ...decided.notes, at }, moved, extras: { ...decided.extras, at } };
}

/** The payment after a move of what acts on it: what it held is let go, and what it did is counted. */
function afterFollowUp(payment: Payment, before: Operation, after: Operation): Moved {
  const { kind, id, amount } = after;
  if (!isFollowUp(kind) || before.status === after.status) return { payment, events: [] };
  const { reserves, done } = followUpOf(kind);
  const isLate = operationStatus(before.status).ended;
  const isFreed = !isLate && operationStatus(after.status).ended;
  const freed = isFreed ? { ...payment, [reserves]: payment[reserves] - amount } : payment;
  const succeeded = after.status === 'succeeded';
  const counted: Moved = succeeded ? done(freed, after, isLate) : { payment: freed, events: [] };
  const told = withEvent(counted.payment, `${kind}.${succeeded && isLate ? 'succeeded_late' : 'updated'}`, {
    kind,
    id,
  });
  const flagged = announceFlags(told.payment, payment.flags);
  return { payment: flagged.payment, events: [...counted.events, ...told.events, ...flagged.events] };
}

/** The rows as they will be, for an answer that is written by the same statement. */
export function preview(held: Held, { operation, notes, moved, extras }: Conclusion, at: Date): Held {
  const { status, amountAuthorized, amountCaptured, amountRefunded, flags, failure } = moved.payment;
  const amounts = { amountAuthorized, amountCaptured, amountRefunded };
  const expiresAt = extras.expiresAt ?? held.payment.expiresAt;
  const redirectUrl = notes.redirectUrl ?? held.operation.redirectUrl;
  const times = { updatedAt: at, changedAt: at };
  const payment = { status, ...amounts, flags, ...columnsOf(failure), expiresAt, ...times };
  const qrLink = notes.qrLink ?? held.operation.qrLink;
  const after = { status: operation.status, ...columnsOf(operation.failure), redirectUrl, qrLink, ...times };
  return {
    payment: Object.assign(new PaymentEntity(), held.payment, payment),
    operation: Object.assign(new OperationEntity(), held.operation, after),
  };
}

const columnsOf = (failure: Failure | null) => ({
  failureCode: failure?.code ?? null,
  failureMessage: failure?.message ?? null,
});
