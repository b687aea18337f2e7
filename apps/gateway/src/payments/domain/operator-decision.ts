import { type Failure, failureOf } from './failures.js';
import { PaymentError } from './payment-error.js';
import { type OperationStatus, type PaymentStatus } from './statuses.js';

/** What a person may say about a payment in review. That the money is there is the bank's word alone. */
export const PAYMENT_DECISIONS = ['failed', 'canceled', 'expired'] as const;
export type PaymentDecision = (typeof PAYMENT_DECISIONS)[number];

/** Why a person decided as they did. */
export interface Grounds {
  /** For the merchant: it becomes the message of the failure. */
  readonly reason: string;
  /** For whoever asks later: what was seen, and where. */
  readonly evidence: string;
}

/** @throws PaymentError `NOT_IN_REVIEW` */
export function assertInReview(what: string, status: PaymentStatus | OperationStatus): void {
  if (status === 'needs_review') return;
  throw new PaymentError('NOT_IN_REVIEW', `${what} is ${status}, and only what needs review is decided by hand`);
}

/** What the merchant is told of it; a payment that is canceled has no failure. */
export const failureBy = (to: PaymentDecision, { reason }: Grounds): Failure | undefined =>
  ({ failed: failureOf('closed_by_operator', reason), expired: failureOf('expired', reason), canceled: undefined })[to];
