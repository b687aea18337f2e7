import { AllianceError, type FreshSession } from '#libs/alliance';
import { EnvelopeKeystore, generateLocalKeys, KeystoreError, type Keystore, LocalKekProvider } from '#libs/keystore';
import { MerchantAccountRepository } from '../../apps/gateway/src/accounts/merchant-account.repository.js';
import { MerchantAccountsService } from '../../apps/gateway/src/accounts/merchant-accounts.service.js';
import { PgSessionStore } from '../../apps/gateway/src/payments/bank-access/pg-session.store.js';
import { SessionRows } from '../../apps/gateway/src/payments/bank-access/session-rows.store.js';
import { SessionSchedule } from '../../apps/gateway/src/payments/bank-access/session-schedule.store.js';
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
    const accounts = new MerchantAccountsService(new MerchantAccountRepository(sources[0]!), keystore);
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

  const life = (whole: string, age: string) =>
    `obtained_at = now() - interval '${age}', expires_at = now() - interval '${age}' + interval '${whole}'`;
  const givenAuthorize = () => {
    const made = { authorizes: 0 };
    const authorize = () => Promise.resolve(aSession({ deviceId: `device-${++made.authorizes}` }));
    return { made, authorize };
  };

  it('knows no session at first, then the one it got', async () => {
    const accountId = await newAccount();
    expect(await first.load(accountId)).toBeUndefined();
    const session = aSession();
    expect(await first.replace(accountId, { stale: 0 }, () => Promise.resolve(session))).toEqual({
      ...session,
      version: 1,
    });
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
    const asking = Array.from({ length: 20 }, (_none, n) => stores[n % 3]!.replace(accountId, { stale: 0 }, authorize));
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
    await first.replace(accountId, { stale: 0 }, authorize);
    const again = await Promise.all(stores.map((store) => store.replace(accountId, { stale: 1 }, authorize)));
    expect(again.map(({ version }) => version)).toEqual([2, 2, 2]);
    expect(await first.replace(accountId, { stale: 1 }, authorize)).toMatchObject({ version: 2, deviceId: 'device-2' });
    expect(authorizes).toBe(2);
  });

  it('lets the next one take over when the holder of the lease crashed', async () => {
    const accountId = await newAccount();
    void first.replace(accountId, { stale: 0 }, () => new Promise<never>(() => undefined));
    await untilClaimed(accountId);
    const { store, looks } = await aCountingStore();
    const waiting = store.replace(accountId, { stale: 0 }, () => Promise.resolve(aSession({ deviceId: 'taken over' })));
    await until('somebody else looked twice', () => Promise.resolve(looks() >= 4)); // a claim and a reading each
    expect(await rowOf(accountId)).toMatchObject({ version: 0 });
    expect(await epochOf(accountId)).toBe(1);
    await loseLease(accountId);
    expect(await waiting).toMatchObject({ version: 1, deviceId: 'taken over' });
  });

  it('takes nothing from a late loser and hands it the session of the winner', async () => {
    const accountId = await newAccount();
    const slow = Promise.withResolvers<FreshSession>();
    const loser = first.replace(accountId, { stale: 0 }, () => slow.promise);
    await untilClaimed(accountId);
    await loseLease(accountId);
    const winner = await second.replace(accountId, { stale: 0 }, () =>
      Promise.resolve(aSession({ deviceId: 'winner' })),
    );
    const before = await rowOf(accountId);
    slow.resolve(aSession({ deviceId: 'loser' }));
    expect(await loser).toEqual(winner);
    expect(await rowOf(accountId)).toEqual(before);
  });

  it('tells a late loser to come again while the next one is still at it', async () => {
    const accountId = await newAccount();
    const slow = Promise.withResolvers<FreshSession>();
    const next = Promise.withResolvers<FreshSession>();
    const loser = first.replace(accountId, { stale: 0 }, () => slow.promise);
    await untilClaimed(accountId);
    await loseLease(accountId);
    const winner = second.replace(accountId, { stale: 0 }, () => next.promise);
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
    const loser = first.replace(accountId, { stale: 0 }, () => slow.promise);
    await untilClaimed(accountId);
    await loseLease(accountId);
    await second.replace(accountId, { stale: 0 }, () => Promise.resolve(aSession()));
    slow.reject(new AllianceError('ALLIANCE_UNKNOWN_OUTCOME', 'timeout'));
    await expect(loser).rejects.toThrow('timeout');
    expect(await rowOf(accountId)).toMatchObject({ version: 1, failures: 0, error: null });
  });

  it('backs off after a failure and tells whoever waits', async () => {
    const accountId = await newAccount();
    const gate = Promise.withResolvers<FreshSession>();
    const failing = first.replace(accountId, { stale: 0 }, () => gate.promise);
    await untilClaimed(accountId);
    let authorizes = 0;
    const authorize = () => Promise.resolve(aSession({ deviceId: `device-${++authorizes}` }));
    const waiting = second.replace(accountId, { stale: 0 }, authorize);
    gate.reject(new AllianceError('ALLIANCE_REFUSED', 'no'));
    await expect(failing).rejects.toMatchObject({ code: 'ALLIANCE_REFUSED' });
    await expect(waiting).rejects.toMatchObject({
      code: 'ALLIANCE_SESSION_UNAVAILABLE',
      message: expect.stringContaining('backing off') as string,
    });
    expect(authorizes).toBe(0);
    expect(await rowOf(accountId)).toMatchObject({ version: 0, failures: 1, error: 'ALLIANCE_REFUSED' });
    await set(accountId, `retry_at = clock_timestamp() - interval '1 second'`);
    expect(await first.replace(accountId, { stale: 0 }, authorize)).toMatchObject({ version: 1, deviceId: 'device-1' });
    expect(await rowOf(accountId)).toMatchObject({ failures: 0, error: null });
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 5],
    [4, 10],
    [5, 30],
    [6, 30],
    [20, 30],
  ])('waits after failure number %i for %i s', async (failure, seconds) => {
    const accountId = await newAccount();
    const failing = () => first.replace(accountId, { stale: 0 }, () => Promise.reject(new Error('secret-token')));
    await expect(failing()).rejects.toThrow();
    await set(accountId, `failures = ${failure - 1}, retry_at = '-infinity'`);
    await expect(failing()).rejects.toThrow();
    const [row] = await database.query<{ seconds: number }>(
      `SELECT extract(epoch FROM s.retry_at - r.finished_at)::float AS seconds FROM bank_session s
       JOIN session_renewal r ON r.merchant_account_id = s.merchant_account_id AND r.epoch = s.renewal_epoch
       WHERE s.merchant_account_id = $1`,
      [accountId],
    );
    expect(row!.seconds).toBeCloseTo(seconds, 1); // both of one statement
    expect(await rowOf(accountId)).toMatchObject({ failures: failure, error: 'internal' }); // never the text of an error
  });

  it.each([
    ['a lease', `lease_until = clock_timestamp() + interval '30 s'`],
    ['a back-off', `retry_at = clock_timestamp() + interval '20 s', failures = 4`],
    ['a block of the bank', `blocked_by = 'bank', probe_at = clock_timestamp() + interval '10 min'`],
    ['a block of an operator', `blocked_by = 'operator', probe_at = clock_timestamp() - interval '10 min'`],
    ['a newer session', `version = 5`],
  ])('%s that came after somebody looked stands in the way of his claim', async (_what, change) => {
    const accountId = await newAccount();
    await first.replace(accountId, { stale: 0 }, () => Promise.resolve(aSession()));
    const rows = new SessionRows(await database.connect(), 8);
    await set(accountId, change);
    expect(await rows.claim(accountId, { stale: 1, refused: false, onlyIfDue: false })).toBeUndefined();
    expect(await epochOf(accountId)).toBe(1);
  });

  it('keeps the old session usable while a renewal fails', async () => {
    const accountId = await newAccount();
    await first.replace(accountId, { stale: 0 }, () => Promise.resolve(aSession()));
    await expect(first.replace(accountId, { stale: 1 }, () => Promise.reject(new Error('down')))).rejects.toThrow(
      'down',
    );
    expect(await second.load(accountId)).toMatchObject({ version: 1, deviceId: 'device-1' });
  });

  it('seals what it keeps, bound to its account and version', async () => {
    const [mine, other] = [await newAccount(), await newAccount()];
    for (const accountId of [mine, other])
      await first.replace(accountId, { stale: 0 }, () =>
        Promise.resolve(aSession({ refreshToken: `token of ${accountId}` })),
      );
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

  describe('a renewal after a refusal', () => {
    const refused = { refusal: 'b_session_doesnt_exist' };

    it('draws on five tokens of the row, however many processes ask, and waits for the sixth', async () => {
      const accountId = await newAccount();
      const { made, authorize } = givenAuthorize();
      await first.replace(accountId, { stale: 0 }, authorize);
      for (let stale = 1; stale <= 5; stale++) {
        const session = await stores[stale % 3]!.replace(accountId, { stale, ...refused, waitMs: 2_000 }, authorize);
        expect(session.version).toBe(stale + 1);
      }
      await expect(second.replace(accountId, { stale: 6, ...refused, waitMs: 500 }, authorize)).rejects.toMatchObject({
        code: 'ALLIANCE_SESSION_UNAVAILABLE',
        noEffect: true,
      });
      expect(made.authorizes).toBe(6);

      await set(accountId, `tokens_counted_at = tokens_counted_at - interval '9 s'`);
      const waiting = first.replace(accountId, { stale: 6, ...refused, waitMs: 20_000 }, authorize);
      expect((await waiting).version).toBe(7);
      await set(accountId, `tokens_counted_at = tokens_counted_at - interval '1 hour'`);
      for (let stale = 7; stale <= 11; stale++) {
        await first.replace(accountId, { stale, ...refused, waitMs: 1_000 }, authorize);
      }
      await expect(first.replace(accountId, { stale: 12, ...refused, waitMs: 300 }, authorize)).rejects.toThrow(); // never more than five
    }, 30_000);

    it('costs no token where somebody has a newer session, or where it is not a refusal', async () => {
      const accountId = await newAccount();
      const { made, authorize } = givenAuthorize();
      await first.replace(accountId, { stale: 0 }, authorize);
      for (let stale = 1; stale <= 8; stale++) await first.replace(accountId, { stale }, authorize);
      for (let times = 0; times < 8; times++) await second.replace(accountId, { stale: 3, ...refused }, authorize);
      expect(made.authorizes).toBe(9);
      const [row] = await database.query<{ tokens: number }>(
        `SELECT renewal_tokens::float AS tokens FROM bank_session WHERE merchant_account_id = $1`,
        [accountId],
      );
      expect(row!.tokens).toBe(5);
    });

    it('keeps nobody without a session for a number of renewals in an hour', async () => {
      const accountId = await newAccount();
      const { authorize } = givenAuthorize();
      for (let stale = 0; stale < 20; stale++) {
        await set(accountId, `tokens_counted_at = tokens_counted_at - interval '10 s'`);
        const session = await first.replace(accountId, { stale, ...refused, waitMs: 1_000 }, authorize);
        expect(session.version).toBe(stale + 1);
      }
    });
  });

  it.each([
    ['ours no more', (accountId: string) => set(accountId, 'renewal_epoch = renewal_epoch + 1')],
    [
      'ours for too short a time',
      (accountId: string) => set(accountId, `lease_until = clock_timestamp() + interval '24 s'`),
    ],
  ])('does not ask the bank when the attempt is %s at that moment', async (_what, disturb) => {
    const accountId = await newAccount();
    const { made, authorize } = givenAuthorize();
    await first.replace(accountId, { stale: 0 }, authorize);
    const slow = await database.connect();
    const query = slow.query.bind(slow);
    let disturbed = 0;
    /** Stands still between the claim and whatever comes next, as a paused process does. */
    slow.query = (async (text: string, parameters: unknown[]) => {
      const rows: unknown = await query(text, parameters);
      if (text.includes('WITH claimed AS') && disturbed++ === 0) await disturb(accountId);
      return rows;
    }) as typeof slow.query;
    const paused = new PgSessionStore(slow, keystore);
    const outcome = paused.replace(accountId, { stale: 1, waitMs: 700 }, authorize).catch(() => undefined);
    await outcome;
    expect(disturbed).toBeGreaterThan(0);
    const asked = await database.query<{ outcome: string | null }>(
      `SELECT outcome FROM session_renewal WHERE merchant_account_id = $1 AND epoch = 2`,
      [accountId],
    );
    expect(asked).toEqual([{ outcome: 'too_late' }]);
    expect(made.authorizes).toBeLessThanOrEqual(2); // the second one is that of an attempt of its own
  });

  it('asks nobody at the bank while no key can be had for the new session', async () => {
    const accountId = await newAccount();
    const { made, authorize } = givenAuthorize();
    await first.replace(accountId, { stale: 0 }, authorize);
    const away = Object.assign(Object.create(keystore) as Keystore, {
      prepare: () => Promise.reject(new KeystoreError('KEYSTORE_UNAVAILABLE', 'the KEK is away')),
    });
    const keyless = new PgSessionStore(await database.connect(1), away);
    await expect(keyless.replace(accountId, { stale: 1 }, authorize)).rejects.toMatchObject({
      code: 'KEYSTORE_UNAVAILABLE',
    });
    expect(made.authorizes).toBe(1);
    expect(await rowOf(accountId)).toMatchObject({ version: 1, failures: 0 });
    expect(await first.replace(accountId, { stale: 1, waitMs: 0 }, authorize)).toMatchObject({ version: 2 }); // no lease was left behind
  });

  it('needs no key between the answer of the bank and the row', async () => {
    const accountId = await newAccount();
    let isAway = false;
    const provider = LocalKekProvider.from(generateLocalKeys());
    const wrap = provider.wrap.bind(provider);
    provider.wrap = (dek) =>
      isAway ? Promise.reject(new KeystoreError('KEYSTORE_UNAVAILABLE', 'the KEK is away')) : wrap(dek);
    const store = new PgSessionStore(await database.connect(2), new EnvelopeKeystore(provider));
    const session = await store.replace(accountId, { stale: 0 }, () => {
      isAway = true;
      return Promise.resolve(aSession({ deviceId: 'kept' }));
    });
    expect(session).toMatchObject({ version: 1, deviceId: 'kept' });
    expect(await store.load(accountId)).toMatchObject({ deviceId: 'kept' });
  });

  it('stores a session in spite of a connection that is cut twice', async () => {
    const accountId = await newAccount();
    const shaky = await database.connect();
    const query = shaky.query.bind(shaky);
    let cuts = 0;
    shaky.query = ((text: string, parameters: unknown[]) =>
      text.includes('WITH published AS') && cuts++ < 2
        ? Promise.reject(new Error('Connection terminated unexpectedly'))
        : query(text, parameters)) as typeof shaky.query;
    const { made, authorize } = givenAuthorize();
    await new PgSessionStore(shaky, keystore).replace(accountId, { stale: 0 }, authorize);
    expect({ cuts, ...made }).toEqual({ cuts: 3, authorizes: 1 });
    expect(await first.load(accountId)).toMatchObject({ version: 1, deviceId: 'device-1' });
  });

  describe('a renewal ahead of time', () => {
    const ahead = { stale: 1, onlyIfDue: true };

    it('is decided by the database: a process with a wrong clock is given the session as it is', async () => {
      const accountId = await newAccount();
      const { made, authorize } = givenAuthorize();
      await first.replace(accountId, { stale: 0 }, authorize);
      expect(await second.replace(accountId, ahead, authorize)).toMatchObject({ version: 1 });
      await set(accountId, `obtained_at = now() - interval '9 hours', expires_at = now() + interval '15 hours'`);
      expect(await second.replace(accountId, ahead, authorize)).toMatchObject({ version: 2 });
      expect(made.authorizes).toBe(2);
    });

    it('counts ages from the clock of the database, whatever the clock of the process that got the session', async () => {
      const accountId = await newAccount();
      const dayAhead = new Date(Date.now() + 24 * HOUR_MS);
      const session = aSession({ obtainedAt: dayAhead, expiresAt: new Date(dayAhead.getTime() + 12 * HOUR_MS) });
      await first.replace(accountId, { stale: 0 }, () => Promise.resolve(session));
      const [row] = await database.query<{ age: number; left: number }>(
        `SELECT extract(epoch FROM now() - obtained_at)::float AS age, extract(epoch FROM expires_at - now())::float AS left
         FROM bank_session WHERE merchant_account_id = $1`,
        [accountId],
      );
      expect(Math.abs(row!.age)).toBeLessThan(60);
      expect(row!.left / 3_600).toBeCloseTo(12, 0);
    });

    it('leaves the session in use while somebody else is at it, or while it backs off', async () => {
      const accountId = await newAccount();
      const { made, authorize } = givenAuthorize();
      await first.replace(accountId, { stale: 0 }, authorize);
      for (const obstacle of [
        `lease_until = now() + interval '9 s'`,
        `failures = 1, retry_at = now() + interval '9 s'`,
      ]) {
        await set(
          accountId,
          `obtained_at = now() - interval '9 hours', expires_at = now() + interval '15 hours', ${obstacle}`,
        );
        expect(await second.replace(accountId, ahead, authorize)).toMatchObject({ version: 1 });
        await set(accountId, `lease_until = '-infinity'`);
      }
      expect(made.authorizes).toBe(1);
    });
  });

  it.each([
    ['lease', `lease_until = now() + interval '1 hour'`],
    ['back-off', `retry_at = now() + interval '1 hour', failures = 3`],
  ])('is not held up by a %s of a clock that was set back', async (_what, change) => {
    const accountId = await newAccount();
    const { authorize } = givenAuthorize();
    await first.replace(accountId, { stale: 0 }, authorize);
    await set(accountId, change);
    expect(await second.replace(accountId, { stale: 1, waitMs: 2_000 }, authorize)).toMatchObject({ version: 2 });
  });

  it('goes on from the version that a process holds where the database has lost it', async () => {
    const accountId = await newAccount();
    const { authorize } = givenAuthorize();
    await first.replace(accountId, { stale: 0 }, authorize);
    expect(await first.replace(accountId, { stale: 7 }, authorize)).toMatchObject({ version: 8 }); // a fail-over to a replica that lagged
    expect(await second.load(accountId)).toMatchObject({ version: 8 });
  });

  it('is blocked for a bank that cannot decrypt only after three renewals, a minute apart, that did not help', async () => {
    const accountId = await newAccount();
    const { authorize } = givenAuthorize();
    await first.replace(accountId, { stale: 0 }, authorize);
    const minutePasses = () => set(accountId, `undecryptable_at = undecryptable_at - interval '61 s'`);
    expect(await first.noteUndecryptable(accountId, 1)).toBe(false);
    expect(await second.noteUndecryptable(accountId, 1)).toBe(false);
    await minutePasses();
    expect(await second.noteUndecryptable(accountId, 1)).toBe(false);
    await first.noteDecrypted(accountId);
    for (const tooOften of [false, false, true]) {
      await minutePasses();
      expect(await first.noteUndecryptable(accountId, 1)).toBe(tooOften);
    }
    await expect(first.replace(accountId, { stale: 1 }, authorize)).rejects.toMatchObject({
      code: 'ALLIANCE_ACCOUNT_BLOCKED',
    });
  });

  describe('SessionSchedule', () => {
    it.each<[string, string, boolean]>([
      ['young', `obtained_at = now() - interval '7 hours'`, false],
      ['older than eight hours and the spread', `obtained_at = now() - interval '8 hours 31 minutes'`, true],
      ['of a life of 3 hours, younger than two thirds of it', life('3 hours', '1 hour 59 minutes'), false],
      ['of a life of 3 hours, older than two thirds of it', life('3 hours', '2 hours 1 minute'), true],
      ['of a life of 20 minutes, younger than two thirds of it', life('20 minutes', '13 minutes'), false],
      ['of a life of 20 minutes, older than two thirds of it', life('20 minutes', '14 minutes'), true],
      ['of a life of 9 hours, younger than two hours before its end', life('9 hours', '6 hours 59 minutes'), false],
      ['of a life of 9 hours, at two hours before its end and the spread', life('9 hours', '7 hours 31 minutes'), true],
      ['young, whose last renewal failed', `failures = 1`, true],
      ['young, whose renewer died', `lease_until = now() - interval '1 s'`, true],
      ['old, and blocked by an operator', `obtained_at = now() - interval '9 hours', blocked_by = 'operator'`, false],
      ['old, being renewed', `obtained_at = now() - interval '9 hours', lease_until = now() + interval '9 s'`, false],
      ['old, backing off', `obtained_at = now() - interval '9 hours', retry_at = now() + interval '9 s'`, false],
    ])('finds a session that is %s', async (_what, change, due) => {
      const accountId = await newAccount();
      await first.replace(accountId, { stale: 0 }, () => Promise.resolve(aSession()));
      await set(accountId, change);
      const schedule = new SessionSchedule(await database.connect(1), 8);
      const found = (await schedule.due()).filter((one) => one.accountId === accountId);
      expect(found).toEqual(due ? [{ accountId, version: 1 }] : []);
    });
  });
});
