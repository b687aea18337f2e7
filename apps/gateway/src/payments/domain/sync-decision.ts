import { type OperationStatus } from './operation.js';
import { canMove, type Failure, type Payment, type PaymentStatus } from './payment.js';
import { CONFIRMATION_QUERIES } from './schedule.js';
import { type Verdict } from './verdict.js';

/** What a query of the bank showed: its verdict, or that it could not be read. */
export type Sight = Verdict | { readonly kind: 'unreadable'; readonly reason: string };

/** The clock's part in a decision, on the database's clock. */
export interface SyncClock {
  readonly pastGrace: boolean;
  readonly pastDeadline: boolean;
  /** Queries since the last hint that something happened; 0 when there was none. */
  readonly hintQueries: number;
}

export interface SyncDecision {
  readonly to: PaymentStatus;
  readonly failure?: Failure;
  readonly bankOperationId?: string;
  /** Whether the bank is to be asked again. */
  readonly askAgain: boolean;
}

const SETTLED: readonly PaymentStatus[] = ['succeeded', 'canceled', 'failed', 'expired', 'needs_review', 'authorized'];
const EXPIRED: Failure = { code: 'expired', message: 'The customer did not pay in time.' };

/** Where a payment goes after a look at the bank. Illegal moves are not made: the payment stays where it is. */
export function decideSync(payment: Payment, sight: Sight, clock: SyncClock): SyncDecision {
  const wanted = wish(payment, sight, clock);
  const legal = wanted.to === payment.status || canMove(payment.status, wanted.to);
  const decision = legal ? wanted : { to: payment.status };
  return { ...decision, askAgain: !SETTLED.includes(decision.to) };
}

type Wish = Omit<SyncDecision, 'askAgain'>;

function wish(payment: Payment, sight: Sight, clock: SyncClock): Wish {
  switch (sight.kind) {
    case 'succeeded':
      return { to: 'succeeded', ...(sight.facts.operationId ? { bankOperationId: sight.facts.operationId } : {}) };
    case 'failed':
      return { to: 'failed', failure: sight.failure };
    case 'review':
      return review(sight.reason);
    case 'incomplete':
      return clock.hintQueries > CONFIRMATION_QUERIES || clock.pastDeadline
        ? review(sight.reason)
        : { to: payment.status };
    case 'pending':
      return clock.pastDeadline ? review('the bank has no result yet') : { to: 'processing' };
    case 'untouched':
      return untouched(payment, clock);
    case 'unreadable':
      return clock.pastDeadline ? review(`the bank could not be read: ${sight.reason}`) : { to: payment.status };
  }
}

/** An attempt that vanished first goes back to the customer; only a payment that nobody touched can expire. */
function untouched(payment: Payment, clock: SyncClock): Wish {
  if (payment.status === 'processing') return { to: 'requires_action' };
  if (payment.status === 'needs_review') return { to: 'needs_review' }; // the clock does not decide what a person is to look at
  return clock.pastGrace ? { to: 'expired', failure: EXPIRED } : { to: payment.status };
}

const review = (reason: string): Wish => ({ to: 'needs_review', failure: { code: 'needs_review', message: reason } });

/** How the purchase under a payment stands when the payment does. */
export const PURCHASE_STATUS_OF: Readonly<Partial<Record<PaymentStatus, OperationStatus>>> = {
  requires_action: 'action_required',
  processing: 'pending',
  succeeded: 'succeeded',
  failed: 'failed',
  expired: 'failed',
  needs_review: 'needs_review',
};
