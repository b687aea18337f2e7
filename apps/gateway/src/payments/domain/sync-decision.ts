import { type Failure, failureOf, reviewOf } from './failures.js';
import { type Shown } from './order-verdict.js';
import { type Payment, type PaymentFlags } from './payment.js';
import {
  CONFIRMATION_QUERIES,
  delayAfterDoubt,
  delayAfterEnd,
  delayOfOpenOrder,
  INCOMPLETE_SECONDS,
  type OrderAge,
} from './schedule.js';
import { canMove, type PaymentStatus, paymentStatus } from './statuses.js';
import { type ChargeVerdict } from './charge-verdict.js';

/** What a query of the bank showed: its verdict, that it no longer shows the order, or that it could not be read. */
export type Sight =
  | ChargeVerdict
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** What is known of an order from earlier looks, on the database's clock. */
export interface SyncHistory {
  /** The time that the merchant gave has passed. */
  readonly pastExpiry: boolean;
  readonly pastGrace: boolean;
  readonly pastDeadline: boolean;
  /** The most that any answer or callback ever showed, this look included. */
  readonly shown: Shown | null;
  /** Since a success first lacked a fact; null when none does. */
  readonly sinceIncompleteSeconds: number | null;
  /** Since the bank first said, after the grace, that it does not show the order; null when it did not. */
  readonly sinceGoneSeconds: number | null;
  /** How a hold that is proven goes on: it lasts, its time is over, or it was let go. Null: there is none. */
  readonly hold: 'lasts' | 'over' | 'released' | null;
  /** The second call of a charge has not arrived, although it has had the time to. */
  readonly unstarted?: boolean;
  /** Where a proven operation brings the payment. */
  readonly success: 'succeeded' | 'authorized';
}

export interface SyncDecision {
  readonly to: PaymentStatus;
  readonly failure?: Failure;
  readonly bankOperationId?: string;
  /** Where the customer is sent for 3-D Secure. */
  readonly redirectUrl?: string;
  /** No word of the bank led here, only the time that passed. */
  readonly byClock?: true;
  /** What a person must look at because the status cannot say it. */
  readonly flags: PaymentFlags;
}

const EXPIRED = failureOf('expired');
const NOT_REACHED = failureOf('not_reached');
/** Seconds between the two answers "no such order" that count. */
const GONE_APART_SECONDS = 3_600;

/** Where a payment goes after a look at the bank. Illegal moves are not made: the payment stays, and is flagged. */
export function decideSync(payment: Payment, sight: Sight, history: SyncHistory): SyncDecision {
  const wanted = wish(payment, sight, history);
  const legal = wanted.to === payment.status || canMove(payment.status, wanted.to);
  return legal ? { ...wanted, flags: {} } : { to: payment.status, flags: flagsOf(payment, sight, wanted) };
}

type Wish = Omit<SyncDecision, 'flags'>;

function wish(payment: Payment, sight: Sight, history: SyncHistory): Wish {
  const stay: Wish = { to: payment.status };
  switch (sight.kind) {
    case 'succeeded':
      return proven(payment, sight.facts.operationId, history);
    case 'failed':
      // An operation that failed is proof; a closed order that hides a success seen before is not.
      return history.shown === 'success' && sight.facts === undefined
        ? review(TAKEN_BACK)
        : { to: 'failed', failure: sight.failure };
    case 'review':
      return review(sight.reason);
    case 'incomplete':
      return (history.sinceIncompleteSeconds ?? 0) < INCOMPLETE_SECONDS ? stay : review(sight.reason);
    case 'pending':
      return payment.status === 'requires_confirmation'
        ? waitForMerchant(stay, history)
        : underWay('processing', history);
    case 'challenge':
      return { ...underWay('requires_action', history), redirectUrl: sight.url };
    case 'unstarted':
      return unstarted(payment, history);
    case 'untouched':
      return untouched(payment, history);
    case 'gone':
      return gone(stay, sight.reason, history);
    case 'unreadable':
      return history.pastDeadline ? late(`the bank could not be read: ${sight.reason}`) : stay;
  }
}

/** The bank shows that the money is there; of a hold, it may since have been let go. */
function proven(payment: Payment, operationId: string | undefined, { hold, success }: SyncHistory): Wish {
  if (hold === 'released' && payment.status !== 'succeeded') return { to: 'canceled' };
  if (hold === 'over' && payment.status === 'authorized') return { to: 'canceled', byClock: true };
  return { to: success, ...(operationId ? { bankOperationId: operationId } : {}) };
}

const TAKEN_BACK = 'the bank showed a success before and takes it back';

/** The bank is at work on it, or the customer is. */
const underWay = (to: PaymentStatus, { pastDeadline }: SyncHistory): Wish =>
  pastDeadline ? late('the bank has no result yet') : { to };

/** No step that moves money was ever on record: the clock alone may end it. */
const waitForMerchant = (stay: Wish, { pastExpiry }: SyncHistory): Wish =>
  pastExpiry ? { to: 'expired', failure: EXPIRED, byClock: true } : stay;

/** Seconds between the two answers that show that the second call of a charge never arrived. */
const UNSTARTED_APART_SECONDS = 60;

