import { type FreshSession } from '#libs/alliance';
import { type OrderOutcome } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { PgSessionStore } from '../../apps/gateway/src/payments/bank-access/pg-session.store.js';
import { SessionWaiters } from '../../apps/gateway/src/payments/bank-access/session-waiters.store.js';
import { anOpenOrder, found } from './fake-payment-bank.js';
import {
  create,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
  startParts,
  aKey,
} from './gateway-parts.js';

const NO_SESSION = { kind: 'unknown', reason: 'ALLIANCE_SESSION_UNAVAILABLE backing_off', noSession: true } as const;
const TIMEOUT: OrderOutcome = { kind: 'unknown', reason: 'timeout' };
/** What became due within this time counts as woken; the spread is five seconds. */
const SOON_SECONDS = 6;

describe('what waits for a bank session', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let store: PgSessionStore;
  let waiters: SessionWaiters;

  beforeEach(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
    store = new PgSessionStore(parts.source, parts.keystore);
    waiters = new SessionWaiters(parts.source);
  });
  afterEach(() => database.drop());

  const authorize = (): Promise<FreshSession> =>
    Promise.resolve({
      deviceId: 'device',
      refreshToken: 'token',
      serverPublic: { kty: 'EC', crv: 'P-384', x: 'x', y: 'y' },
      obtainedAt: new Date(),
      expiresAt: new Date(Date.now() + 86_400_000),
    });
  const publish = async (): Promise<unknown> =>
    store.replace(parts.accountId, { stale: (await store.load(parts.accountId))?.version ?? 0 }, authorize);

  async function createAfter(outcome: OrderOutcome): Promise<string> {
    parts.bank.onOrder = () => outcome;
    const { id } = await create(parts);
    parts.bank.onOrder = anOpenOrder;
    return id;
  }
  /** As after many queries: the next one is an hour away. */
  const delay = async (): Promise<void> => {
    await database.query(
      `UPDATE operation SET next_query_at = now() + interval '1 hour' WHERE next_query_at IS NOT NULL`,
    );
    await database.query(`UPDATE payment SET next_sync_at = now() + interval '1 hour' WHERE next_sync_at IS NOT NULL`);
  };
  const dueSoon = async (): Promise<string[]> => {
    const rows = await database.query<{ id: string }>(
      `SELECT subject_id AS id FROM operation WHERE next_query_at < now() + make_interval(secs => $1)
       UNION ALL SELECT id FROM payment WHERE next_sync_at < now() + make_interval(secs => $1)`,
      [SOON_SECONDS],
    );
    return rows.map(({ id }) => id);
  };
  const marked = async (): Promise<number> => {
    const [row] = await database.query<{ count: number }>(
      `SELECT ((SELECT count(*) FROM operation WHERE session_awaited_at IS NOT NULL)
             + (SELECT count(*) FROM payment WHERE session_awaited_at IS NOT NULL))::int AS count`,
    );
    return row!.count;
  };

  it('becomes due with the next session, and nothing else does', async () => {
    const waiting = await createAfter(NO_SESSION);
    await createAfter(TIMEOUT);
    await delay();
    expect(await dueSoon()).toEqual([]);
    await publish();
    expect(await dueSoon()).toEqual([waiting]);
    expect(await marked()).toBe(0);
  });

  it('is a refund, too', async () => {
    const { id: paymentId } = await createPaid(parts);
    parts.bank.onRefund = () => NO_SESSION;
    parts.bank.onReadOperation = () => NO_SESSION;
    await parts.refunds.create({ accountId: parts.accountId, paymentId, key: aKey() }, { amount: 400 });
    await delay();
    await publish();
    expect(await dueSoon()).toEqual([paymentId]);
  });

  it('is a payment whose order could not be read, too', async () => {
    const { id } = await create(parts);
    parts.bank.onReadOrder = () => NO_SESSION;
    await parts.sync.syncWithBank(parts.accountId, id);
    await delay();
    expect(await marked()).toBe(1);
    await publish();
    expect(await dueSoon()).toEqual([id]);
  });

  it('waits no more once it was answered', async () => {
    const { id } = await create(parts);
    parts.bank.onReadOrder = () => NO_SESSION;
    await parts.sync.syncWithBank(parts.accountId, id);
    parts.bank.onReadOrder = (bankOrderId) => found(bankOrderId);
    await parts.sync.syncWithBank(parts.accountId, id);
    expect(await marked()).toBe(0);
  });

  it('is spread over some seconds', async () => {
    for (let made = 0; made < 12; made++) await createAfter(NO_SESSION);
    await delay();
    await publish();
    const [row] = await database.query<{ spread: number }>(
      `SELECT extract(epoch FROM max(next_query_at) - min(next_query_at))::float AS spread FROM operation`,
    );
    expect(row!.spread).toBeGreaterThan(1); // all twelve of a uniform spread over 5 s within 1 s: one in a million
  });

  it('is passed over while somebody has it in hand', async () => {
    await createAfter(NO_SESSION);
    await delay();
    expect(await parts.records.operations.claimDue(1, 60)).toEqual([]);
    await database.query(`UPDATE operation SET next_query_at = now()`);
    expect(await parts.records.operations.claimDue(1, 60)).toHaveLength(1);
    await publish();
    expect(await dueSoon()).toEqual([]);
  });

  it('is found by a worker where it was noted just after the session had come', async () => {
    await publish();
    const waiting = await createAfter(NO_SESSION);
    await delay();
    expect(await waiters.wakeOverlooked()).toBe(1);
    expect(await dueSoon()).toEqual([waiting]);
    expect(await waiters.wakeOverlooked()).toBe(0);
  });

  it('is left alone by that worker while the session it lacks has not come', async () => {
    await publish();
    await database.query(`UPDATE bank_session SET published_at = now() - interval '1 minute'`);
    await createAfter(NO_SESSION);
    expect(await waiters.wakeOverlooked()).toBe(0);
  });

  it('of a locked row does not hold up the session', async () => {
    const waiting = await createAfter(NO_SESSION);
    await delay();
    await parts.source.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM operation WHERE subject_id = $1 FOR UPDATE', [waiting]);
      await publish();
    });
    expect(await dueSoon()).toEqual([]);
    await waiters.wakeOverlooked();
    expect(await dueSoon()).toEqual([waiting]);
  });
});
