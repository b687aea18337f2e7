import { type OrderOutcome } from '../bank/payment-bank.js';
import { defectOf, type Failure, failureOf, reviewOf } from '../domain/failures.js';
import { isSafeLink, misfitsOf } from '../domain/order-answer.js';
import { delayAfterDoubt, delayOfOpenOrder, ORDER_REVIEW_SECONDS } from '../domain/schedule.js';
import { type OperationStatus, operationStatus, type PaymentStatus } from '../domain/statuses.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type Held } from '../store/payment-records.js';
import { type PaymentAges } from '../store/payment.repository.js';
import { type Decided } from './decided.js';

/** Where a payment stands whose order is being opened. */
export interface Opening extends Held {
  readonly ages: Pick<
    PaymentAges,
    'now' | 'sinceCreatedSeconds' | 'untilExpirySeconds' | 'pastExpiry' | 'pastDeadline'
  >;
  /** Orders of the payment so far, this one included. */
  readonly orders: number;
  /** Whether this run has not yet repeated a request at once. */
  readonly mayRepeat: boolean;
}

type Opened = Extract<OrderOutcome, { kind: 'opened' }>;
type Unknown = Extract<OrderOutcome, { kind: 'unknown' }>;

/** Orders of one payment: an orphaned one is followed by another, but more would mean that something else is wrong. */
const MAX_ORDERS = 3;
const HELD_ELSEWHERE = 'The bank has an order of our id that we never sent: somebody may have its link.';

/** Ends a payment that never got its link. */
const close = (status: OperationStatus, to: PaymentStatus, failure: Failure, cause: 'bank' | 'clock'): Decided => ({
  to: status,
  failure,
  notes: { nextQueryInSeconds: null, cause },
  payment: { to, failure },
  extras: { nextSyncInSeconds: null, cause },
});

/** Of payments whose order may have to be sent again, or to be let go. */
export const WAITS_FOR_ORDER: readonly PaymentStatus[] = ['created', 'canceled'];

/** What an answer to create-order leads to. An order cannot charge before the customer has the link. */
export function decideOpening(opening: Opening, outcome: OrderOutcome): Decided {
  if (isGivenUp(opening) && outcome.kind !== 'opened') return abandon(opening);
  switch (outcome.kind) {
    case 'opened':
      return takeAnswer(opening, outcome);
    case 'refused':
      return outcome.provenNoEffect
        ? close('rejected', 'failed', refusal(outcome.code), 'bank')
        : leaveOpen(opening, { kind: 'unknown', reason: `the bank answered ${outcome.code}` });
    case 'duplicate':
      return isOnRecord(opening.operation) ? replaceOrphan(opening) : holdBack(opening);
    case 'unsendable':
      return mayBeElsewhere(opening.operation)
        ? holdBack(opening, outcome.reason)
        : close('rejected', 'failed', defectOf(outcome.reason), 'bank');
    case 'unknown':
      return opening.mayRepeat && outcome.atOnce === true && !opening.ages.pastExpiry
        ? { to: opening.operation.status, notes: { takeBack: outcome.unsent === true }, next: 'in_doubt' }
        : leaveOpen(opening, outcome);
  }
}

/** What to do for a payment whose order is in doubt, when its time has come: send once more, wait, or end it. */
export function decideReopening(opening: Opening): Decided {
  const { operation, ages } = opening;
  if (isGivenUp(opening)) return abandon(opening);
  if (operation.knownElsewhereAt !== null) {
    return ages.pastDeadline
      ? close('needs_review', 'needs_review', reviewOf(HELD_ELSEWHERE), 'clock')
      : wait(operation.status, ages.untilExpirySeconds + ORDER_REVIEW_SECONDS);
  }
  if (ages.pastExpiry) return close('abandoned', 'expired', failureOf('order_not_opened'), 'clock'); // the customer is long gone
  const isOpen = operationStatus(operation.status).inDoubt;
  if (!isOpen) return wait(operation.status, ages.untilExpirySeconds);
  return { to: operation.status, notes: {}, next: 'in_doubt' };
}

