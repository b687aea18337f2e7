import { CodedError, type ProblemTable } from '../problems/coded-error.js';

export type RetentionErrorCode =
  'RETENTION_TOO_SHORT' | 'RETENTION_DATA_UNKNOWN' | 'RETENTION_RUNS' | 'CUSTOMER_NOT_FOUND' | 'CUSTOMER_BUSY';

export const RETENTION_PROBLEMS: ProblemTable<RetentionErrorCode> = {
  RETENTION_TOO_SHORT: {
    status: 409,
    title: 'The law wants it kept for longer',
    remedy: 'Keep it for at least 1,095 days, or say in belowMinimum where the books are kept instead.',
  },
  RETENTION_DATA_UNKNOWN: {
    status: 404,
    title: 'No such kind of data',
    remedy: 'List the kinds, and how long each is kept, at /ops/retention/rules.',
  },
  RETENTION_RUNS: {
    status: 409,
    title: 'It is being done at this moment',
    remedy: 'Wait until the other run has ended, or a minute if its process has died.',
    retryAfterSeconds: 60,
    retry: 'later',
  },
  CUSTOMER_NOT_FOUND: {
    status: 404,
    title: 'Nothing is kept of such a customer',
    remedy: 'Name the customer as the shop did in customer.id or customer.email, or a payment by its reference.',
  },
  CUSTOMER_BUSY: {
    status: 409,
    title: 'Something of the customer is still open',
    remedy:
      'Wait until the payments that it names are over, settle their flags, or delete the saved cards; then erase again.',
    retry: 'later',
  },
};

/** What was asked about retention cannot be done. */
export class RetentionError extends CodedError<RetentionErrorCode> {
  override readonly name = 'RetentionError';
}
