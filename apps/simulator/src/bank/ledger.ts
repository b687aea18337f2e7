export type LedgerKind =
  | 'request'
  | 'authorize'
  | 'order.created'
  | 'operation.created'
  | 'operation.final'
  | 'money.charged'
  | 'money.held'
  | 'money.captured'
  | 'money.released'
  | 'money.refunded'
  | 'money.paid_out'
  | 'card.verified'
  | 'token.changed'
  | 'recurring.changed'
  | 'callback.sent'
  | 'callback.dropped'
  | 'fault.fired'
  | 'personality.fired'
  | 'script.used'
  | 'dcm.operation'
  | 'dcm.callback'
  | 'dcm.refused'
  | 'clock.advanced'
  | 'clock.went_back';

export interface LedgerEntry {
  readonly seq: number;
  /** Bank time, ISO 8601 UTC. */
  readonly at: string;
  readonly kind: LedgerKind;
  readonly [member: string]: unknown;
}

export type LedgerFilter = Readonly<Partial<Record<'kind' | 'merchantRequestId' | 'hppOrderId' | 'path', string>>>;

/** What really happened at the bank, in order. Tests take it as the truth; nothing is ever cut from it. */
export class Ledger {
  private rows: LedgerEntry[] = [];

  constructor(private readonly now: () => number) {}

  get size(): number {
    return this.rows.length;
  }

  append(kind: LedgerKind, facts: Readonly<Record<string, unknown>>): void {
    this.rows.push({ seq: this.rows.length + 1, at: new Date(this.now()).toISOString(), kind, ...facts });
  }

  find(filter: LedgerFilter = {}): readonly LedgerEntry[] {
    const wanted = Object.entries(filter).filter(([, value]) => value !== '');
    return this.rows.filter((row) => wanted.every(([name, value]) => matches(row[name], name, value)));
  }

  load(rows: readonly LedgerEntry[]): void {
    this.rows = [...rows];
  }
}

const matches = (actual: unknown, name: string, wanted: string): boolean =>
  name === 'path' ? typeof actual === 'string' && actual.includes(wanted) : actual === wanted;
