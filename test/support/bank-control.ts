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
  /** Of `personality.fired`. */
  readonly personality?: PersonalityName;
  /** Of `authorize`: somebody else's. */
  readonly rival?: boolean;
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
  'slow_answer',
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

type OptionsOf = {
  order_other_request_id: object;
  order_other_merchant: object;
  order_other_amount: { by: number };
  order_expiry: { value: 'past' | 'absent' | 'null' | 'garbage' };
  order_link: { value: string };
  order_unusable: { how: 'no_link' | 'null_link' | 'no_order_id' | 'empty' };
  expired_error: { msgCode: string };
  order_contradicts: { orderStatus: string };
  unreadable_element: { how: 'empty' | 'null' | 'text' | 'list' };
  late_traces: { delayMs: number };
  knows_but_not_found: { type: 'REFUND' | 'PURCHASE' };
  not_found_at_first: { type: 'REFUND' | 'PURCHASE'; delayMs: number };
  foreign_verdict: {
    type: string;
    status: string;
    merchantRequestId: 'other' | 'absent' | 'ours';
    terminal: 'ours' | 'other';
  };
  no_result_codes: { missing: 'all' | 'empty' | 'null' | 'actionCode' | 'responseCode' };
  other_result_codes: { actionCode: string; responseCode: string };
  status_text: { status: string };
  another_type: { type: string };
  other_amount: { by: number };
  other_currency: { currency: string };
  other_merchant: object;
  other_order: object;
  test_rrn: { rrn: string };
  refund_answer_lies: { status: 'FAIL' | 'SUCCESS' };
  repeats_original_id: object;
  pending_payment: { delayMs: number };
  pending_refund: { delayMs: number };
  charges_twice: { delayMs: number };
  back_office_refund: { delayMs: number; coinAmount: number; merchantRequestId: 'other' | 'absent' };
  callback_lost: object;
  session_life: { lifeMs: number };
  session_expiry: { value: 'absent' | 'null' | 'past' | 'far' | 'garbage' | 'number' };
  session_key: { how: 'null' | 'legacy' | 'decorated' };
  session_unusable: { how: 'no_token' | 'no_device' | 'no_key' | 'other_curve' };
  slow_authorize: { delayMs: number };
  overloaded: { msgCode: string };
  refuses_sessions: { msgCode: string };
  closed_service_code: { msgCode: string };
  rival: { everyMs: number };
  hangs: { acts: boolean };
  fractions: object;
  unknown_members: object;
  wrong_types: object;
  nulls: object;
  msg_type_success: object;
  odd_json: object;
  bom: object;
  jose_header: object;
  gzip: object;
  media_type: { value: string };
  date_header: { skewMs: number };
  clock_off: { skewMs: number };
  bare_status: { httpStatus: number; how: 'html' | 'json' | 'empty' };
  cipher_helpers: object;
};

export type PersonalityName = keyof OptionsOf;

/** What every personality takes. */
export interface PersonalityLimits {
  /** Uses until it has no effect any more. Default: no end. */
  readonly times?: number;
  /** Bank time until it has no effect any more. Default: no end. */
  readonly forMs?: number;
  /** Only calls of this merchant. */
  readonly merchantId?: string;
  /** Part of the request path. */
  readonly path?: string;
}

/** Described in apps/simulator/README.md, "Personalities". */
export type PersonalityOptions<Name extends PersonalityName> = Partial<OptionsOf[Name]> & PersonalityLimits;

export interface ActivePersonality {
  readonly id: string;
  readonly name: PersonalityName;
  readonly fired: number;
}

/** A hold of the bank's books, in kopiyky. */
export interface BankHold extends LedgerEntry {
  readonly state: 'held' | 'captured' | 'released' | 'lapsed';
  readonly left: number;
  readonly captured: number;
  readonly refunded: number;
  readonly released: number;
  readonly capturing: boolean;
  readonly releasing: boolean;
  readonly expiresAt: string;
}

