import { jest } from '@jest/globals';
import { type Type } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { AllianceError, type AllianceSession, type BankSession, type RenewalRequest } from '#libs/alliance';
import { Workers } from '../../apps/gateway/src/database/workers.js';
import { RenewSessionsJob } from '../../apps/gateway/src/payments/bank-access/renew-sessions.job.js';
import { ResolveUnknownJob } from '../../apps/gateway/src/payments/jobs/resolve-unknown.job.js';
import { SyncPaymentsJob } from '../../apps/gateway/src/payments/jobs/sync-payments.job.js';
import { SessionSchedule } from '../../apps/gateway/src/payments/bank-access/session-schedule.store.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { until } from '../support/until.js';
import { FakePaymentBank } from './fake-payment-bank.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, someKeks, startGateway, type WholeGateway } from './whole-gateway.js';

const ROUTES = [
  ['GET', '/v1/payments'],
  ['POST', '/v1/payments'],
  ['GET', '/v1/payments/pay_1'],
  ['GET', '/v1/payments/pay_1/refunds'],
  ['GET', '/return/acc_1/pay_1/token'],
  ['POST', '/callbacks/alliance/acc_1/pay_1/token'],
  ['GET', '/docs'],
  ['GET', '/openapi.json'],
] as const;

/** What each ROLE does, and what it leaves to the others. */
describe('roles', () => {
  let database: MigratedDatabase;
  let api: WholeGateway;
  let account: NewAccount;
  const keks = someKeks();

  beforeAll(async () => {
    database = await createMigratedDatabase();
    api = await startGateway(database, { keks, env: { ROLE: 'api' } });
    account = await addAccount(api);
  });
  afterAll(async () => {
    await api.app.close();
    await database.drop();
  });

  const jobsOf = ({ app }: WholeGateway): number => app.get(SchedulerRegistry).getIntervals().length;
  const has = ({ app }: WholeGateway, job: Type): boolean => {
    try {
      app.get(job, { strict: false });
      return true;
    } catch {
      return false;
    }
  };

  it('api serves, and does no work', async () => {
    expect(jobsOf(api)).toBe(0);
    for (const job of [SyncPaymentsJob, ResolveUnknownJob, RenewSessionsJob]) expect(has(api, job)).toBe(false);
    expect((await api.call('GET', '/v1/payments', { key: account.apiKey })).status).toBe(200);
    expect((await api.call('GET', '/health/ready')).status).toBe(200);
  });

  it('worker works, and serves nothing but its health', async () => {
    const bank = new FakePaymentBank();
    const { id } = (await api.call('POST', '/v1/payments', { key: account.apiKey, body: aPaymentRequest() })).body;
    await database.query('UPDATE payment SET next_sync_at = now() WHERE id = $1', [id]);
    const worker = await startGateway(database, { keks, bank, env: { ROLE: 'worker' } });
    try {
      for (const job of [SyncPaymentsJob, ResolveUnknownJob, RenewSessionsJob]) expect(has(worker, job)).toBe(true);
      await until('the worker asks the bank about the payment', () => Promise.resolve(bank.reads.length > 0));
      expect(api.bank.reads).toEqual([]);
      for (const [method, url] of ROUTES) {
        const answer = await worker.call(method, url, { key: account.apiKey, ...(method === 'POST' && { body: {} }) });
        expect([url, answer.status]).toEqual([url, 404]);
      }
      expect((await worker.call('GET', '/health/live')).status).toBe(200);
    } finally {
      await worker.app.close();
    }
  });

  it('all does both', async () => {
    const bank = new FakePaymentBank();
    const both = await startGateway(database, { keks, bank, env: { ROLE: 'all' } });
    try {
      const { id } = (await both.call('POST', '/v1/payments', { key: account.apiKey, body: aPaymentRequest() })).body;
      await database.query('UPDATE payment SET next_sync_at = now() WHERE id = $1', [id]);
      await until('it asks the bank about the payment', () => Promise.resolve(bank.reads.length > 0));
    } finally {
      await both.app.close();
    }
  });
});

