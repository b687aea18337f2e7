import { CodedError, type ProblemTable } from '../problems/coded-error.js';

/** Problems that the HTTP layer itself finds. */
export type HttpProblemCode =
  | 'API_KEY_MISSING'
  | 'API_KEY_INVALID'
  | 'API_KEY_SCOPE_MISSING'
  | 'API_KEY_ADDRESS_REFUSED'
  | 'REQUEST_MALFORMED'
  | 'REQUEST_TIMEOUT'
  | 'ADDRESS_TOO_LONG'
  | 'HEADERS_TOO_LARGE'
  | 'EXPECTATION_UNSUPPORTED'
  | 'CARD_NUMBER_REFUSED'
  | 'VALIDATION_FAILED'
  | 'BODY_NOT_JSON'
  | 'BODY_TOO_LARGE'
  | 'MEDIA_TYPE_UNSUPPORTED'
  | 'ROUTE_NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_ERROR';

/** Of every request that carries an API key. */
export const READING = [
  'API_KEY_MISSING',
  'API_KEY_INVALID',
  'API_KEY_SCOPE_MISSING',
  'API_KEY_ADDRESS_REFUSED',
  'CARD_NUMBER_REFUSED',
  'SERVICE_UNAVAILABLE',
  'INTERNAL_ERROR',
] as const satisfies readonly HttpProblemCode[];

export const HTTP_PROBLEMS: ProblemTable<HttpProblemCode> = {
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
      'Check that the key is complete: under /v1 an API key that is neither revoked nor expired, under /ops and for /metrics the operator key (OPS_KEY).',
  },
  API_KEY_SCOPE_MISSING: {
    status: 403,
    title: 'The API key may not do this',
    remedy: 'Use a key with the scope that the detail names; an operator makes one.',
  },
  API_KEY_ADDRESS_REFUSED: {
    status: 403,
    title: 'The API key may not be used from this address',
    remedy:
      'Call from an address of the list that the key was made with. Behind a proxy, the gateway sees yours only if its TRUSTED_PROXIES names the proxy.',
  },
  REQUEST_MALFORMED: {
    status: 400,
    title: 'The request is not HTTP as we read it',
    remedy: 'Send HTTP/1.1 with a "Host" header; check the client or the proxy in between.',
  },
  REQUEST_TIMEOUT: {
    retry: 'same_key',
    status: 408,
    title: 'The request did not arrive in time',
    remedy: 'Repeat the request; send head and body at once.',
  },
  ADDRESS_TOO_LONG: {
    status: 414,
    title: 'The address is too long',
    remedy: 'Check the id: none has more than 255 characters.',
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
  CARD_NUMBER_REFUSED: {
    status: 400,
    title: 'Something in the request looks like a card number',
    remedy:
      'Never send card numbers in the clear: encrypt them in the customer’s browser, see /docs. A number of your own that only looks like one needs letters between its digits.',
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
    retryAfterSeconds: 5,
    title: 'Temporarily unavailable',
    remedy: 'Repeat the request with the same Idempotency-Key in some seconds.',
  },
  INTERNAL_ERROR: {
    status: 500,
    title: 'Internal error',
    remedy: 'Repeat the request with the same Idempotency-Key; if it persists, report the "instance".',
  },
};

/** A problem found at the edge. */
export class HttpProblem extends CodedError<HttpProblemCode> {
  override readonly name = 'HttpProblem';
}
