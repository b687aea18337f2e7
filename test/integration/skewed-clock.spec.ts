import { type FreshSession } from '#libs/alliance';
import { withClockOff } from '../support/shifted-clock.js';
import { until } from '../support/until.js';
import { PgSessionStore } from '../../apps/gateway/src/payments/bank-access/pg-session.store.js';
import { SessionRows } from '../../apps/gateway/src/payments/bank-access/session-rows.store.js';
import { SessionSchedule } from '../../apps/gateway/src/payments/bank-access/session-schedule.store.js';
import { create, createMigratedDatabase, type MigratedDatabase, type Parts, startParts } from './gateway-parts.js';

const MINUTE_MS = 60_000;
const CLAIM = { stale: 0, refused: false, onlyIfDue: false };
const aSession = (): FreshSession => ({
  deviceId: 'device-1',
  refreshToken: 'refresh-token-1',
  serverPublic: { kty: 'EC', crv: 'P-384', x: 'x', y: 'y' },
  obtainedAt: new Date(),
  expiresAt: new Date(Date.now() + 24 * 60 * MINUTE_MS),
});

/** Processes may disagree about the time; leases, due times and ages are the database's. */
describe.each([2, -2])('a process whose clock is %i minutes off', (minutes) => {
  let database: MigratedDatabase;
  let parts: Parts;
  let store: PgSessionStore;
  let rows: SessionRows;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
    store = new PgSessionStore(await database.connect(2), parts.keystore);
    rows = new SessionRows(await database.connect(2), 8);
  });
  afterAll(() => database.drop());
  beforeEach(() =>
    database.query('DELETE FROM session_renewal').then(() => database.query('DELETE FROM bank_session')),
  );

  const wrong = <T>(run: () => Promise<T>): Promise<T> => withClockOff(minutes * MINUTE_MS, run);
  const secondsOf = async (table: string, column: string): Promise<number> => {
    const [row] = await database.query<{ seconds: number }>(
      `SELECT extract(epoch FROM ${column} - clock_timestamp())::float AS seconds FROM ${table} WHERE ${column} > '-infinity' LIMIT 1`,
    );
    return row!.seconds;
  };

  it('takes nobody’s lease of a renewal, and holds its own no longer than others', async () => {
    void store.replace(parts.accountId, { stale: 0 }, () => new Promise<never>(() => undefined));
    await until('the lease is taken', async () => (await database.query('SELECT 1 FROM bank_session')).length === 1);
    const right = await secondsOf('bank_session', 'lease_until');
    expect(await wrong(() => rows.claim(parts.accountId, CLAIM))).toBeUndefined();
    await database.query(`UPDATE bank_session SET lease_until = clock_timestamp() - interval '1 second'`);
    expect(await wrong(() => rows.claim(parts.accountId, CLAIM))).toMatchObject({ epoch: 2 });
    expect(Math.abs((await secondsOf('bank_session', 'lease_until')) - right)).toBeLessThan(20);
  });

  it('keeps the back-off of others', async () => {
    await expect(
      store.replace(parts.accountId, { stale: 0 }, () => Promise.reject(new Error('down'))),
    ).rejects.toThrow();
    await database.query(`UPDATE bank_session SET retry_at = clock_timestamp() + interval '25 seconds'`);
    expect(await wrong(() => rows.claim(parts.accountId, CLAIM))).toBeUndefined();
  });

  it('finds no session due before its time', async () => {
    await store.replace(parts.accountId, { stale: 0 }, () => Promise.resolve(aSession()));
    const schedule = new SessionSchedule(await database.connect(1), 8);
    const age = (change: string) =>
      database.query(`UPDATE bank_session SET obtained_at = now() - interval '${change}'`);
    await age('7 hours 59 minutes');
    expect(await wrong(() => schedule.due())).toEqual([]);
    await age('8 hours 31 minutes');
    expect(await wrong(() => schedule.due())).toHaveLength(1);
  });

  it('claims what is due by the database’s clock, for as long as others do', async () => {
    const { id } = await create(parts);
    await database.query(`UPDATE payment SET next_sync_at = now() + interval '60 seconds' WHERE id = $1`, [id]);
    expect(await wrong(() => parts.records.payments.claimDue(10, 60))).toEqual([]);
    await database.query(`UPDATE payment SET next_sync_at = now() - interval '1 second' WHERE id = $1`, [id]);
    expect(await wrong(() => parts.records.payments.claimDue(10, 60))).toMatchObject([{ id }]);
    expect(Math.abs((await secondsOf('payment', 'next_sync_at')) - 60)).toBeLessThan(20);
  });

  it('takes over no request that somebody still works on', async () => {
    const claim = {
      accountId: parts.accountId,
      key: `skewed-${minutes}`,
      fingerprint: Buffer.from('x'),
      operationId: 'op_1',
      step: 'order_purchase',
    };
    const begin = () => parts.idempotency.begin(claim, () => Promise.resolve('begun'));
    await begin();
    await database.query(
      `UPDATE idempotency_key SET lease_until = clock_timestamp() + interval '60 seconds' WHERE key = $1`,
      [claim.key],
    );
    await expect(wrong(begin)).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' });
    await database.query(
      `UPDATE idempotency_key SET lease_until = clock_timestamp() - interval '1 second' WHERE key = $1`,
      [claim.key],
    );
    expect(await wrong(begin)).toMatchObject({ kind: 'resumed' });
  });

  it('makes its own work due when others do', async () => {
    const { id } = await wrong(() => create(parts));
    const [row] = await database.query<{ seconds: number }>(
      'SELECT extract(epoch FROM next_sync_at - now())::float AS seconds FROM payment WHERE id = $1',
      [id],
    );
    expect(row!.seconds).toBeGreaterThan(30);
    expect(row!.seconds).toBeLessThan(80);
  });
});
