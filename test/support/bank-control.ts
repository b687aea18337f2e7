export interface LedgerEntry {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly method?: string;
  readonly path?: string;
  /** null when the answer was cut */
  readonly httpStatus?: number | null;
  readonly msgCode?: string;
  readonly merchantId?: string;
  readonly merchantRequestId?: string;
  readonly hppOrderId?: string;
  readonly operationId?: string;
  readonly originalOperationId?: string;
  readonly type?: string;
  readonly status?: string;
  readonly ok?: boolean;
  readonly coinAmount?: number;
  readonly attempt?: number;
  readonly url?: string;
}

export interface LedgerFilter {
  readonly kind?: string;
  readonly merchantRequestId?: string;
  readonly hppOrderId?: string;
  readonly path?: string;
}

export const FAULT_KINDS = [
  'timeout_before',
  'timeout_after',
  'reset_before',
  'reset_after',
  'http_error',
  'html_200',
  'truncated_jwe',
  'truncated_json',
  'error',
  'slow',
] as const;

export interface Fault {
  readonly kind: (typeof FAULT_KINDS)[number];
  /** Part of the request path, such as "refund", "create-order", "authorize_virtual_device", "operations". */
  readonly path?: string;
  readonly times?: number;
  readonly delayMs?: number;
  readonly msgCode?: string;
  readonly httpStatus?: number;
}

export interface CallbackSettings {
  readonly mode: 'normal' | 'drop' | 'duplicate' | 'reorder' | 'early';
  readonly encrypt?: boolean;
  readonly emptyOperation?: boolean;
}

export interface BankMerchant {
  readonly serviceCode: string;
  readonly merchantId: string;
  readonly name: string;
  readonly clientPublicKey: object;
  readonly terminal: 'test' | 'live';
}

/** The levers of the bank simulator. */
export class BankControl {
  constructor(private readonly baseUrl: string) {}

  async ledger(filter: LedgerFilter = {}): Promise<readonly LedgerEntry[]> {
    const query = new URLSearchParams({ ...filter });
    return (await this.call<{ entries: LedgerEntry[] }>('GET', `ledger?${query.toString()}`)).entries;
  }

  /** @returns the fault's id */
  async addFault(fault: Fault): Promise<string> {
    return (await this.call<{ id: string }>('POST', 'faults', fault)).id;
  }

  async faults(): Promise<readonly (Fault & { id: string; fired: number })[]> {
    return (await this.call<{ faults: (Fault & { id: string; fired: number })[] }>('GET', 'faults')).faults;
  }

  async clearFaults(): Promise<void> {
    await this.call('DELETE', 'faults');
  }

  async setCallbacks(settings: CallbackSettings): Promise<void> {
    await this.call('POST', 'callbacks', settings);
  }

  async callbacks(): Promise<readonly Record<string, unknown>[]> {
    return (await this.call<{ deliveries: Record<string, unknown>[] }>('GET', 'callbacks')).deliveries;
  }

  async expireSessions(merchantId?: string): Promise<void> {
    await this.call('POST', 'sessions/expire', merchantId === undefined ? {} : { merchantId });
  }

  async advanceClock(advanceMs: number): Promise<Date> {
    return new Date((await this.call<{ now: string }>('POST', 'clock', { advanceMs })).now);
  }

  async now(): Promise<Date> {
    return new Date((await this.call<{ now: string }>('GET', 'clock')).now);
  }

  async order(hppOrderId: string): Promise<Record<string, unknown>> {
    return this.call('GET', `orders/${encodeURIComponent(hppOrderId)}`);
  }

  async addMerchant(merchant: BankMerchant): Promise<void> {
    await this.call('POST', 'merchants', merchant);
  }

  /** Empties state and ledger; merchants stay. */
  async reset(): Promise<void> {
    await this.call('POST', 'reset');
  }

  private async call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const sent =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${this.baseUrl}/control/${path}`, { method, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /control/${path} answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }
}
