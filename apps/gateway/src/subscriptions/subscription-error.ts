import { CodedError, type ProblemTable } from '../problems/coded-error.js';

export type SubscriptionErrorCode =
  | 'RECURRING_UNAVAILABLE'
  | 'PLAN_NOT_FOUND'
  | 'PLAN_NOT_CHANGEABLE'
  | 'PLAN_NOT_ACTIVE'
  | 'RECURRING_REQUEST_OPEN'
  | 'SUBSCRIPTION_NOT_FOUND'
  | 'SUBSCRIPTION_NOT_CHANGEABLE'
  | 'SCHEDULED_PAYMENT_NOT_FOUND'
  | 'SCHEDULED_PAYMENT_NOT_CHARGEABLE'
  | 'SCHEDULE_DIFFERENCE_NOT_OPEN';

export const SUBSCRIPTION_PROBLEMS: ProblemTable<SubscriptionErrorCode> = {
  RECURRING_UNAVAILABLE: {
    status: 422,
    title: 'The account has no recurring payments',
    remedy:
      'Have an operator install the key that signs requests of the bank’s Authorization 2.0 ("keys sign-with"): plans and subscriptions exist only there.',
  },
  PLAN_NOT_FOUND: {
    status: 404,
    title: 'No such plan',
    remedy: 'Check the id, and that the API key belongs to the account of the plan.',
  },
  PLAN_NOT_CHANGEABLE: {
    status: 409,
    title: 'Not possible in this status of the plan',
    remedy:
      'Read the plan: only one that is "active" is paused, one that is "paused" resumed, and neither once archived.',
  },
  PLAN_NOT_ACTIVE: {
    status: 409,
    title: 'Nobody can subscribe to the plan now',
    remedy: 'Read the plan: only one that is "active" takes subscriptions. Resume it, or use another.',
  },
  SUBSCRIPTION_NOT_FOUND: {
    status: 404,
    title: 'No such subscription',
    remedy: 'Check the id, and that the API key belongs to the account of the subscription.',
  },
  SUBSCRIPTION_NOT_CHANGEABLE: {
    status: 409,
    title: 'Not possible in this status of the subscription',
    remedy:
      'Read the subscription: a card is awaited only while it is "requires_confirmation", and one that has ended stays so.',
  },
  SCHEDULED_PAYMENT_NOT_FOUND: {
    status: 404,
    title: 'No such scheduled payment',
    remedy: 'List the scheduled payments of the subscription.',
  },
  SCHEDULED_PAYMENT_NOT_CHARGEABLE: {
    status: 409,
    title: 'The scheduled payment cannot be charged now',
    remedy: 'Only one that is "skipped" or "failed" is charged on demand; the bank makes all others by itself.',
  },
  SCHEDULE_DIFFERENCE_NOT_OPEN: {
    status: 409,
    title: 'The difference is not open any more',
    remedy: 'Nothing: somebody has settled it, or both schedules have become equal.',
    outcome: 'final',
  },
  RECURRING_REQUEST_OPEN: {
    status: 409,
    retry: 'later',
    retryAfterSeconds: 5,
    title: 'An earlier change is not done yet',
    remedy: 'Read it: its "change" is still "pending". Repeat the request when that has ended.',
  },
};

/** What was asked about plans and subscriptions cannot be done. */
export class SubscriptionError extends CodedError<SubscriptionErrorCode> {
  override readonly name = 'SubscriptionError';
}
