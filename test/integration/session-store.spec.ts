import { AllianceError, type FreshSession } from '#libs/alliance';
import { type Keystore } from '#libs/keystore';
import { ClientKeyRepository } from '../../apps/gateway/src/accounts/client-key.repository.js';
import { MerchantAccountRepository } from '../../apps/gateway/src/accounts/merchant-account.repository.js';
import { MerchantAccountsService } from '../../apps/gateway/src/accounts/merchant-accounts.service.js';
import { PgSessionStore } from '../../apps/gateway/src/payments/store/pg-session.store.js';
import { SessionSchedule } from '../../apps/gateway/src/payments/store/session-schedule.store.js';
import { until } from '../support/until.js';
import { aKeystore, anAccount, createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';

const HOUR_MS = 3_600_000;
const aSession = (over: Partial<FreshSession> = {}): FreshSession => ({
  deviceId: 'device-1',
  refreshToken: 'refresh-token-1',
  serverPublic: { kty: 'EC', crv: 'P-384', x: 'x', y: 'y' },
  obtainedAt: new Date(),
  expiresAt: new Date(Date.now() + 24 * HOUR_MS),
  ...over,
});

describe('PgSessionStore', () => {
  let database: MigratedDatabase;
  let keystore: Keystore;
  /** Each over a pool of its own, as in three processes. */
  let stores: PgSessionStore[];
  let first: PgSessionStore;
  let second: PgSessionStore;
  let newAccount: () => Promise<string>;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    keystore = aKeystore();
    const sources = [await database.connect(), await database.connect(), await database.connect()];
    stores = sources.map((source) => new PgSessionStore(source, keystore));
    [first, second] = [stores[0]!, stores[1]!];
    const accounts = new MerchantAccountsService(
      new MerchantAccountRepository(sources[0]!),
      new ClientKeyRepository(sources[0]!, keystore),
      keystore,
    );
    let terminals = 0;
    newAccount = () => anAccount(accounts, { bankMerchantId: `merchant-${++terminals}` });
  });
  afterAll(() => database.drop());

  /** A store of one more process, and how many statements it has sent. */
  async function aCountingStore() {
    const source = await database.connect(2);
    const query = source.query.bind(source) as (sql: string, values?: unknown[]) => Promise<unknown>;
    let looks = 0;
    Object.assign(source, { query: (sql: string, values?: unknown[]) => (looks++, query(sql, values)) });
    return { store: new PgSessionStore(source, keystore), looks: () => looks };
  }

  const rowOf = async (accountId: string) =>
    (
      await database.query<{ version: number; failures: number; sealed: string | null; error: string | null }>(
        `SELECT version, failures, session_sealed AS sealed, last_error AS error FROM bank_session
         WHERE merchant_account_id = $1`,
        [accountId],
      )
    )[0];
  const set = (accountId: string, change: string) =>
    database.query(`UPDATE bank_session SET ${change} WHERE merchant_account_id = $1`, [accountId]);
  /** Somebody claimed the renewal: attempt number `epoch` is on record. */
  const untilClaimed = (accountId: string, epoch = 1) =>
    until(`attempt ${epoch} of ${accountId}`, async () => (await epochOf(accountId)) === epoch);
  const epochOf = async (accountId: string): Promise<number | undefined> =>
    (
      await database.query<{ epoch: number }>(
        'SELECT renewal_epoch AS epoch FROM bank_session WHERE merchant_account_id = $1',
        [accountId],
      )
    )[0]?.epoch;
  const loseLease = (accountId: string) => set(accountId, `lease_until = clock_timestamp() - interval '1 second'`);

  it('knows no session at first, then the one it got', async () => {
    const accountId = await newAccount();
    expect(await first.load(accountId)).toBeUndefined();
    const session = aSession();
    expect(await first.replace(accountId, 0, () => Promise.resolve(session))).toEqual({ ...session, version: 1 });
    expect(await second.load(accountId)).toEqual({ ...session, version: 1 });
  });

  it('authorizes once, however many ask in however many processes', async () => {
    const accountId = await newAccount();
    let authorizes = 0;
    const { promise: everybodyAsks, resolve: letThrough } = Promise.withResolvers<undefined>();
    const authorize = async () => {
      authorizes++;
      await everybodyAsks;
      return aSession({ deviceId: `device-${authorizes}` });
    };
    const asking = Array.from({ length: 20 }, (_none, n) => stores[n % 3]!.replace(accountId, 0, authorize));
    await untilClaimed(accountId);
    await Promise.all(stores.map((store) => store.load(accountId))); // each pool has got to its own by then
    letThrough(undefined);
    const sessions = await Promise.all(asking);
    expect(authorizes).toBe(1);
    expect(new Set(sessions.map(({ version, deviceId }) => `${version} ${deviceId}`))).toEqual(new Set(['1 device-1']));
  });

  it('authorizes once for each renewal, and never for a session that is already replaced', async () => {
    const accountId = await newAccount();
    let authorizes = 0;
    const authorize = () => Promise.resolve(aSession({ deviceId: `device-${++authorizes}` }));
    await first.replace(accountId, 0, authorize);
    const again = await Promise.all(stores.map((store) => store.replace(accountId, 1, authorize)));
    expect(again.map(({ version }) => version)).toEqual([2, 2, 2]);
    expect(await first.replace(accountId, 1, authorize)).toMatchObject({ version: 2, deviceId: 'device-2' });
    expect(authorizes).toBe(2);
  });

  it('lets the next one take over when the holder of the lease crashed', async () => {
    const accountId = await newAccount();
    void first.replace(accountId, 0, () => new Promise<never>(() => undefined));
    await untilClaimed(accountId);
    const { store, looks } = await aCountingStore();
    const waiting = store.replace(accountId, 0, () => Promise.resolve(aSession({ deviceId: 'taken over' })));
    await until('somebody else looked twice', () => Promise.resolve(looks() >= 4)); // a claim and a reading each
    expect(await rowOf(accountId)).toMatchObject({ version: 0 });
    expect(await epochOf(accountId)).toBe(1);
    await loseLease(accountId);
    expect(await waiting).toMatchObject({ version: 1, deviceId: 'taken over' });
  });

  it('takes nothing from a late loser and hands it the session of the winner', async () => {
    const accountId = await newAccount();
    const slow = Promise.withResolvers<FreshSession>();
    const loser = first.replace(accountId, 0, () => slow.promise);
    await untilClaimed(accountId);
    await loseLease(accountId);
    const winner = await second.replace(accountId, 0, () => Promise.resolve(aSession({ deviceId: 'winner' })));
    const before = await rowOf(accountId);
    slow.resolve(aSession({ deviceId: 'loser' }));
    expect(await loser).toEqual(winner);
    expect(await rowOf(accountId)).toEqual(before);
  });

  it('tells a late loser to come again while the next one is still at it', async () => {
    const accountId = await newAccount();
    const slow = Promise.withResolvers<FreshSession>();
    const next = Promise.withResolvers<FreshSession>();
    const loser = first.replace(accountId, 0, () => slow.promise);
    await untilClaimed(accountId);
    await loseLease(accountId);
    const winner = second.replace(accountId, 0, () => next.promise);
    await untilClaimed(accountId, 2);
    slow.resolve(aSession({ deviceId: 'loser' }));
    await expect(loser).rejects.toMatchObject({ code: 'ALLIANCE_SESSION_UNAVAILABLE', noEffect: true });
    next.resolve(aSession({ deviceId: 'winner' }));
    expect(await winner).toMatchObject({ version: 1, deviceId: 'winner' });
    expect(await first.load(accountId)).toMatchObject({ deviceId: 'winner' });
  });

  it('does not let the failure of a late loser disturb the winner', async () => {
    const accountId = await newAccount();
    const slow = Promise.withResolvers<FreshSession>();
    const loser = first.replace(accountId, 0, () => slow.promise);
    await untilClaimed(accountId);
    await loseLease(accountId);
    await second.replace(accountId, 0, () => Promise.resolve(aSession()));
    slow.reject(new AllianceError('ALLIANCE_UNKNOWN_OUTCOME', 'timeout'));
    await expect(loser).rejects.toThrow('timeout');
    expect(await rowOf(accountId)).toMatchObject({ version: 1, failures: 0, error: null });
  });

  it('backs off after a failure and tells whoever waits', async () => {
    const accountId = await newAccount();
    const gate = Promise.withResolvers<FreshSession>();
    const failing = first.replace(accountId, 0, () => gate.promise);
    await untilClaimed(accountId);
    let authorizes = 0;
    const authorize = () => Promise.resolve(aSession({ deviceId: `device-${++authorizes}` }));
    const waiting = second.replace(accountId, 0, authorize);
    gate.reject(new AllianceError('ALLIANCE_REFUSED', 'no'));
    await expect(failing).rejects.toMatchObject({ code: 'ALLIANCE_REFUSED' });
    await expect(waiting).rejects.toMatchObject({
      code: 'ALLIANCE_SESSION_UNAVAILABLE',
      message: expect.stringContaining('backing off') as string,
    });
    expect(authorizes).toBe(0);
    expect(await rowOf(accountId)).toMatchObject({ version: 0, failures: 1, error: 'ALLIANCE_REFUSED' });
    await set(accountId, `retry_at = clock_timestamp() - interval '1 second'`);
    expect(await first.replace(accountId, 0, authorize)).toMatchObject({ version: 1, deviceId: 'device-1' });
    expect(await rowOf(accountId)).toMatchObject({ failures: 0, error: null });
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 5],
    [4, 10],
    [5, 30],
    [6, 60],
    [20, 60],
  ])('waits after failure number %i for %i s', async (failure, seconds) => {
    const accountId = await newAccount();
    const failing = () => first.replace(accountId, 0, () => Promise.reject(new Error('secret-token')));
    await expect(failing()).rejects.toThrow();
    await set(accountId, `failures = ${failure - 1}, retry_at = '-infinity'`);
    await expect(failing()).rejects.toThrow();
    const [row] = await database.query<{ seconds: number }>(
      `SELECT extract(epoch FROM retry_at - clock_timestamp())::float AS seconds FROM bank_session
       WHERE merchant_account_id = $1`,
      [accountId],
    );
    expect(row!.seconds).toBeGreaterThan(seconds - 1);
    expect(row!.seconds).toBeLessThanOrEqual(seconds);
    expect(await rowOf(accountId)).toMatchObject({ error: 'internal' }); // never the text of an error
  });

  it('keeps the old session usable while a renewal fails', async () => {
    const accountId = await newAccount();
    await first.replace(accountId, 0, () => Promise.resolve(aSession()));
    await expect(first.replace(accountId, 1, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await second.load(accountId)).toMatchObject({ version: 1, deviceId: 'device-1' });
  });

  it('seals what it keeps, bound to its account and version', async () => {
    const [mine, other] = [await newAccount(), await newAccount()];
    for (const accountId of [mine, other])
      await first.replace(accountId, 0, () => Promise.resolve(aSession({ refreshToken: `token of ${accountId}` })));
    const row = await rowOf(mine);
    expect(row?.sealed).toMatch(/^ks1\./u);
    expect(JSON.stringify(row)).not.toContain('token of');

    await database.query(
      `UPDATE bank_session SET session_sealed = (SELECT session_sealed FROM bank_session WHERE merchant_account_id = $2)
       WHERE merchant_account_id = $1`,
      [other, mine],
    );
    await expect(first.load(other)).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
    await set(mine, 'version = 2');
    await expect(first.load(mine)).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
  });

  describe('SessionSchedule', () => {
    it.each<[string, string, boolean]>([
      ['young', `obtained_at = now() - interval '7 hours'`, false],
      ['older than eight hours and the spread', `obtained_at = now() - interval '8 hours 31 minutes'`, true],
      ['young, yet close to its end', `expires_at = now() + interval '1 hour 59 minutes'`, true],
      ['old, being renewed', `obtained_at = now() - interval '9 hours', lease_until = now() + interval '9 s'`, false],
      ['old, backing off', `obtained_at = now() - interval '9 hours', retry_at = now() + interval '9 s'`, false],
    ])('finds a session that is %s', async (_what, change, due) => {
      const accountId = await newAccount();
      await first.replace(accountId, 0, () => Promise.resolve(aSession()));
      await set(accountId, change);
      const schedule = new SessionSchedule(await database.connect(1), 8);
      const found = (await schedule.due()).filter((one) => one.accountId === accountId);
      expect(found).toEqual(due ? [{ accountId, version: 1 }] : []);
    });
  });
});
