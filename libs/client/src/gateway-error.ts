/** What became of a request: it had no effect, it may have had one, or what it asks for is so already. */
export type Outcome = 'none' | 'unknown' | 'final';
/** Whether to send it again: not as it is; the same under the same key; or once the cause is gone. */
export type Retry = 'never' | 'same_key' | 'later';

/** What is known of a failure. */
export interface Failure {
  /** Of the gateway; or `GATEWAY_UNREACHABLE` and `GATEWAY_BAD_ANSWER` where none of its answers came. */
  readonly code: string;
  /** Of HTTP; 0 where nothing came. */
  readonly status: number;
  readonly outcome: Outcome;
  readonly retry: Retry;
  /** In words for a developer. */
  readonly detail: string;
  /** For the operators of the gateway. */
  readonly requestId?: string | undefined;
  /** Wrong members of the request. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * A request that did not succeed. Branch on `code`; where you do not know it, on `outcome` and `retry`.
 * @example
 * new GatewayError({ code: 'RATE_LIMITED', status: 429, outcome: 'none', retry: 'later', detail: 'too many' }).message; // => '429 RATE_LIMITED: too many'
 */
export class GatewayError extends Error implements Failure {
  override readonly name = 'GatewayError';
  readonly code: string;
  readonly status: number;
  readonly outcome: Outcome;
  readonly retry: Retry;
  readonly detail: string;
  readonly requestId: string | undefined;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  readonly retryAfterSeconds: number | undefined;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(`${failure.status} ${failure.code}: ${failure.detail}`, options);
    this.code = failure.code;
    this.status = failure.status;
    this.outcome = failure.outcome;
    this.retry = failure.retry;
    this.detail = failure.detail;
    this.requestId = failure.requestId;
    this.errors = failure.errors ?? [];
    this.retryAfterSeconds = failure.retryAfterSeconds;
  }
}

const OUTCOMES: readonly Outcome[] = ['none', 'unknown', 'final'];
const RETRIES: readonly Retry[] = ['never', 'same_key', 'later'];

/** What an answer says that is no success: a problem of the gateway, or the page of a proxy. */
export function failureOf(response: Response, body: unknown): Failure {
  const { status, headers } = response;
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const { code, detail, outcome, retry, errors } = problem;
  return {
    ...{ status, ...adviceOf(status, outcome, retry) },
    code: typeof code === 'string' ? code : 'GATEWAY_BAD_ANSWER',
    detail: typeof detail === 'string' ? detail : 'the answer is not one of the gateway',
    requestId: headers.get('x-request-id') ?? undefined,
    errors: Array.isArray(errors) ? (errors as Failure['errors']) : undefined,
    retryAfterSeconds: secondsIn(headers.get('retry-after')),
  };
}

/** What the problem says; of what is none, what its status is usually about. */
function adviceOf(status: number, outcome: unknown, retry: unknown): Pick<Failure, 'outcome' | 'retry'> {
  const isTemporary = status >= 500 || status === 408 || status === 429;
  return {
    outcome: OUTCOMES.find((known) => known === outcome) ?? (status >= 500 ? 'unknown' : 'none'),
    retry: RETRIES.find((known) => known === retry) ?? (isTemporary ? 'same_key' : 'never'),
  };
}

const secondsIn = (text: string | null): number | undefined =>
  text !== null && /^\d{1,6}$/u.test(text) ? Number(text) : undefined;
