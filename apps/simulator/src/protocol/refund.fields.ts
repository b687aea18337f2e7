import { parseRequestDate } from './bank-dates.js';
import { BankError, validationError } from './bank-error.js';
import { type JsonObject } from './body-codec.js';
import { checkUrl, type FieldRule, validate } from './validator.js';

export const checkDate = (value: string): string | undefined =>
  parseRequestDate(value) === undefined ? 'must be YYYY-MM-DD HH:mm:ss.SS±HH:MM' : undefined;

/** Section e.4. */
const refundFields = (strict: boolean): readonly FieldRule[] => [
  { name: 'merchantRequestId', type: 'string', max: 36, required: true },
  { name: 'merchantId', type: 'string', max: 36, required: true },
  { name: 'operationId', type: 'string', max: 36, required: true },
  { name: 'coinAmount', type: 'integer', required: true },
  { name: 'date', type: 'string', max: 50, required: true, check: checkDate },
  { name: 'notificationUrl', type: 'string', max: strict ? 255 : 1000, check: checkUrl },
  { name: 'notificationEncryption', type: 'boolean' },
  { name: 'merchantComment', type: 'string', max: 255 },
];

/** Section h.3. */
const completionFields = (strict: boolean): readonly FieldRule[] => [
  { name: 'merchantRequestId', type: 'string', max: 36, required: true },
  { name: 'merchantId', type: 'string', max: 36, required: true },
  { name: 'originalOperationId', type: 'string', max: 36, required: true },
  { name: 'coinAmount', type: 'integer', required: true, min: 1 },
  { name: 'date', type: 'string', max: 50, required: true, check: checkDate },
  { name: 'notificationUrl', type: 'string', max: strict ? 255 : 1000, check: checkUrl },
  { name: 'notificationEncryption', type: 'boolean' },
  { name: 'merchantComment', type: 'string', max: 255 },
  { name: 'comment', type: 'string', max: 1000 },
  { name: 'purpose', type: 'string', max: 255 },
];

const RULES = { strict: refundFields(true), lenient: refundFields(false) };
const COMPLETION_RULES = { strict: completionFields(true), lenient: completionFields(false) };

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

/** @throws BankError `b_request_is_not_correct` with `validation.errors` */
export function parseRefund(body: JsonObject, strict: boolean): CreateRefund {
  const { value, errors } = validate(body, strict ? RULES.strict : RULES.lenient, strict);
  if (errors.length > 0) throw validationError(errors);
  return value as unknown as CreateRefund;
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

/** @throws BankError `b_request_is_not_correct` with `validation.errors` */
export function parseCompletion(body: JsonObject, strict: boolean): CreateCompletion {
  const { value, errors } = validate(body, strict ? COMPLETION_RULES.strict : COMPLETION_RULES.lenient, strict);
  if (errors.length > 0) throw validationError(errors);
  return value as unknown as CreateCompletion;
}

/** One required string member of a query body. @throws BankError with `validation.errors` */
export function requireString(body: JsonObject, ...names: readonly [string, ...string[]]): string {
  const value = names.map((name) => body[name]).find((candidate) => typeof candidate === 'string' && candidate !== '');
  if (typeof value !== 'string') throw validationError([{ field: names[0], message: 'is required' }]);
  return value;
}

const DATE_TOLERANCE_MS = 5 * 60_000;

/** @throws BankError `b_security_time_in_request_not_correct` when no clock agrees (trap 31, U11) */
export function requireFreshDate(date: string, clocks: readonly number[]): void {
  const at = parseRequestDate(date) ?? 0;
  if (clocks.every((now) => Math.abs(now - at) > DATE_TOLERANCE_MS))
    throw new BankError('b_security_time_in_request_not_correct');
}
