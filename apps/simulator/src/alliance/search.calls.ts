import { type ScheduledPayment } from '../bank/scheduled-payment.js';
import { type FieldError } from '../protocol/bank-error.js';
import { formatOrderDate } from '../protocol/bank-dates.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type FieldRule } from '../protocol/validator.js';
import { type AllianceCall, type CallContext } from './call.js';
import { integer, merchantId, required, text } from './fields.js';
import { listed, timeOf } from './plan.calls.js';

const ring = 'recurring' as const;
const ROWS_ON_A_PAGE = 100;

interface Filter {
  readonly field?: string;
  readonly operator: string;
  readonly value: unknown;
}

const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? value.map(String)
    : String(value)
        .split(',')
        .map((part) => part.trim());

/** Dates are compared as instants, everything else as text. */
const comparable = (value: unknown): number | string => timeOf(value) ?? String(value);

const MATCHERS: Readonly<Record<string, (actual: unknown, value: unknown) => boolean>> = {
  EQUALS: (actual, value) => comparable(actual) === comparable(value),
  IN: (actual, value) => listOf(value).includes(String(actual)),
  GTE: (actual, value) => comparable(actual) >= comparable(value),
  LTE: (actual, value) => comparable(actual) <= comparable(value),
};

const matches = (row: JsonObject, { field, operator, value }: Filter): boolean => {
  if (operator === 'LIKE') return JSON.stringify(row).toLowerCase().includes(String(value).toLowerCase());
  return MATCHERS[operator]?.(row[field ?? ''], value) ?? false;
};

/** Page 0 with at most 100 rows, unless it is asked for otherwise (U24). */
const search = (rows: readonly JsonObject[], name: string, body: JsonObject): JsonObject => {
  const {
    filters = [],
    currentPage = 0,
    pageSize = ROWS_ON_A_PAGE,
  } = body as {
    filters?: readonly Filter[];
    currentPage?: number;
    pageSize?: number;
  };
  const found = rows.filter((row) => filters.every((filter) => matches(row, filter)));
  return { currentPage, [name]: found.slice(currentPage * pageSize, (currentPage + 1) * pageSize) };
};

const FILTERABLE = ['id', 'orderId', 'planId', 'status', 'executionAt'];

const filterErrors =
  (fields?: readonly string[]) =>
  ({ filters = [] }: JsonObject): readonly FieldError[] =>
    (filters as readonly Filter[]).flatMap(({ field, operator }, index) => {
      const name = `filters[${index}].field`;
      if (operator === 'LIKE') return [];
      if (field === undefined) return [{ field: name, message: 'is required' }];
      return fields && !fields.includes(field) ? [{ field: name, message: `must be one of ${fields.join(', ')}` }] : [];
    });

const searchFields: readonly FieldRule[] = [
  merchantId,
  {
    name: 'filters',
    type: 'objects',
    members: [
      text('operator', 10, { ...required, values: ['IN', 'GTE', 'LTE', 'EQUALS', 'LIKE'] }),
      { name: 'value', type: 'any', required: true },
      text('field', 50),
    ],
  },
  integer('currentPage', { min: 0 }),
  integer('pageSize', { min: 1, max: ROWS_ON_A_PAGE }),
];

const searchPlans = ({ bank, caller, body }: CallContext): JsonObject => {
  const owner = bank.merchants.require(String(body['merchantId']), caller);
  return search(bank.plans.of(owner.merchantId).map(listed), 'plans', body);
};

const paymentView = (bank: CallContext['bank'], payment: ScheduledPayment): JsonObject => {
  const plan = bank.plans.find(payment.planId);
  const version = plan?.versions.find((one) => one.versionId === payment.versionId);
  const { executionAt, retryExecutionAt, status, ...rest } = payment;
  return {
    ...rest,
    planName: plan?.name,
    versionStatus: version?.status,
    status: status === 'WAITING' && plan?.status === 'PAUSED' ? 'PAUSED' : status,
    executionAt: formatOrderDate(executionAt),
    ...(retryExecutionAt !== undefined && { retryExecutionAt: formatOrderDate(retryExecutionAt) }),
    recurringTransactionType: payment.paymentNumber === 1 ? 'O' : 'M',
    categorySubcategoryIndicator: plan?.categorySubcategoryIndicator,
  };
};

const searchPayments = ({ bank, caller, body }: CallContext): JsonObject => {
  const owner = bank.merchants.require(String(body['merchantId']), caller);
  const planIds = bank.plans.of(owner.merchantId).map(({ planId }) => planId);
  const rows = bank.schedule.of(planIds).map((payment) => paymentView(bank, payment));
  return search(rows, 'payments', body);
};

export const SEARCH_CALLS = {
  'recurring.plan.search': {
    v2: { path: '/scheduled_payments/plan/search_v1' },
    ring,
    fields: searchFields,
    errors: filterErrors(),
    handle: searchPlans,
  },
  'recurring.payments.search': {
    v2: { path: '/scheduled_payments/payments/scheduled/search_v1' },
    ring,
    fields: searchFields,
    errors: filterErrors(FILTERABLE),
    handle: searchPayments,
  },
} as const satisfies Record<string, AllianceCall>;
