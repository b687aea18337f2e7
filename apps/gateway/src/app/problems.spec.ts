import {
  type ArgumentsHost,
  BadRequestException,
  Logger,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { type AccountErrorCode } from '../accounts/account-error.js';
import { PaymentError, type PaymentErrorCode } from '../payments/domain/payment-error.js';
import { PROBLEMS as TABLES, type ProblemCode } from './problems.js';
import { type DcmProblemCode } from '../dcm/dcm-problem.js';
import { adviceOf, CodedError, type ProblemTable } from '../problems/coded-error.js';
import { type HostedFieldsErrorCode } from '../hosted-fields/hosted-fields-error.js';
import { HttpProblem, type HttpProblemCode } from '../http/http-problem.js';
import { type ProblemDocument } from '../http/problem-document.js';
import { type RetentionErrorCode } from '../retention/retention-error.js';
import { type ReconciliationErrorCode } from '../reconciliation/reconciliation-error.js';
import { type SubscriptionErrorCode } from '../subscriptions/subscription-error.js';
import { type WebhookErrorCode } from '../webhooks/webhook-error.js';
import { ProblemFilter } from '../http/problem.filter.js';

interface Answered {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly document: ProblemDocument;
  readonly body: string;
}

const PROBLEMS: ProblemTable<ProblemCode> = TABLES;

/** A room whose table nobody joined. */
class StrangeError extends CodedError {}

/** What the filter answers, read off a reply that only remembers. */
function answerTo(error: unknown): Answered {
  let status = 0;
  let body = '';
  const headers: Record<string, unknown> = {};
  const reply = {
    header: (name: string, value: unknown) => ((headers[name] = value), reply),
    status: (code: number) => ((status = code), reply),
    type: (value: string) => ((headers['content-type'] = value), reply),
    send: (text: string) => ((body = text), reply),
  };
  const http = { getRequest: () => ({ id: 'req-1' }), getResponse: () => reply };
  new ProblemFilter(PROBLEMS).catch(error, { switchToHttp: () => http } as unknown as ArgumentsHost);
  return { status, headers, body, document: JSON.parse(body) as ProblemDocument };
}

const CODES = Object.keys(PROBLEMS) as ProblemCode[];
const PAYMENT_CODES: Readonly<Record<PaymentErrorCode, number>> = {
  PAYMENT_NOT_FOUND: 404,
  VERIFICATION_NOT_FOUND: 404,
  REFUND_NOT_FOUND: 404,
  PAYMENT_LINK_NOT_FOUND: 404,
  PAYOUT_NOT_FOUND: 404,
  CARD_NOT_FOUND: 404,
  CARD_REFUSED: 422,
  CARD_NOT_CHANGEABLE: 409,
  CARD_NOT_ACTIVE: 409,
  PAYOUT_OVER_LIMIT: 403,
  BALANCE_UNAVAILABLE: 404,
  PAYMENT_LINK_CLOSED: 409,
  PAYMENT_METHOD_UNAVAILABLE: 422,
  QR_NOT_FOUND: 404,
  PAYMENT_ILLEGAL_MOVE: 409,
  NOT_IN_REVIEW: 409,
  PAYMENT_NOT_FLAGGED: 409,
  CALLBACK_NOT_FOUND: 404,
  PAYMENT_NOT_PROVEN: 409,
  PAYMENT_NOT_REFUNDABLE: 409,
  REFUND_TOO_LARGE: 422,
  PAYMENT_NOT_CAPTURABLE: 409,
  CAPTURE_AMOUNT_INVALID: 422,
  PAYMENT_NOT_CANCELABLE: 409,
  PAYMENT_NOT_CONFIRMABLE: 409,
  IDEMPOTENCY_KEY_MISSING: 400,
  IDEMPOTENCY_KEY_INVALID: 400,
  IDEMPOTENCY_MISMATCH: 422,
  IDEMPOTENCY_IN_FLIGHT: 409,
  CURSOR_INVALID: 400,
};
const WEBHOOK_CODES: Readonly<Record<WebhookErrorCode, number>> = {
  EVENT_NOT_FOUND: 404,
  WEBHOOK_ENDPOINT_NOT_FOUND: 404,
  WEBHOOK_DELIVERY_NOT_FOUND: 404,
  WEBHOOK_ENDPOINT_LIMIT: 409,
};
const SUBSCRIPTION_CODES: Readonly<Record<SubscriptionErrorCode, number>> = {
  RECURRING_UNAVAILABLE: 422,
  PLAN_NOT_FOUND: 404,
  PLAN_NOT_CHANGEABLE: 409,
  PLAN_NOT_ACTIVE: 409,
  SUBSCRIPTION_NOT_FOUND: 404,
  SUBSCRIPTION_NOT_CHANGEABLE: 409,
  SCHEDULED_PAYMENT_NOT_FOUND: 404,
  SCHEDULED_PAYMENT_NOT_CHARGEABLE: 409,
  SCHEDULE_DIFFERENCE_NOT_OPEN: 409,
  RECURRING_REQUEST_OPEN: 409,
};
const RECONCILIATION_CODES: Readonly<Record<ReconciliationErrorCode, number>> = {
  REGISTER_UNREADABLE: 400,
  REGISTER_TOO_LARGE: 413,
  REGISTER_NOT_FOUND: 404,
  BREAK_NOT_FOUND: 404,
  BREAK_NOT_OPEN: 409,
};
const RETENTION_CODES: Readonly<Record<RetentionErrorCode, number>> = {
  RETENTION_TOO_SHORT: 409,
  RETENTION_DATA_UNKNOWN: 404,
  RETENTION_RUNS: 409,
  CUSTOMER_NOT_FOUND: 404,
  CUSTOMER_BUSY: 409,
};
const ACCOUNT_CODES: Readonly<Record<AccountErrorCode, number>> = {
  ACCOUNT_NOT_FOUND: 404,
  ACCOUNT_EXISTS: 409,
  ACCOUNT_INVALID: 422,
  ACCOUNT_CHANGED: 409,
  ACCOUNT_BLOCKED: 409,
  API_KEY_NOT_FOUND: 404,
  CLIENT_KEY_INVALID: 422,
  CLIENT_KEY_NOT_FOUND: 404,
  SIGNING_KEY_INVALID: 422,
  PAYMENT_KEY_NOT_FOUND: 404,
  SESSION_UNAVAILABLE: 503,
};
const HOSTED_FIELDS_CODES: Readonly<Record<HostedFieldsErrorCode, number>> = { SHOP_ORIGIN_UNKNOWN: 403 };
const DCM_CODES: Readonly<Record<DcmProblemCode, number>> = {
  DCM_REFUSED: 422,
  DCM_DUPLICATE: 409,
  DCM_NOT_FOUND: 404,
  DCM_UNAUTHORIZED: 502,
  DCM_FORBIDDEN: 403,
  DCM_UNAVAILABLE: 503,
  DCM_UNKNOWN_OUTCOME: 502,
  DCM_TOKEN_REFUSED: 422,
  DCM_PATH_INCOMPLETE: 400,
  DCM_NOT_READY: 409,
  DCM_ENTRY_EXISTS: 409,
  DCM_ENTRY_NOT_FOUND: 404,
  DCM_CALLBACK_NOT_FOUND: 404,
  DCM_KEY_NOT_FOUND: 404,
  DCM_KEY_NOT_USABLE: 502,
  DCM_ROTATION_UNDER_WAY: 409,
  DCM_ROTATION_TOO_EARLY: 409,
};
const HTTP_CODES: Readonly<Record<HttpProblemCode, number>> = {
  API_KEY_MISSING: 401,
  API_KEY_INVALID: 401,
  API_KEY_SCOPE_MISSING: 403,
  API_KEY_ADDRESS_REFUSED: 403,
  REQUEST_MALFORMED: 400,
  REQUEST_TIMEOUT: 408,
  ADDRESS_TOO_LONG: 414,
  HEADERS_TOO_LARGE: 431,
  EXPECTATION_UNSUPPORTED: 417,
  VALIDATION_FAILED: 400,
  CARD_NUMBER_REFUSED: 400,
  BODY_NOT_JSON: 400,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  SERVICE_UNAVAILABLE: 503,
  INTERNAL_ERROR: 500,
};

const ALL_CODES: readonly Readonly<Record<string, number>>[] = [
  ...[
    PAYMENT_CODES,
    ACCOUNT_CODES,
    HOSTED_FIELDS_CODES,
    WEBHOOK_CODES,
    SUBSCRIPTION_CODES,
    RECONCILIATION_CODES,
    RETENTION_CODES,
    DCM_CODES,
    HTTP_CODES,
  ],
];

beforeAll(() => {
  Logger.overrideLogger(false);
});

describe('the catalogue', () => {
  it('has exactly the codes that can be thrown', () => {
    expect(CODES.toSorted()).toEqual(ALL_CODES.flatMap((codes) => Object.keys(codes)).toSorted());
  });

  it.each(CODES)('%s has a status, a title and a remedy of its own', (code) => {
    const { status, title, remedy } = PROBLEMS[code];
    expect(status).toBe(ALL_CODES.find((codes) => code in codes)?.[code]);
    expect(title).toMatch(/^\S.{5,}[^.\s]$/u);
    expect(remedy).toMatch(/^[A-Z].{10,}\.$/u);
    expect(CODES.filter((other) => PROBLEMS[other].title === title)).toEqual([code]);
  });
});

describe('a client that knows no code', () => {
  const advised = CODES.map((code) => ({ code, status: PROBLEMS[code].status, ...adviceOf(PROBLEMS[code]) }));

  it('is told to repeat under the same key only where that finds out, or where nothing was begun', () => {
    const same = advised.filter(({ retry }) => retry === 'same_key').map(({ code }) => code);
    expect(same.toSorted()).toEqual(
      ['IDEMPOTENCY_IN_FLIGHT', 'INTERNAL_ERROR', 'REQUEST_TIMEOUT', 'SERVICE_UNAVAILABLE'].toSorted(),
    );
  });

  it('is never told that a request of which nobody knows had no effect', () => {
    const unknown = advised.filter(({ outcome }) => outcome === 'unknown').map(({ code }) => code);
    const known = ['DCM_UNKNOWN_OUTCOME', 'IDEMPOTENCY_IN_FLIGHT', 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'];
    expect(unknown.toSorted()).toEqual(known);
  });
});

describe('ProblemFilter', () => {
  it.each(Object.entries(PAYMENT_CODES) as [PaymentErrorCode, number][])('answers %s with %i', (code, status) => {
    const answer = answerTo(new PaymentError(code, 'in our words'));
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.document).toEqual({
      type: `/docs/problems#${code}`,
      title: PROBLEMS[code].title,
      status,
      detail: 'in our words',
      code,
      ...(code === 'IDEMPOTENCY_IN_FLIGHT'
        ? { outcome: 'unknown', retry: 'same_key' }
        : { outcome: 'none', retry: code === 'PAYMENT_NOT_PROVEN' ? 'later' : 'never' }),
      instance: 'urn:uuid:req-1',
    });
  });

  it.each(Object.entries(HTTP_CODES) as [HttpProblemCode, number][])('answers %s with %i', (code, status) => {
    const errors = [{ path: 'amount', message: 'must be whole' }];
    expect(answerTo(new HttpProblem(code, 'why', { errors }))).toMatchObject({
      status,
      document: { code, status, errors },
    });
  });

  it.each<[string, unknown, ProblemCode]>([
    ['a route that is not there', new NotFoundException('Cannot GET /x'), 'ROUTE_NOT_FOUND'],
    ['a service that is not ready', new ServiceUnavailableException('Not ready.'), 'SERVICE_UNAVAILABLE'],
    ['a bad request of the framework', new BadRequestException('Bad.'), 'VALIDATION_FAILED'],
    ['a body that fastify finds too large', Object.assign(new Error('big'), { statusCode: 413 }), 'BODY_TOO_LARGE'],
    [
      'a media type that fastify refuses',
      Object.assign(new Error('odd'), { statusCode: 415 }),
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    ['another refusal of fastify', Object.assign(new Error('bad'), { statusCode: 400 }), 'VALIDATION_FAILED'],
    ['a lost connection', Object.assign(new Error('x'), { code: '08006' }), 'SERVICE_UNAVAILABLE'],
    ['a database that shuts down', Object.assign(new Error('x'), { code: '57P01' }), 'SERVICE_UNAVAILABLE'],
    ['a database with too many clients', Object.assign(new Error('x'), { code: '53300' }), 'SERVICE_UNAVAILABLE'],
    ['a database that is not there', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'SERVICE_UNAVAILABLE'],
    ['a database that answers nothing', Object.assign(new Error('x'), { code: 'ETIMEDOUT' }), 'SERVICE_UNAVAILABLE'],
    ['a connection that breaks', new Error('Connection terminated unexpectedly'), 'SERVICE_UNAVAILABLE'],
    ['no connection in time', new Error('timeout exceeded when trying to connect'), 'SERVICE_UNAVAILABLE'],
    ['a character no database can hold', Object.assign(new Error('x'), { code: '22021' }), 'VALIDATION_FAILED'],
    ['a broken constraint', Object.assign(new Error('x'), { code: '23505' }), 'INTERNAL_ERROR'],
    ['a code that no table has', new StrangeError('STRANGE', 'x'), 'INTERNAL_ERROR'],
    ['a defect', new TypeError('x is not a function'), 'INTERNAL_ERROR'],
    ['a thrown text', 'oops', 'INTERNAL_ERROR'],
    ['nothing at all', undefined, 'INTERNAL_ERROR'],
    ['null', null, 'INTERNAL_ERROR'],
  ])('finds the code of %s', (_what, error, code) => {
    const { status, document } = answerTo(error);
    expect(document.code).toBe(code);
    expect(status).toBe(PROBLEMS[code].status);
  });

  it('keeps the inside of a defect to itself', () => {
    const { body } = answerTo(Object.assign(new Error('password=hunter2'), { detail: 'row (olena@example.com)' }));
    expect(body).not.toMatch(/hunter2|olena|stack/u);
  });

  it('does not repeat the query of an address that is not there', () => {
    expect(answerTo(new NotFoundException('Cannot GET /v1/x?token=secret')).body).not.toContain('secret');
  });

  it.each<[ProblemCode, string, unknown]>([
    ['IDEMPOTENCY_IN_FLIGHT', 'retry-after', 2],
    ['SERVICE_UNAVAILABLE', 'retry-after', 5],
    ['API_KEY_MISSING', 'www-authenticate', 'Bearer'],
    ['API_KEY_INVALID', 'www-authenticate', 'Bearer'],
    ['REFUND_TOO_LARGE', 'retry-after', undefined],
    ['PAYMENT_NOT_FOUND', 'www-authenticate', undefined],
  ])('with %s sends %s: %s', (code, header, value) => {
    expect(answerTo(new HttpProblem(code as HttpProblemCode, 'why')).headers[header]).toBe(value);
  });
});
