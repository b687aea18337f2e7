import { type AllianceAccount } from '../account/alliance-account.js';
import { AllianceError } from '../error/alliance-error.js';
import { type AllianceEndpoint } from './endpoints.js';
import { type SendWindow } from '../http/send-window.js';
import { type BankSession } from '../session/session-store.js';
import { formatBankTime } from '../wire/bank-time.js';

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

export interface CallOptions {
  /** Past it nothing leaves any more, neither the request nor a replay of it. */
  readonly window?: SendWindow | undefined;
  /** Ends the call early; what it started at the bank is then unknown. */
  readonly signal?: AbortSignal | undefined;
}

/** One call from building to verdict. Every attempt but the last was refused for its session, so it started nothing. */
export class BankCall {
  /** In the order they were sent. */
  readonly attempts: Attempt[] = [];
  /** On `performance.now()`: waits for a session and attempts end by then. */
  deadline = Number.POSITIVE_INFINITY;

  constructor(
    readonly accountId: string,
    readonly endpoint: AllianceEndpoint,
    private readonly members: Readonly<Record<string, unknown>>,
    readonly options: CallOptions = {},
  ) {}

  static of({ accountId, path, encoding, body, effect = true, fills = [], options }: AllianceRequest): BankCall {
    return new BankCall(accountId, { path, encoding, effect, fills }, body, options);
  }

  /** Once, with the first attempt: replays share its deadline. */
  startClock(callTimeoutMs: number): void {
    if (this.deadline === Number.POSITIVE_INFINITY) this.deadline = performance.now() + callTimeoutMs;
  }

  /** Milliseconds. */
  get leftMs(): number {
    return this.deadline - performance.now();
  }

  /** The body as the bank wants it: no undefined, null or blank members (it refuses them). */
  buildBody(account: AllianceAccount, now: Date): string {
    const filled = { merchantId: this.members['merchantId'] ?? account.merchantId, date: formatBankTime(now) };
    const fills = this.endpoint.fills.map((member) => [member, filled[member]]);
    return JSON.stringify({ ...this.members, ...Object.fromEntries(fills) }, dropBlank);
  }
}

function dropBlank(_key: string, value: unknown): unknown {
  return value === null || value === '' ? undefined : value;
}

/** A query starts nothing, so that losing its answer has no effect. */
export function unknownOutcome({ endpoint }: BankCall, reason: string, neverSent = false): AllianceError {
  const noEffect = neverSent || !endpoint.effect;
  return new AllianceError('ALLIANCE_UNKNOWN_OUTCOME', `The bank's answer is unknown: ${reason}`, { reason, noEffect });
}
