import { inspect } from 'node:util';
import {
  accountUnavailable,
  type AllianceAccount,
  type AllianceAccounts,
  loadAccount,
} from '../account/alliance-account.js';
import { AllianceError } from '../error/alliance-error.js';
import { type AllianceEndpoint } from './endpoints.js';
import { type SendWindow } from '../http/send-window.js';
import { type BankSession } from '../session/bank-session.js';
import { formatBankTime } from '../wire/bank-time.js';
import { within } from './within.js';

declare module 'axios' {
  interface AxiosRequestConfig {
    /** Makes the request a call of AlliancePay: headers, encoding and renewal are the interceptor's. */
    alliance?: BankCall | AllianceRequest;
  }
}

/** A dispatched attempt: which account and session it went out with. */
export interface Attempt {
  readonly account: AllianceAccount;
  readonly session: BankSession;
  /** The bank's code, where it refused the session. */
  refusal?: string;
}

/** A call of any endpoint, documented or not, as a request's config may carry it. */
export interface AllianceRequest {
  readonly accountId: string;
  /** After the account's base address, e.g. `/ecom/execute_request/payments/v3/refund`. */
  readonly path: string;
  /** Of the body; answers are read by their form. */
  readonly encoding: 'json' | 'jwe';
  readonly body: Readonly<Record<string, unknown>>;
  /** False for a mere question, whose lost answer leaves nothing unknown. Default true. */
  readonly effect?: boolean;
  /** Members to fill in from the account and the clock, anew for every attempt. Default none. */
  readonly fills?: readonly ('merchantId' | 'date')[];
  readonly options?: CallOptions;
}

/**
 * A config for `request` of an attached axios instance, whichever edition of axios' types it has.
 * @example
 * const config = allianceConfig({ accountId: 'shop', path: '/some/new/endpoint', encoding: 'json', body: {} });
 */
export const allianceConfig = (
  request: AllianceRequest,
): { readonly method: 'post'; readonly alliance: AllianceRequest } => ({ method: 'post', alliance: request });

/** What a single call may be told. */
export interface CallOptions {
  /** Past it nothing leaves any more, neither the request nor a replay of it. */
  readonly window?: SendWindow | undefined;
  /**
   * Ends the call: `ALLIANCE_UNKNOWN_OUTCOME`, reason `aborted`, with `noEffect` true unless the request had left. It
   * also ends the wait for a session.
   */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of the whole call, waits and replays included. Default: the module's `callTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/** Milliseconds. With less left an attempt would only end in doubt: the bank answers within a second or two. */
const MIN_ATTEMPT_MS = 4_000;

/** One call from building to verdict. Every attempt but the last was refused for its session, so it started nothing. */
export class BankCall {
  /** In the order they were sent. */
  readonly attempts: Attempt[] = [];
  /** Whoever sent the attempt that is out, and alone may read its answer. */
  sentBy: object | undefined;
  /** On `performance.now()`: waits for a session and attempts end by then. */
  #deadline = Number.POSITIVE_INFINITY;
  #minAttemptMs = MIN_ATTEMPT_MS;
  readonly #members: Readonly<Record<string, unknown>>;

  /** @throws AllianceError `ALLIANCE_INVALID_REQUEST` */
  constructor(
    readonly accountId: string,
    readonly endpoint: AllianceEndpoint,
    members: Readonly<Record<string, unknown>>,
    readonly options: CallOptions = {},
  ) {
    const { timeoutMs } = options;
    if (timeoutMs !== undefined && !(timeoutMs > 0)) throw invalidRequest('timeoutMs', 'is no time');
    this.#members = members;
  }

  /** @param signal of the request's own config, beside the one of its options */
  static of(request: AllianceRequest, signal?: unknown): BankCall {
    const { accountId, path, encoding, body, effect = true, fills = [], options = {} } = request;
    const signals = [options.signal, signal].filter((given) => given instanceof AbortSignal);
    const told = { ...options, signal: signals.length > 1 ? AbortSignal.any(signals) : signals[0] };
    return new BankCall(accountId, { path, encoding, effect, fills }, body, told);
  }

  /** Once, with the first attempt: replays share its deadline. */
  startClock(callTimeoutMs: number): void {
    if (this.#deadline !== Number.POSITIVE_INFINITY) return;
    const limitMs = this.options.timeoutMs ?? callTimeoutMs;
    this.#deadline = performance.now() + limitMs;
    this.#minAttemptMs = Math.min(MIN_ATTEMPT_MS, limitMs / 2);
  }

  /** Milliseconds. */
  get leftMs(): number {
    return this.#deadline - performance.now();
  }

  /** Whether there is time for another attempt. */
  get hasTime(): boolean {
    return this.leftMs >= this.#minAttemptMs;
  }

  get isAborted(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  /**
   * Waits for what comes before anything leaves, such as an account loader or a session store: both are somebody else's
   * code, and may never end.
   * @param late what it is when the time of the call is over
   * @throws AllianceError `ALLIANCE_UNKNOWN_OUTCOME` with `noEffect` when the call is aborted
   */
  within<T>(work: Promise<T>, late: () => AllianceError): Promise<T> {
    const aborted = (): AllianceError => unknownOutcome(this, 'aborted', true);
    return within(work, { ms: this.leftMs, signal: this.options.signal, late, aborted });
  }

  /** @throws AllianceError as `loadAccount`, and where the loader takes longer than the call may */
  loadAccount(accounts: AllianceAccounts): Promise<AllianceAccount> {
    const { accountId } = this;
    return this.within(loadAccount(accounts, accountId), () => accountUnavailable(accountId, 'no_account_in_time'));
  }

  /** Neither body, account nor session. */
  toJSON(): object {
    return { accountId: this.accountId, path: this.endpoint.path, attempts: this.attempts.length };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }

  /** The body as the bank wants it: no undefined, null or blank members (it refuses them). */
  buildBody(account: AllianceAccount, now: Date): string {
    const filled = { merchantId: this.#members['merchantId'] ?? account.merchantId, date: formatBankTime(now) };
    const fills = this.endpoint.fills.map((member) => [member, filled[member]]);
    try {
      return JSON.stringify({ ...this.#members, ...Object.fromEntries(fills) }, dropBlank);
    } catch {
      throw invalidRequest('body', 'is no JSON'); // a bigint or a circle; the engine's own message quotes members
    }
  }
}

/** What the bank refuses in an optional member. */
export const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

const dropBlank = (_key: string, value: unknown): unknown => (isBlank(value) ? undefined : value);

/** Names the member and never quotes it. */
export function invalidRequest(member: string, problem: string): AllianceError {
  const details = { reason: 'invalid_body', member, noEffect: true };
  return new AllianceError('ALLIANCE_INVALID_REQUEST', `The call's ${member} ${problem}`, details);
}

/** A query starts nothing, so that losing its answer has no effect. */
export function unknownOutcome({ endpoint }: BankCall, reason: string, neverSent = false): AllianceError {
  const noEffect = neverSent || !endpoint.effect;
  return new AllianceError('ALLIANCE_UNKNOWN_OUTCOME', `The bank's answer is unknown: ${reason}`, { reason, noEffect });
}