/** The link is shown only if the bank answers what it was asked. */
function takeAnswer(opening: Opening, outcome: Opened): Decided {
  const { payment, operation, ages } = opening;
  const { bankOrderId, redirectUrl, qrLink, expiresAt } = outcome;
  const { amount, livemode } = payment;
  const { merchantRequestId, bankMerchantId: merchantId } = operation;
  const misfits = misfitsOf(outcome, { merchantRequestId, merchantId, amount, livemode }, ages.now);
  if (misfits.length > 0 || redirectUrl === undefined) {
    const reason = `the answer of the bank does not fit: ${misfits.join(', ')}`;
    return leaveOpen(opening, { kind: 'unknown', reason }, { bankOrderId });
  }
  const untilExpirySeconds = expiresAt ? (expiresAt.getTime() - ages.now.getTime()) / 1_000 : ages.untilExpirySeconds;
  return {
    to: 'action_required',
    notes: {
      ...{ bankOrderId, redirectUrl, nextQueryInSeconds: null },
      ...(qrLink !== undefined && isSafeLink(qrLink, livemode) ? { qrLink } : {}),
    },
    payment: { to: isGivenUp(opening) ? payment.status : 'requires_action' },
    extras: { expiresAt, nextSyncInSeconds: delayOfOpenOrder({ ...ages, untilExpirySeconds }, Math.random()) },
  };
}

/** Asked again at the pace of a doubt, and at the payment's own expiry for the last time. */
function leaveOpen(
  { operation, ages }: Opening,
  { reason, noSession, unsent }: Unknown,
  ids: Readonly<Record<string, string>> = {},
): Decided {
  return {
    to: 'unknown',
    notes: {
      takeBack: unsent === true,
      queries: operation.queries + 1,
      nextQueryInSeconds: untilExpiry(ages, delayAfterDoubt(operation.queries, Math.random())),
      evidence: { ...operation.evidence, reason, ...ids },
      awaitsSession: noSession === true,
    },
  };
}

/** The merchant gave the payment up while its order was in doubt: it is followed if it comes, and never sent again. */
const isGivenUp = ({ payment }: Opening): boolean => payment.status === 'canceled';

const abandon = ({ payment, operation }: Opening): Decided => ({
  to: operationStatus(operation.status).inDoubt ? 'abandoned' : operation.status,
  notes: { nextQueryInSeconds: null, cause: 'merchant' },
  payment: { to: payment.status },
});

/** An earlier send of ours, of which we know that nobody got the link. What a backup does not know does not count. */
const isOnRecord = ({ sends, restoredAt }: OperationEntity): boolean => sends > 1 && restoredAt === null;

/** Sent before the backup that we are back at, perhaps, and its link shown. */
const mayBeElsewhere = ({ restoredAt }: OperationEntity): boolean => restoredAt !== null;

/** We sent it before, so nobody else can have its link: it can never be paid, and another takes its place. */
function replaceOrphan({ payment, operation, ages, orders }: Opening): Decided {
  const orphan: Decided = {
    to: 'abandoned',
    notes: { nextQueryInSeconds: null, evidence: { ...operation.evidence, reason: 'orphaned order' } },
  };
  if (orders < MAX_ORDERS && !ages.pastExpiry) return { ...orphan, next: 'successor' };
  return { ...orphan, payment: { to: payment.status }, extras: { nextSyncInSeconds: untilExpiry(ages) } };
}

/** An order of our id that we never sent, as far as we know: its link may be with a customer, so there is no second one. */
const holdBack = ({ payment, ages }: Opening, reason = HELD_ELSEWHERE): Decided => ({
  to: 'unknown',
  notes: { evidence: { reason }, nextQueryInSeconds: null, knownElsewhere: true },
  payment: { to: payment.status },
  extras: { nextSyncInSeconds: ages.untilExpirySeconds + ORDER_REVIEW_SECONDS },
});

/** Nothing to send: the payment is looked at again when its time is over. */
const wait = (status: OperationStatus, seconds: number): Decided => ({
  to: status,
  notes: { nextQueryInSeconds: null },
  payment: { to: 'created' },
  extras: { nextSyncInSeconds: Math.max(1, seconds) },
});

/** Seconds of the delay, cut at the payment's own expiry. */
const untilExpiry = ({ untilExpirySeconds }: Opening['ages'], delaySeconds: number | null = null): number =>
  Math.max(1, Math.min(delaySeconds ?? Infinity, untilExpirySeconds));

/** Nothing was opened, so the merchant may try again under a key of its own. */
const refusal = (code: string): Failure => failureOf('refused_by_bank', `The bank refused the order (${code}).`);
