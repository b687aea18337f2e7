import { CodedError, type ProblemTable } from '../problems/coded-error.js';

export type SubscriptionErrorCode =
  'RECURRING_UNAVAILABLE' | 'PLAN_NOT_FOUND' | 'PLAN_NOT_CHANGEABLE' | 'RECURRING_REQUEST_OPEN';

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
