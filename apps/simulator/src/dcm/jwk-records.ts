import { randomUUID } from 'node:crypto';
import { refuse } from './refusal.js';
import { parseBankJwk, type RsaJwk } from './rsa-jwk.js';

export interface JwkRecord {
  readonly guid: string;
  readonly counterpartyGuid: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly data: RsaJwk;
}

/** The keys a bank registered (section 6): a record never leaves, its material may be replaced. */
export class JwkRecords {
  private readonly records = new Map<string, JwkRecord>();

  constructor(private readonly now: () => number) {}

  /** @throws WireError 400 */
  register(counterpartyGuid: string, jwk: unknown): JwkRecord {
    const data = parseBankJwk(jwk);
    this.requireFreshKid(counterpartyGuid, data.kid);
    const at = this.now();
    return this.save({ guid: randomUUID(), counterpartyGuid, createdAt: at, updatedAt: at, data });
  }

  /** @throws WireError 400 */
  replace(counterpartyGuid: string, guid: string, jwk: unknown): JwkRecord {
    const record = this.records.get(guid.toLowerCase());
    if (record?.counterpartyGuid !== counterpartyGuid) throw refuse(400, 'jwk not found');
    const data = parseBankJwk(jwk);
    if (data.kid !== record.data.kid) this.requireFreshKid(counterpartyGuid, data.kid);
    else if (data.n !== record.data.n) throw refuse(400, 'invalid jwk: other material needs another data.kid');
    return this.save({ ...record, updatedAt: this.now(), data });
  }

  list(counterpartyGuid: string): readonly JwkRecord[] {
    return [...this.records.values()].filter((record) => record.counterpartyGuid === counterpartyGuid);
  }

  /** The set that verifies the tokens of this counterparty. */
  keysOf(counterpartyGuid: string): readonly RsaJwk[] {
    return this.list(counterpartyGuid).map(({ data }) => data);
  }

  clear(): void {
    this.records.clear();
  }

  snapshot(): readonly JwkRecord[] {
    return [...this.records.values()];
  }

  load(records: readonly JwkRecord[]): void {
    for (const record of records) this.save(record);
  }

  private save(record: JwkRecord): JwkRecord {
    this.records.set(record.guid, record);
    return record;
  }

  private requireFreshKid(counterpartyGuid: string, kid: string): void {
    if (this.keysOf(counterpartyGuid).some((key) => key.kid === kid))
      throw refuse(400, 'invalid jwk: data.kid is registered already');
  }
}
