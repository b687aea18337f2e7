import { type Room } from '../../apps/gateway/src/database/claim-due.js';
import { OutageWaiters } from '../../apps/gateway/src/payments/bank-access/outage-waiters.store.js';
import { anAccount, createMigratedDatabase, type MigratedDatabase, type Parts, startParts } from './gateway-parts.js';

describe('claims', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let payments = 0;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterEach(() => database.query('UPDATE payment SET next_sync_at = NULL'));
  afterAll(() => database.drop());

  const account = (): Promise<string> => anAccount(parts.accounts, { bankMerchantId: `merchant-${++payments}` });
  /** Payments that became due a second apart, the first of them last. */
  const due = async (accountId: string, count: number, over: { hints?: number; sinceSeconds?: number } = {}) => {
    const { hints = 0, sinceSeconds = 1 } = over;
    const rows = await database.query<{ id: string }>(
      `INSERT INTO payment (merchant_account_id, id, kind, method, status, amount, currency, livemode, return_url, language,
                            expires_in_minutes, customer_sealed, next_sync_at, hint_queries)
       SELECT $1, $2 || n, 'purchase', 'hosted_page', 'requires_action', 100, 'UAH', false, 'https://shop.example/', 'uk', 30, 'sealed',
              now() - make_interval(secs => n * $4), $5
       FROM generate_series(1, $3::int) AS n RETURNING id`,
      [accountId, `pay_${++payments}_`, count, sinceSeconds, hints],
    );
    return rows.map(({ id }) => id);
  };
  const claim = async (over: Partial<Room> = {}): Promise<Record<string, number>> => {
    const claimed = await parts.records.payments.claimDue(
      { most: 256, spare: 20, inHand: new Map(), shut: [], careful: [], ...over },
      60,
    );
    const counts: Record<string, number> = {};
    for (const { accountId } of claimed) counts[accountId] = (counts[accountId] ?? 0) + 1;
    return counts;
  };

  it('give an account all free slots while no other waits, and a share when others do', async () => {
    const [busy, calm] = [await account(), await account()];
    await due(busy, 60);
    expect(await claim()).toEqual({ [busy]: 20 });
    await due(calm, 2);
    expect(await claim()).toEqual({ [busy]: 4, [calm]: 2 });
  });

  it('count what an account has in hand already', async () => {
    const [busy, calm] = [await account(), await account()];
    await due(busy, 30);
    expect(await claim({ spare: 0, inHand: new Map([[busy, 20]]) })).toEqual({});
    expect(await claim({ spare: 17, inHand: new Map([[busy, 3]]) })).toEqual({ [busy]: 17 });
    await due(calm, 1);
    expect(await claim({ spare: 0, inHand: new Map([[busy, 20]]) })).toEqual({ [calm]: 1 });
    await due(calm, 1);
    expect(await claim({ spare: 5, inHand: new Map([[busy, 3]]) })).toEqual({ [busy]: 1, [calm]: 1 });
  });

  it('take nothing of an account whose bank is away, and a share of one whose bank is being tried', async () => {
    const away = await account();
    await due(away, 30);
    expect(await claim({ shut: [away] })).toEqual({});
    expect(await claim({ careful: [away] })).toEqual({ [away]: 4 });
    expect(await claim({ careful: [away], inHand: new Map([[away, 4]]) })).toEqual({});
  });

  it('reach every one of two hundred accounts at once', async () => {
    const accounts = await Promise.all(Array.from({ length: 200 }, () => account()));
    for (const id of accounts) await due(id, 3);
    const counts = await claim({ most: 200 });
    expect(Object.keys(counts)).toHaveLength(200);
  });

  it('take hints before polls, however long those have waited', async () => {
    const id = await account();
    await due(id, 30, { sinceSeconds: 1_000 });
    const [hinted] = await due(id, 1, { hints: 1 });
    const [first] = await parts.records.payments.claimDue(1, 60);
    expect(first?.id).toBe(hinted);
  });

  describe('after an outage', () => {
    const put = async (accountId: string, status: string, updatedSecondsAgo: number): Promise<string> => {
      const [id] = await due(accountId, 1);
      await database.query(
        `UPDATE payment SET status = $2, next_sync_at = now() + interval '1 hour',
                updated_at = now() - make_interval(secs => $3) WHERE id = $1`,
        [id, status, updatedSecondsAgo],
      );
      return id!;
    };
    const soon = async (): Promise<string[]> =>
      (
        await database.query<{ id: string }>(
          `SELECT id FROM payment WHERE next_sync_at < now() + interval '11 seconds' ORDER BY id`,
        )
      ).map(({ id }) => id);

    it('what it put off becomes due, and nothing else', async () => {
      const [id, other] = [await account(), await account()];
      const inIt = await put(id, 'requires_action', 100);
      await put(id, 'requires_action', 1_000); // its poll had gone well before
      await put(other, 'requires_action', 100);
      await new OutageWaiters(parts.source).wake(id, 120);
      expect(await soon()).toEqual([inIt]);
    });
  });
});
