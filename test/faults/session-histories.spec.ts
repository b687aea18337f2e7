import { generateKeyPairSync } from 'node:crypto';
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import fc from 'fast-check';
import { type DataSource } from 'typeorm';
import { AllianceClient, AllianceError, AllianceModule, AllianceSession, CommunicationKey } from '#libs/alliance';
import { type Keystore } from '#libs/keystore';
import { MerchantAccountRepository } from '../../apps/gateway/src/accounts/merchant-account.repository.js';
import { MerchantAccountsService } from '../../apps/gateway/src/accounts/merchant-accounts.service.js';
import { PgSessionStore } from '../../apps/gateway/src/payments/bank-access/pg-session.store.js';
import { aKeystore, anAccount, createMigratedDatabase, type MigratedDatabase } from '../integration/gateway-parts.js';
import { isFullSize } from '../support/full-size.js';
import { type SessionBank, SessionBanks } from './session-bank.js';

const PROCESSES = 3;
const HISTORIES = isFullSize ? 500 : 40;
const CODES = [
  'b_expired_token',
  'b_used_token',
  'b_session_doesnt_exist',
  'b_previous_auth_token_expired',
  'b_unknown_device',
  'b_auth_token_expired',
  'b_refresh_token_absent',
  'b_virtual_device_not_found',
  'b_encryptor_failed_decrypt_message',
];

/** What can happen to an account, its processes and its bank. `p` and `q` number processes. */
type Step =
  | { readonly kind: 'call' | 'renew' | 'crash'; readonly p: number }
  | { readonly kind: 'refuse'; readonly p: number; readonly code: string }
  | { readonly kind: 'pause'; readonly p: number; readonly q: number }
  | { readonly kind: 'skew'; readonly p: number; readonly minutes: number }
  | { readonly kind: 'burst' | 'expire' | 'stranger' | 'hour' };

const p = fc.nat(PROCESSES - 1);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('call' as const, 'renew' as const), p }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('refuse' as const), p, code: fc.constantFrom(...CODES) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), p }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pause' as const), p, q: p }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('skew' as const), p, minutes: fc.integer({ min: -120, max: 120 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('burst' as const, 'expire' as const, 'stranger' as const, 'hour' as const),
      }),
    },
  ),
  { minLength: 6, maxLength: 18, size: 'max' },
);

/** One gateway process, as far as sessions go. */
interface Process {
  readonly context: INestApplicationContext;
  readonly store: PgSessionStore;
  readonly clock: { skewMs: number };
  /** Newest version that it sent a call with. */
  newest: number;
}

interface Row {
  readonly version: number;
  readonly sealed: string | null;
  readonly renewed: number;
}

let database: MigratedDatabase;
let keystore: Keystore;
let sources: DataSource[];
let banks: SessionBanks;
let clientKey: CommunicationKey;
let newAccount: () => Promise<string>;

beforeAll(async () => {
  database = await createMigratedDatabase();
  keystore = aKeystore();
  sources = await Promise.all(Array.from({ length: PROCESSES }, () => database.connect()));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  clientKey = await CommunicationKey.import(privateKey.export({ format: 'jwk' }));
  banks = await SessionBanks.listen(clientKey);
  const accounts = new MerchantAccountsService(new MerchantAccountRepository(sources[0]!), keystore);
  let terminals = 0;
  newAccount = () => anAccount(accounts, { bankMerchantId: `merchant-${++terminals}` });
}, 60_000);
afterAll(async () => {
  await banks.close();
  await database.drop();
});

/** One account through one history, checked against what must hold after every step. */
class History {
  private readonly everyContext: INestApplicationContext[] = [];
  private readonly processes: Process[] = [];
  private readonly versionOf = new Map<string, number>();
  private last: Row = { version: 0, sealed: null, renewed: 0 };
  /** Answers held back; the connections of a closed process wait for them. */
  private readonly held: (() => void)[] = [];
  /** Sessions that the bank gave to a process that died or came too late. */
  private wasted = 0;

  private constructor(
    private readonly accountId: string,
    private readonly bank: SessionBank,
  ) {}

  static async of(accountId: string): Promise<History> {
    const history = new History(accountId, banks.open(accountId));
    for (let slot = 0; slot < PROCESSES; slot++) history.processes.push(await history.startProcess(slot));
    return history;
  }

