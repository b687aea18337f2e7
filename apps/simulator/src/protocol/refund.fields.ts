import { parseRequestDate } from './bank-dates.js';
import { BankError } from './bank-error.js';

export const checkDate = (value: string): string | undefined =>
  parseRequestDate(value) === undefined ? 'must be YYYY-MM-DD HH:mm:ss.SS±HH:MM' : undefined;

export interface CreateRefund {
  readonly merchantRequestId: string;
  readonly merchantId: string;
  readonly operationId: string;
  readonly coinAmount: number;
  readonly date: string;
  readonly notificationUrl?: string;
  readonly notificationEncryption?: boolean;
  readonly merchantComment?: string;
}

export interface CreateCompletion {
  readonly merchantRequestId: string;
  readonly merchantId: string;
  readonly originalOperationId: string;
  readonly coinAmount: number;
  readonly date: string;
  readonly notificationUrl?: string;
  readonly notificationEncryption?: boolean;
  readonly merchantComment?: string;
  readonly comment?: string;
  readonly purpose?: string;
}

const DATE_TOLERANCE_MS = 5 * 60_000;

/** @throws BankError `b_security_time_in_request_not_correct` when no clock agrees (trap 31, U11) */
export function requireFreshDate(date: string, clocks: readonly number[]): void {
  const at = parseRequestDate(date) ?? 0;
  if (clocks.every((now) => Math.abs(now - at) > DATE_TOLERANCE_MS))
    throw new BankError('b_security_time_in_request_not_correct');
}
