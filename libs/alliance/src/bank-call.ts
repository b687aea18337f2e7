import { type AllianceAccount } from './alliance-account.js';
import { type AllianceEndpoint } from './endpoints.js';
import { type SendWindow } from './send-window.js';
import { type BankSession } from './session-store.js';
import { formatBankTime } from './wire/bank-time.js';

declare module 'axios' {
  interface AxiosRequestConfig {
    /** Makes the request a call of AlliancePay: headers, encoding and renewal are the interceptor's. */
    alliance?: BankCall;
  }
}

/** A dispatched attempt: which account and session it went out with. */
export interface Attempt {
  readonly account: AllianceAccount;
  readonly session: BankSession;
  /** The bank's code, where it refused the session. */
  refusal?: string;
}

export interface CallOptions {
  /** Past it nothing leaves any more, neither the request nor a replay of it. */
  readonly window?: SendWindow | undefined;
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