  async play(all: readonly Step[]): Promise<void> {
    for (const step of all) {
      await this.refill();
      await this.take(step);
      await this.check();
    }
    expect(this.bank.authorizes).toBe(this.last.version + this.wasted);
  }

  async close(): Promise<void> {
    for (const letGo of this.held) letGo();
    for (const context of this.everyContext) await context.close();
  }

  private async startProcess(slot: number): Promise<Process> {
    const clock = { skewMs: 0 };
    const store = new PgSessionStore(sources[slot]!, keystore);
    const load = (id: string) =>
      Promise.resolve({ id, baseUrl: banks.url, merchantId: 'merchant', serviceCode: id, clientKey });
    const options = { accounts: { load }, sessions: store, clock: () => new Date(Date.now() + clock.skewMs) };
    const context = await NestFactory.createApplicationContext(AllianceModule.forRoot(options), { logger: false });
    this.everyContext.push(context);
    return { context, store, clock, newest: 0 };
  }

  private take(step: Step): Promise<unknown> {
    switch (step.kind) {
      case 'call':
        return this.call(step.p);
      case 'refuse':
        this.bank.nextRefusal = step.code;
        return this.call(step.p).finally(() => (this.bank.nextRefusal = undefined));
      case 'renew':
        return this.renew(step.p);
      case 'burst':
        return this.burst();
      case 'crash':
        return this.crash(step.p);
      case 'pause':
        return this.pause(step.p, step.q);
      default:
        return this.change(step);
    }
  }

  private async change(step: Step): Promise<void> {
    if (step.kind === 'skew') this.processes[step.p]!.clock.skewMs = step.minutes * 60_000;
    if (step.kind === 'expire') this.bank.expire();
    if (step.kind === 'stranger') this.bank.supersede(true);
    if (step.kind === 'hour') await this.passAnHour();
  }

  /** Back-off is over; the lease of whoever died, too. */
  private async passAnHour(): Promise<void> {
    await database.query(
      `WITH passed AS (UPDATE session_renewal SET started_at = started_at - interval '61 minutes' WHERE merchant_account_id = $1)
       UPDATE bank_session SET retry_at = '-infinity', lease_until = '-infinity' WHERE merchant_account_id = $1`,
      [this.accountId],
    );
  }

  /** The bucket is not the subject here: no call shall wait ten seconds for a token. */
  private async refill(): Promise<void> {
    await database.query('UPDATE bank_session SET renewal_tokens = 5 WHERE merchant_account_id = $1', [this.accountId]);
  }

  /** A call to the bank; where it fails, the account could not be renewed just now or the bank refused twice. */
  private async call(slot: number): Promise<void> {
    const process = this.processes[slot]!;
    const before = this.bank.asked.length;
    const outcome = await this.attempt(process.context.get(AllianceClient).hppOrder(this.accountId, 'order'));
    expect(['done', 'ALLIANCE_SESSION_UNAVAILABLE', 'ALLIANCE_UNKNOWN_OUTCOME']).toContain(outcome);
    await this.learn();
    const used = this.bank.asked.slice(before).map((device) => this.versionUsed(device));
    expect(used.length).toBeLessThanOrEqual(4);
    expect(used).toEqual([...new Set(used)].toSorted((one, two) => one - two)); // every replay under a newer session
    const [first = process.newest, replayed] = used;
    expect(first).toBeGreaterThanOrEqual(process.newest);
    if (replayed !== undefined) expect(replayed).toBeGreaterThanOrEqual(this.last.version);
    process.newest = used.at(-1) ?? process.newest;
  }

  /** A version that nobody could look up came and went within the call. */
  private versionUsed(deviceId: string): number {
    const version = this.versionOf.get(deviceId) ?? this.last.version + 1;
    this.versionOf.set(deviceId, version);
    return version;
  }

