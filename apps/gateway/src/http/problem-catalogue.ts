import { type AccountErrorCode } from '../accounts/account-error.js';
import { type PaymentErrorCode } from '../payments/domain/payment-error.js';

/** Problems of an operator who works with DCM. */
export type DcmProblemCode =
  | 'DCM_REFUSED'
  | 'DCM_DUPLICATE'
  | 'DCM_NOT_FOUND'
  | 'DCM_UNAUTHORIZED'
  | 'DCM_FORBIDDEN'
  | 'DCM_UNAVAILABLE'
  | 'DCM_UNKNOWN_OUTCOME'
  | 'DCM_TOKEN_REFUSED'
  | 'DCM_PATH_INCOMPLETE'
  | 'DCM_NOT_READY'
  | 'DCM_ENTRY_EXISTS'
  | 'DCM_ENTRY_NOT_FOUND'
  | 'DCM_KEY_NOT_FOUND'
  | 'DCM_KEY_NOT_USABLE'
  | 'DCM_ROTATION_UNDER_WAY'
  | 'DCM_ROTATION_TOO_EARLY';

/** Problems that the HTTP layer itself finds. */
export type HttpProblemCode =
  | 'API_KEY_MISSING'
  | 'API_KEY_INVALID'
  | 'REQUEST_MALFORMED'
  | 'REQUEST_TIMEOUT'
  | 'ADDRESS_TOO_LONG'
  | 'HEADERS_TOO_LARGE'
  | 'EXPECTATION_UNSUPPORTED'
  | 'VALIDATION_FAILED'
  | 'BODY_NOT_JSON'
  | 'BODY_TOO_LARGE'
  | 'MEDIA_TYPE_UNSUPPORTED'
  | 'ROUTE_NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_ERROR';

export type ProblemCode = PaymentErrorCode | AccountErrorCode | DcmProblemCode | HttpProblemCode;

export interface Problem {
  readonly status: number;
  readonly title: string;
  /** What the caller should do. */
  readonly remedy: string;
}

