import { CodedError, type ProblemTable } from '../problems/coded-error.js';

export type ReconciliationErrorCode =
  'REGISTER_UNREADABLE' | 'REGISTER_TOO_LARGE' | 'REGISTER_NOT_FOUND' | 'BREAK_NOT_FOUND' | 'BREAK_NOT_OPEN';

export const RECONCILIATION_PROBLEMS: ProblemTable<ReconciliationErrorCode> = {
  REGISTER_UNREADABLE: {
    status: 400,
    title: 'The file is no register of the bank',
    remedy:
      'Send the CSV file as the bank gave it, in UTF-8 or Windows-1251. Where its amounts are in hryvnias, say so with amountsIn=hryvnia.',
  },
  REGISTER_TOO_LARGE: {
    status: 413,
    title: 'The file is larger than one request may be',
    remedy: 'Import it at the command line (registers import), or day by day.',
  },
  REGISTER_NOT_FOUND: {
    status: 404,
    title: 'No such register',
    remedy: 'List the registers of the account at /ops/merchant-accounts/{account}/registers.',
  },
  BREAK_NOT_FOUND: {
    status: 404,
    title: 'No such break',
    remedy: 'List the breaks of the account at /ops/merchant-accounts/{account}/breaks.',
  },
  BREAK_NOT_OPEN: {
    status: 409,
    title: 'The break is not open any more',
    remedy: 'Nothing: somebody has resolved it, or both books have become equal.',
    outcome: 'final',
  },
};

/** What was asked about registers and breaks cannot be done. */
export class ReconciliationError extends CodedError<ReconciliationErrorCode> {
  override readonly name = 'ReconciliationError';
}