  private async attempt(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'done',
      (error: unknown) => {
        if (error instanceof AllianceError) return error.code;
        throw error;
      },
    );
  }

  private async renew(slot: number): Promise<void> {
    const stale = this.last.version;
    const before = this.bank.authorizes;
    const renewal = this.processes[slot]!.context.get(AllianceSession).renew(this.accountId, { stale });
    const outcome = await this.attempt(renewal);
    expect(this.bank.authorizes - before).toBe(outcome === 'done' ? 1 : 0);
    if (outcome === 'done') expect((await renewal).version).toBe(stale + 1);
  }

  /** Everybody at once. */
  private async burst(): Promise<void> {
    const before = this.bank.authorizes;
    const calls = this.processes.flatMap(({ context }) => [1, 2].map(() => context.get(AllianceClient)));
    await Promise.all(calls.map((client) => this.attempt(client.hppOrder(this.accountId, 'order'))));
    expect(this.bank.authorizes - before).toBeLessThanOrEqual(1);
  }

  /** A renewal whose bank has acted and whose answer is held back. Undefined when the store let nobody renew. */
  private async renewHalfway(slot: number): Promise<{ letGo: () => void; outcome: Promise<string> } | undefined> {
    const before = this.bank.authorizes;
    const { came, letGo } = this.bank.holdNext();
    this.held.push(letGo);
    const { store, context } = this.processes[slot]!;
    const stale = (await store.load(this.accountId))?.version ?? 0;
    const outcome = this.attempt(context.get(AllianceSession).renew(this.accountId, { stale }));
    await Promise.race([came, outcome]);
    if (this.bank.authorizes === before) {
      letGo();
      return undefined;
    }
    await database.query(
      `UPDATE bank_session SET lease_until = clock_timestamp() - interval '1 second' WHERE merchant_account_id = $1`,
      [this.accountId],
    );
    return { letGo, outcome };
  }

  private async crash(slot: number): Promise<void> {
    if (await this.renewHalfway(slot)) this.wasted++; // its answer is never let go
    this.processes[slot] = await this.startProcess(slot);
  }

  private async pause(slot: number, rival: number): Promise<void> {
    const late = await this.renewHalfway(slot);
    if (!late) return;
    const winner = rival === slot ? (rival + 1) % PROCESSES : rival;
    await this.renew(winner);
    const published = await this.read();
    late.letGo();
    expect(await late.outcome).toBe('done'); // handed the winner's
    expect(await this.read()).toEqual(published);
    this.wasted++;
  }

  /** What must hold whatever happened. */
  private async check(): Promise<void> {
    await this.learn();
    const row = await this.read();
    expect(row.version).toBeGreaterThanOrEqual(this.last.version);
    expect(row.renewed).toBe(row.version);
    expect(this.bank.authorizes).toBe(row.version + this.wasted);
    if (row.version === this.last.version) expect(row.sealed).toBe(this.last.sealed);
    const loaded = await Promise.all(this.processes.map(({ store }) => store.load(this.accountId)));
    expect(loaded.map((session) => session?.version ?? 0)).toEqual(loaded.map(() => row.version));
    this.last = row;
  }

  private async learn(): Promise<void> {
    const session = await this.processes[0]!.store.load(this.accountId);
    if (!session) return;
    expect(this.versionOf.get(session.deviceId) ?? session.version).toBe(session.version);
    this.versionOf.set(session.deviceId, session.version);
  }

  private async read(): Promise<Row> {
    const [row] = await database.query<Row & Record<string, unknown>>(
      `SELECT version, session_sealed AS sealed, (SELECT count(*)::int FROM session_renewal r
              WHERE r.merchant_account_id = s.merchant_account_id AND outcome = 'renewed') AS renewed
       FROM bank_session s WHERE merchant_account_id = $1`,
      [this.accountId],
    );
    return row ?? { version: 0, sealed: null, renewed: 0 };
  }
}

describe('any history of renewals, crashes, pauses and refusals', () => {
  it('costs one authorize a version, never looks back and stores nothing of a late loser', async () => {
    const counts: Record<string, number> = {};
    const property = fc.asyncProperty(steps, async (history) => {
      const run = await History.of(await newAccount());
      for (const { kind } of history) counts[kind] = (counts[kind] ?? 0) + 1;
      try {
        await run.play(history);
      } finally {
        await run.close();
      }
    });
    await fc.assert(property, { numRuns: HISTORIES, endOnFailure: true }); // a failure prints its seed
    process.stdout.write(`${HISTORIES} histories: ${JSON.stringify(counts)}\n`);
    expect(Object.keys(counts)).toHaveLength(10);
  }, 600_000);
});