/** How the next operations of one type end; described in apps/simulator/README.md, "Scripts and switches". */
export interface BankScript {
  readonly type: string;
  readonly actionCode?: string;
  readonly responseCode?: string;
  /** Bank time; 0 = the answer shows the end already. */
  readonly delayMs?: number;
  readonly times?: number;
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
  /** Public keys of Authorization 2.0. */
  readonly signingKeys?: readonly { readonly kid: string; readonly publicKey: string }[];
  /** What it may do; everything when absent. */
  readonly operations?: readonly string[];
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

  /** Switches a personality on. @returns its id */
  async switchOn<Name extends PersonalityName>(name: Name, options?: PersonalityOptions<Name>): Promise<string> {
    return (await this.call<{ id: string }>('POST', 'personalities', { name, ...options })).id;
  }

  /** Without a name, all of them. */
  async switchOff(name?: PersonalityName): Promise<void> {
    await this.call('DELETE', name === undefined ? 'personalities' : `personalities?name=${name}`);
  }

  async personalities(): Promise<{ active: readonly ActivePersonality[]; known: readonly { name: string }[] }> {
    return this.call('GET', 'personalities');
  }

  /** Uses of a personality since the bank's last reset, by its ledger. */
  async usesOf(name: PersonalityName): Promise<readonly LedgerEntry[]> {
    const entries = await this.ledger({ kind: 'personality.fired' });
    return entries.filter(({ personality }) => personality === name);
  }

  /** One more successful purchase, or transfer, under an order. */
  async chargeAgain(hppOrderId: string, coinAmount?: number): Promise<LedgerEntry> {
    return this.call('POST', `orders/${encodeURIComponent(hppOrderId)}/charge`, { coinAmount });
  }

  /** A payer's bank sends the money of an open A2A order. */
  async transfer(hppOrderId: string): Promise<LedgerEntry> {
    return this.call('POST', `orders/${encodeURIComponent(hppOrderId)}/transfer`);
  }

  /** The bank gives money back by itself. `merchantRequestId: null` = the refund carries none; absent = a foreign one. */
  async refundInBackOffice(
    hppOrderId: string,
    refund: { coinAmount?: number; merchantRequestId?: string | null } = {},
  ): Promise<LedgerEntry> {
    return this.call('POST', `orders/${encodeURIComponent(hppOrderId)}/refund`, refund);
  }

  /** The public key that card data of a terminal is encrypted to. */
  async paymentKey(merchantId: string): Promise<{ kty: 'EC'; crv: 'P-384'; x: string; y: string }> {
    return this.call('GET', `merchants/${merchantId}/payment-key`);
  }

  /** What a bank sends for reconciliation, from a moment to the end of that day, with mistakes of these kinds in it. */
  async register(wishes: { from: Date; breaks: Readonly<Record<string, number>> }): Promise<Uint8Array<ArrayBuffer>> {
    const { path } = await this.call<{ path: string }>('POST', 'registers', wishes);
    return new Uint8Array(await (await fetch(new URL(path, this.baseUrl))).arrayBuffer());
  }

  async holds(): Promise<readonly BankHold[]> {
    return (await this.call<{ holds: BankHold[] }>('GET', 'holds')).holds;
  }

  /** The back office captures a hold, gives it back, or lets it lapse now. */
  async moveHold(operationId: string, how: 'capture' | 'release' | 'lapse', coinAmount?: number): Promise<void> {
    await this.call('POST', `holds/${encodeURIComponent(operationId)}/${how}`, { coinAmount });
  }

  /** The next operation of that type ends so. */
  async script(script: BankScript): Promise<void> {
    await this.call('POST', 'scripts', script);
  }

  /** Sets switches of the bank; a reset sets all of them back. */
  async setSwitches(switches: Readonly<Record<string, string | number | boolean>>): Promise<void> {
    await this.call('POST', 'switches', switches);
  }

  /** Somebody else opens a session: the current ones end. */
  async supersedeSessions(merchantId?: string): Promise<void> {
    await this.call('POST', 'sessions/supersede', merchantId === undefined ? {} : { merchantId });
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

  /** Takes every step of the clock back. */
  async goBackToRealTime(): Promise<Date> {
    return new Date((await this.call<{ now: string }>('DELETE', 'clock')).now);
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