describe('renewal ahead of time', () => {
  let database: MigratedDatabase;
  let schedule: SessionSchedule;
  let workers: Workers;

  beforeEach(() => {
    workers = new Workers();
  });
  beforeAll(async () => {
    database = await createMigratedDatabase();
    schedule = new SessionSchedule(await database.connect(1), 8);
    const gateway = await startGateway(database);
    for (let accounts = 0; accounts < 3; accounts++) {
      const { id } = await addAccount(gateway);
      await database.query(
        `INSERT INTO bank_session (merchant_account_id, version, session_sealed, obtained_at, expires_at)
         VALUES ($1, $2, 'sealed', now() - interval '9 hours', now() + interval '15 hours')`,
        [id, 10 + accounts],
      );
    }
    await gateway.app.close();
  });
  afterAll(() => database.drop());

  /** A job over the real schedule whose sessions are renewed, or not, by the test. */
  function aJob(renew: (accountId: string, request: RenewalRequest) => Promise<BankSession>): RenewSessionsJob {
    const sessions = { renew } as unknown as AllianceSession;
    return Reflect.construct(RenewSessionsJob, [schedule, sessions, undefined, workers]) as RenewSessionsJob;
  }

  it('asks for every account whose time has come, also after the first one failed, each with the session it has', async () => {
    const asked: [string, RenewalRequest][] = [];
    const job = aJob((accountId, request) => {
      asked.push([accountId, request]);
      return Promise.reject(
        asked.length === 1 ? new AllianceError('ALLIANCE_REFUSED', 'no') : new Error('the database is away'),
      );
    });
    await job.tick();
    const rows = await database.query<{ id: string; version: number }>(
      'SELECT merchant_account_id AS id, version FROM bank_session ORDER BY version',
    );
    expect(rows).toHaveLength(3);
    expect(new Map(asked)).toEqual(new Map(rows.map(({ id, version: stale }) => [id, { stale, onlyIfDue: true }])));
  });

  it('does not wait for one that hangs, and does not ask for it twice', async () => {
    const asked: string[] = [];
    const hanging = Promise.withResolvers<BankSession>();
    const job = aJob((accountId) => {
      asked.push(accountId);
      return asked.length === 1 ? hanging.promise : Promise.reject(new Error('the bank is away'));
    });
    const first = job.tick();
    await until('every account is asked for', () => Promise.resolve(new Set(asked).size === 3));
    const [slow] = asked;
    await job.tick();
    expect(asked.filter((id) => id === slow)).toHaveLength(1);
    expect(asked).toHaveLength(5); // the other two again
    let isStopped = false;
    const stopped = workers.beforeApplicationShutdown().then(() => (isStopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false); // a renewal that is cut off costs the session
    hanging.reject(new Error('it came at last'));
    await Promise.all([first, stopped]);
    await job.tick();
    expect(asked).toHaveLength(5); // nothing is begun any more
  });

  it('is watched: it is as old as the last look at what is due, whatever becomes of the renewals', async () => {
    const job = aJob(() => new Promise(() => undefined));
    expect(workers.all).toEqual([job]);
    await until('an age can be seen', () => Promise.resolve(job.sinceClaimMs > 100));
    const before = job.sinceClaimMs;
    void job.tick();
    await until('it has looked', () => Promise.resolve(job.sinceClaimMs < before));
    const lost = jest.spyOn(schedule, 'due').mockRejectedValueOnce(new Error('the database is away'));
    const aged = job.sinceClaimMs;
    await expect(job.tick()).rejects.toThrow('the database is away');
    expect(job.sinceClaimMs).toBeGreaterThanOrEqual(aged);
    lost.mockRestore();
    expect(job.claimLimitMs).toBe(25_000);
  });

  it('forgets attempts after thirty days, and no others', async () => {
    const [row] = await database.query<{ id: string }>('SELECT merchant_account_id AS id FROM bank_session LIMIT 1');
    const attempt = (epoch: number, age: string) =>
      database.query(
        `INSERT INTO session_renewal (merchant_account_id, epoch, cause, started_at) VALUES ($1, $2, 'reactive', now() - $3::interval)`,
        [row!.id, epoch, age],
      );
    for (const [epoch, age] of [
      [1, '31 days'],
      [2, '29 days'],
      [3, '1 minute'],
    ] as const)
      await attempt(epoch, age);
    await aJob(() => Promise.reject(new Error('not asked'))).prune();
    expect(await database.query('SELECT epoch FROM session_renewal ORDER BY epoch')).toEqual([
      { epoch: 2 },
      { epoch: 3 },
    ]);
  });
});
