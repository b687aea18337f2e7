import { CodedError, type ProblemTable } from '../problems/coded-error.js';

export type RetentionErrorCode = 'RETENTION_TOO_SHORT' | 'RETENTION_DATA_UNKNOWN' | 'RETENTION_RUNS';

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
};

/** What was asked about retention cannot be done. */
export class RetentionError extends CodedError<RetentionErrorCode> {
  override readonly name = 'RetentionError';
}