/** Every error the API can answer with. Codes are stable: clients may branch on them. */
export const PROBLEMS: Readonly<Record<ProblemCode, Problem>> = {
  API_KEY_MISSING: {
    status: 401,
    title: 'No API key or operator key',
    remedy:
      'Send the header "Authorization: Bearer …": with an API key (ap_…) under /v1, with the operator key (OPS_KEY) under /ops and for /metrics.',
  },
  API_KEY_INVALID: {
    status: 401,
    title: 'API key or operator key not accepted',
    remedy:
      'Check that the key is complete: under /v1 an API key that is not revoked, under /ops and for /metrics the operator key (OPS_KEY).',
  },
  REQUEST_MALFORMED: {
    status: 400,
    title: 'The request is not HTTP as we read it',
    remedy: 'Send HTTP/1.1 with a "Host" header; check the client or the proxy in between.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'The request did not arrive in time',
    remedy: 'Repeat the request; send head and body at once.',
  },
  ADDRESS_TOO_LONG: {
    status: 414,
    title: 'The address is too long',
    remedy: 'Check the id: none has more than 100 characters.',
  },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are too large', remedy: 'Send at most 16 KB of headers.' },
  EXPECTATION_UNSUPPORTED: {
    status: 417,
    title: 'Expectation not supported',
    remedy: 'Leave out the header "Expect", or send "100-continue".',
  },
  VALIDATION_FAILED: {
    status: 400,
    title: 'The request is not valid',
    remedy: 'See "errors": each names a member and what is wrong with it.',
  },
  BODY_NOT_JSON: {
    status: 400,
    title: 'The body is not acceptable JSON',
    remedy: 'Send one JSON object in UTF-8, with whole numbers and without duplicate members.',
  },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large', remedy: 'Send at most 64 KB.' },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    title: 'Media type not supported',
    remedy: 'Send "Content-Type: application/json" in UTF-8, without "Content-Encoding".',
  },
  ROUTE_NOT_FOUND: { status: 404, title: 'No such route', remedy: 'See /docs for the routes there are.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    remedy: 'Use one of the methods in the header "Allow".',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    title: 'Temporarily unavailable',
    remedy: 'Repeat the request with the same Idempotency-Key in some seconds.',
  },
  INTERNAL_ERROR: {
    status: 500,
    title: 'Internal error',
    remedy: 'Repeat the request with the same Idempotency-Key; if it persists, report the "instance".',
  },
  PAYMENT_NOT_FOUND: {
    status: 404,
    title: 'No such payment',
    remedy: 'Check the id, and that the API key belongs to the account of the payment.',
  },
  PAYMENT_ILLEGAL_MOVE: {
    status: 409,
    title: 'Not possible in this status',
    remedy: 'Read the payment: it has moved on.',
  },
  PAYMENT_NOT_REFUNDABLE: {
    status: 409,
    title: 'The payment cannot be refunded',
    remedy: 'Only a payment that succeeded, and at which no person must look first, can be refunded.',
  },
  REFUND_TOO_LARGE: {
    status: 422,
    title: 'The refund exceeds what is left',
    remedy: 'Refund at most the captured amount less refunds that succeeded or are under way.',
  },
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    title: 'No Idempotency-Key',
    remedy: 'Send a header "Idempotency-Key" with a value of your own that is unique to this request.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    title: 'Idempotency-Key not valid',
    remedy: 'Use 1 to 255 printable ASCII characters.',
  },
  IDEMPOTENCY_MISMATCH: {
    status: 422,
    title: 'Idempotency-Key used for another request',
    remedy: 'Use a new key for a new request; repeat an old one unchanged.',
  },
  IDEMPOTENCY_IN_FLIGHT: {
    status: 409,
    title: 'The same request is still being worked on',
    remedy: 'Repeat it after the seconds in "Retry-After".',
  },
  ACCOUNT_NOT_FOUND: {
    status: 404,
    title: 'No such merchant account',
    remedy: 'List the accounts at /ops/merchant-accounts.',
  },
  ACCOUNT_EXISTS: {
    status: 409,
    title: 'The terminal has an account already',
    remedy: 'Change the account that there is.',
  },
  ACCOUNT_INVALID: {
    status: 422,
    title: 'The account cannot be like that',
    remedy: 'See the detail: it names what is wrong.',
  },
  ACCOUNT_CHANGED: {
    status: 409,
    title: 'Changed by somebody else',
    remedy: 'Read the account again and repeat the change.',
  },
  ACCOUNT_BLOCKED: {
    status: 409,
    title: 'The account is blocked',
    remedy: 'See the reason at /ops/sessions; unblock it when the cause is gone.',
  },
  API_KEY_NOT_FOUND: { status: 404, title: 'No such API key', remedy: 'List the keys of the account.' },
  CLIENT_KEY_INVALID: {
    status: 422,
    title: 'The key cannot be used',
    remedy: 'Give a private JWK of a P-384 pair; the detail names the member that is wrong.',
  },
  CLIENT_KEY_NOT_FOUND: {
    status: 404,
    title: 'No such client key',
    remedy: 'Read the account: it lists its keys and their status.',
  },
  SESSION_UNAVAILABLE: {
    status: 503,
    title: 'No bank session can be had',
    remedy: 'See the last error at /ops/sessions and try again.',
  },
  DCM_REFUSED: {
    status: 422,
    title: 'DCM refused the operation',
    remedy: 'Nothing was done. See /ops/dcm/decisions for what DCM asked us, and check the body of the operation.',
  },
  DCM_DUPLICATE: {
    status: 409,
    title: 'DCM has this already',
    remedy: 'Read its status: it may be your own first attempt.',
  },
  DCM_NOT_FOUND: { status: 404, title: 'DCM does not have this', remedy: 'Check the ids in the path.' },
  DCM_UNAUTHORIZED: {
    status: 502,
    title: 'DCM did not accept our credential',
    remedy: 'See /ops/dcm/keys, the employee and the counterparty in the configuration.',
  },
  DCM_FORBIDDEN: { status: 403, title: 'The employee lacks a role at DCM', remedy: 'Have DCM give the role.' },
  DCM_UNAVAILABLE: {
    status: 503,
    title: 'DCM cannot be reached',
    remedy: 'Nothing was started. Try again later; check the log-in of the employee when it persists.',
  },
  DCM_UNKNOWN_OUTCOME: {
    status: 502,
    title: 'DCM did not answer',
    remedy: 'It may have worked: look at DCM before you repeat it.',
  },
  DCM_TOKEN_REFUSED: {
    status: 422,
    title: 'No token can be made of this',
    remedy: 'DCM would refuse it, too: check "flow", "obj" and "sub".',
  },
  DCM_PATH_INCOMPLETE: {
    status: 400,
    title: 'The path of the operation is incomplete',
    remedy: 'Give the names in "errors" as members of "path".',
  },
  DCM_NOT_READY: {
    status: 409,
    title: 'DCM cannot be used yet',
    remedy: 'See /ops/dcm/keys for the key, and the configuration of the employee.',
  },
  DCM_ENTRY_EXISTS: {
    status: 409,
    title: 'There is one already',
    remedy: 'Subjects, logins, external ids and rules are unique: read the list.',
  },
  DCM_ENTRY_NOT_FOUND: { status: 404, title: 'No such subject, object or rule', remedy: 'Read the list.' },
  DCM_KEY_NOT_FOUND: { status: 404, title: 'No such signing key in use', remedy: 'See /ops/dcm/keys.' },
  DCM_KEY_NOT_USABLE: {
    status: 502,
    title: 'DCM does not take the key',
    remedy: 'The key before it goes on signing. See the last error at /ops/dcm/keys and rotate again.',
  },
  DCM_ROTATION_UNDER_WAY: {
    status: 409,
    title: 'The keys are being changed',
    remedy: 'See /ops/dcm/keys; a rotation that was interrupted goes on by itself.',
  },
  DCM_ROTATION_TOO_EARLY: {
    status: 409,
    title: 'The last rotation is not over',
    remedy: 'Wait for the hour in which old tokens may be under way. If a key is compromised, replace it instead.',
  },
  CURSOR_INVALID: {
    status: 400,
    title: 'The cursor is not valid',
    remedy: 'Pass "nextCursor" of the page before unchanged.',
  },
};

/** A member of the request that is wrong. */
export interface FieldError {
  /** Dotted, for example `customer.firstName`. */
  readonly path: string;
  readonly message: string;
}

/** A problem document as RFC 9457 has it. */
export interface ProblemDocument {
  /** Reference to the page that explains the code, from the root of this host. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  /** The id of the request, as in the log. */
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

/** Words for one request. */
export interface FoundProblem {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

/** @param basePath prefix under which a proxy shows us, see `basePathOf` */
export function problemDocument(found: FoundProblem, requestId: string, basePath: string): ProblemDocument {
  const { code, detail, errors } = found;
  const { status, title } = PROBLEMS[code];
  const type = `${basePath}/docs/problems#${code}`;
  return { type, title, status, detail, code, instance: `urn:uuid:${requestId}`, ...(errors ? { errors } : {}) };
}