/** Only this proves it: the same card data may come again. */
function unstarted({ status }: Payment, history: SyncHistory): Wish {
  if (status === 'requires_confirmation') return waitForMerchant({ to: status }, history);
  const isProven = history.unstarted === true && (history.sinceGoneSeconds ?? 0) >= UNSTARTED_APART_SECONDS;
  if (status === 'processing' && isProven) return { to: 'requires_confirmation', failure: NOT_REACHED };
  return underWay(status, history);
}

/** An attempt that vanished first goes back to the customer; only a payment without a live attempt can expire. */
function untouched(payment: Payment, history: SyncHistory): Wish {
  if (history.shown === 'success') return review(TAKEN_BACK);
  if (payment.status === 'processing') return { to: 'requires_action' };
  return history.pastGrace ? { to: 'expired', failure: EXPIRED, byClock: true } : { to: payment.status };
}

/**
 * The one error code that decides, and only if nothing but failures was ever shown: given twice, an hour apart, two hours
 * after expiry.
 */
function gone(stay: Wish, reason: string, { pastDeadline, shown, sinceGoneSeconds }: SyncHistory): Wish {
  if ((sinceGoneSeconds ?? 0) < GONE_APART_SECONDS) return pastDeadline ? review(reason) : stay;
  return shown === null ? { to: 'expired', failure: EXPIRED } : review(`${reason}, yet it has shown an attempt to pay`);
}

const review = (reason: string): Wish => ({ to: 'needs_review', failure: reviewOf(reason) });
/** As {@link review}, since nothing came in time. */
const late = (reason: string): Wish => ({ ...review(reason), byClock: true });

/** What an ended payment cannot say by its status; an answer that cannot be read, or an order long gone, says nothing. */
function flagsOf(payment: Payment, sight: Sight, wanted: Wish): PaymentFlags {
  const { ended, paid: isPaid } = paymentStatus(payment.status);
  if (!ended) return {};
  if (isPaid && UNPAID.includes(sight.kind)) return { contradicted: TAKEN_BACK };
  const speaks: readonly Sight['kind'][] = isPaid ? ['review'] : ['review', 'incomplete'];
  if (!speaks.includes(sight.kind) || !wanted.failure) return {};
  return { [isPaid ? 'contradicted' : 'late_money']: wanted.failure.message };
}

const UNPAID: readonly Sight['kind'][] = ['failed', 'untouched'];

/** When the bank is asked next; `hintQueries`: queries since the last hint or doubt, 0 when there is none. */
export interface NextLook {
  readonly nextSyncInSeconds: number | null;
  readonly hintQueries: number;
}

/** What the next look depends on besides the status and what was seen. */
export interface LookClock extends OrderAge {
  readonly hintQueries: number;
  readonly sinceEndedSeconds: number;
  readonly sinceIncompleteSeconds: number | null;
  readonly pastDeadline: boolean;
  /** Until the bank must have let go of a hold, where there is one that lasts. */
  readonly untilHoldEndsSeconds?: number | null;
  /** Something else under the order is unfinished. */
  readonly again: boolean;
  /** In [0, 1). */
  readonly random: number;
}

/** Sights after which more will come, however the payment stands. */
const RESTLESS: readonly Sight['kind'][] = ['pending', 'challenge', 'incomplete', 'unreadable'];

/**
 * Open orders are asked by their age, ended payments more and more rarely, and whatever is in doubt in quick succession
 * at first. A canceled order is followed like an open one, since it can still be paid.
 */
export function nextLook(status: PaymentStatus, sight: Sight, clock: LookClock): NextLook {
  if (status === 'needs_review') return afterDoubt(clock);
  const isOpen = status === 'canceled' ? !clock.pastDeadline : !paymentStatus(status).ended;
  if (isOpen) return nextOfOpenOrder(sight, clock);
  if (clock.again || RESTLESS.includes(sight.kind)) return afterDoubt(clock);
  const later = delayAfterEnd(clock.sinceEndedSeconds, clock.random);
  const holdEnds = status === 'authorized' ? (clock.untilHoldEndsSeconds ?? null) : null;
  if (holdEnds === null) return { nextSyncInSeconds: later, hintQueries: 0 };
  return { nextSyncInSeconds: Math.max(1, Math.min(later ?? holdEnds, holdEnds)), hintQueries: 0 };
}

function nextOfOpenOrder(sight: Sight, clock: LookClock): NextLook {
  const { hintQueries, sinceIncompleteSeconds, random } = clock;
  if (sight.kind === 'incomplete') {
    const next = afterDoubt(clock);
    const left = Math.max(1, INCOMPLETE_SECONDS - (sinceIncompleteSeconds ?? 0));
    return { ...next, nextSyncInSeconds: Math.min(next.nextSyncInSeconds ?? left, left) };
  }
  if (hintQueries > 0 && hintQueries <= CONFIRMATION_QUERIES) return afterDoubt(clock);
  return { nextSyncInSeconds: delayOfOpenOrder(clock, random), hintQueries };
}

function afterDoubt({ hintQueries, random }: LookClock): NextLook {
  const queries = Math.max(1, hintQueries);
  return { nextSyncInSeconds: delayAfterDoubt(queries - 1, random), hintQueries: queries + 1 };
}
