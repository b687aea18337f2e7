import { format, inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterTime } from '../../../../test/support/shifted-clock.js';
import { type Behaviour, errorReply, FakeBank } from '../testing/fake-bank.js';
import { type AllianceAccount, AllianceAccounts } from '../account/alliance-account.js';
import { AllianceError } from '../error/alliance-error.js';
import { AllianceSession } from './alliance-session.js';
import { AllianceTransport } from '../http/alliance-transport.js';
import { BankClock } from '../http/bank-clock.js';
import { CommunicationKey } from '../jwe/communication-key.js';
import { type BankSession, parseSession, serializeSession } from './bank-session.js';
import { InMemorySessionStore, SessionStore } from './session-store.js';

const HOUR_MS = 3_600_000;

class OneAccount extends AllianceAccounts {
  constructor(private readonly account: AllianceAccount) {
    super();
  }
  override load(): Promise<AllianceAccount> {
    return Promise.resolve(this.account);
  }
}

/** A store that is down. */
class BrokenStore extends SessionStore {
  override noteUndecryptable(): Promise<boolean> {
    return Promise.reject(new Error('the database is away'));
  }
  override noteDecrypted(): Promise<void> {
    return Promise.reject(new Error('the database is away'));
  }

  override load(): Promise<BankSession | undefined> {
    return Promise.reject(new Error('ECONNREFUSED'));
  }
  override replace(): Promise<BankSession> {
    return Promise.reject(new Error('ECONNREFUSED'));
  }
}

class CountingStore extends InMemorySessionStore {
  replaces = 0;
  override replace(...args: Parameters<InMemorySessionStore['replace']>): Promise<BankSession> {
    this.replaces++;
    return super.replace(...args);
  }
}

describe('AllianceSession', () => {
  let bank: FakeBank;
  let now: Date;
  const transports: AllianceTransport[] = [];

  const start = async (sessions?: SessionStore, timeoutMs = 3_000) => {
    const clientKey = await CommunicationKey.import(bank.clientKeys.privateKey.export({ format: 'jwk' }));
    const { url: baseUrl, serviceCode } = bank;
    return startFor(new OneAccount({ id: 'a', baseUrl, merchantId: 'm', serviceCode, clientKey }), sessions, timeoutMs);
  };
  const startFor = (accounts: AllianceAccounts, sessions?: SessionStore, timeoutMs = 3_000) => {
    const options = { accounts, timeoutMs, clock: () => now, ...(sessions && { sessions }) };
    const transport = new AllianceTransport(options, new BankClock(options));
    transports.push(transport);
    return new AllianceSession(options, transport);
  };

  beforeEach(async () => {
    now = new Date();
    bank = await FakeBank.start();
  });
  afterEach(async () => {
    await bank.stop();
    await Promise.all(transports.splice(0).map((transport) => transport.onApplicationShutdown()));
  });

  it('gives one session to all callers', async () => {
    const store = new CountingStore();
    const sessions = await start(store);
    const got = await Promise.all(Array.from({ length: 50 }, () => sessions.current('a')));
    expect(store.replaces).toBe(1);
    expect(new Set(got).size).toBe(1);
    expect(got[0]).toMatchObject({ version: 1, obtainedAt: now });
    expect(bank.authorizes).toBe(1);
  });

  it('renews in the last minute, once for all callers', async () => {
    const sessions = await start();
    const { expiresAt } = await sessions.current('a');
    now = new Date(expiresAt.getTime() - 60_000);
    await sessions.current('a');
    expect(bank.authorizes).toBe(1);
    now = new Date(expiresAt.getTime() - 59_000);
    bank.sessionMembers = () => ({
      tokenExpiration: new Date(now.getTime() + 24 * HOUR_MS).toISOString().replace('T', ' '),
    });
    const got = await Promise.all(Array.from({ length: 50 }, () => sessions.current('a')));
    expect(new Set(got.map(({ version }) => version))).toEqual(new Set([2]));
    expect(bank.authorizes).toBe(2);
  });

  it('goes on with a session that still lives when it cannot be renewed', async () => {
    const sessions = await start();
    const { expiresAt } = await sessions.current('a');
    bank.answerAuthorize = () => errorReply('b_server_is_overloaded', 503);
    now = new Date(expiresAt.getTime() - 30_000);
    await expect(sessions.current('a')).resolves.toMatchObject({ version: 1 });
    now = expiresAt;
    await expect(sessions.current('a')).rejects.toMatchObject({ code: 'ALLIANCE_SESSION_UNAVAILABLE' });
  });

  it('takes over a session that the store keeps', async () => {
    const shared = new InMemorySessionStore();
    await (await start(shared)).current('a');
    await (await start(shared)).current('a');
    expect(bank.authorizes).toBe(1);
  });

  it('lets no slow reader bring an old session back', async () => {
    const old = Promise.withResolvers<BankSession | undefined>();
    /** Its second reading takes until the test lets it go. */
    class SlowStore extends InMemorySessionStore {
      loads = 0;
      override async load(accountId: string): Promise<BankSession | undefined> {
        const stored = await super.load(accountId);
        return ++this.loads === 2 ? old.promise : stored;
      }
    }
    const store = new SlowStore();
    const sessions = await start(store);
    const first = await sessions.current('a');
    await afterTime(10_000, async () => {
      const slow = sessions.current('a'); // reads version 1, and hangs
      const second = await sessions.renew('a', { stale: first.version });
      old.resolve(first);
      expect((await slow).version).toBe(second.version);
      expect(await sessions.current('a')).toBe(second);
    });
  });

  it('sees within two seconds what another process did', async () => {
    const shared = new InMemorySessionStore();
    const [ours, theirs] = [await start(shared), await start(shared)];
    const first = await ours.current('a');
    const second = await theirs.renew('a', { stale: first.version });
    await afterTime(2_001, async () => {
      expect(await ours.current('a')).toEqual(second);
    });
  });

  it('goes on while the store is away, but not against an operator', async () => {
    let failure: Error | undefined;
    class FailingStore extends InMemorySessionStore {
      override load(accountId: string): Promise<BankSession | undefined> {
        return failure ? Promise.reject(failure) : super.load(accountId);
      }
    }
    const sessions = await start(new FailingStore());
    const session = await sessions.current('a');
    failure = new Error('ECONNREFUSED');
    await afterTime(5_000, async () => {
      expect(await sessions.current('a')).toBe(session);
    });
    failure = new AllianceError('ALLIANCE_ACCOUNT_BLOCKED', 'blocked by the operator', { noEffect: true });
    await afterTime(10_000, async () => {
      await expect(sessions.current('a')).rejects.toMatchObject({ code: 'ALLIANCE_ACCOUNT_BLOCKED' });
    });
  });

  it('gives every caller of renew a session newer than theirs', async () => {
    const sessions = await start();
    const [one, two] = await Promise.all([sessions.renew('a', { stale: 0 }), sessions.renew('a', { stale: 1 })]);
    expect(one.version).toBeGreaterThan(0);
    expect(two.version).toBeGreaterThan(1);
    expect(await sessions.renew('a', { stale: 1 })).toBe(two);
  });

  it('forgets a failure after a second', async () => {
    const sessions = await start();
    bank.answerAuthorize = () => 'reset';
    await expect(sessions.current('a')).rejects.toMatchObject({ reason: 'connection_reset' });
    bank.answerAuthorize = () => undefined;
    await afterTime(1_001, () => expect(sessions.current('a')).resolves.toMatchObject({ version: 1 }));
  });

  describe('a bank that refuses every session', () => {
    const down: Behaviour = { status: 503, body: '<html>Service Unavailable</html>' };
    const failing = { code: 'ALLIANCE_SESSION_UNAVAILABLE', reason: 'http_503', noEffect: true };

    it('is asked after 1, 2, 5, 10 and every 30 seconds, however many call', async () => {
      const sessions = await start();
      bank.answerAuthorize = () => down;
      let passedMs = 0;
      for (const [time, pauseMs] of [0, 1_000, 2_000, 5_000, 10_000, 30_000, 30_000].entries()) {
        await afterTime(passedMs + Math.max(0, pauseMs - 500), async () => {
          if (time > 0) await expect(sessions.current('a')).rejects.toMatchObject(failing);
          expect(bank.authorizes).toBe(time);
        });
        passedMs += pauseMs + 100;
        await afterTime(passedMs, async () => {
          for (let call = 0; call < 20; call++) await expect(sessions.current('a')).rejects.toMatchObject(failing);
          expect(bank.authorizes).toBe(time + 1);
        });
      }
      bank.answerAuthorize = () => undefined;
      await afterTime(passedMs + 30_100, () => expect(sessions.current('a')).resolves.toMatchObject({ version: 1 }));
    });

    it('holds up no other account', async () => {
      const sessions = await start();
      bank.answerAuthorize = () => down;
      await expect(sessions.current('a')).rejects.toMatchObject(failing);
      bank.answerAuthorize = () => undefined;
      await expect(sessions.current('b')).resolves.toMatchObject({ version: 1 });
    });

    it('is asked by a store that paces renewals as that store says', async () => {
      class PacingStore extends InMemorySessionStore {
        override readonly pacesRenewals = true;
      }
      const sessions = await start(new PacingStore());
      bank.answerAuthorize = () => down;
      for (let call = 0; call < 3; call++) await expect(sessions.current('a')).rejects.toMatchObject(failing);
      expect(bank.authorizes).toBe(3);
    });
  });

  it('keeps nothing of an id that nobody knows', async () => {
    const sessions = startFor({ load: (id) => Promise.reject(new Error(`no account ${id.slice(0, 5)}`)) });
    const ask = async (count: number, from: number): Promise<void> => {
      for (let i = from; i < from + count; i++) {
        await expect(sessions.current(`${i}-${'x'.repeat(10_000)}`)).rejects.toThrow();
      }
    };
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await ask(100, 0);
    collect();
    const before = process.memoryUsage().heapUsed;
    await ask(2_000, 100);
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000); // a row each would hold 20 MB
  });

  describe('a store of somebody else', () => {
    /** Sessions as text, as a store over a network keeps them. */
    class TextStore extends InMemorySessionStore {
      readonly texts = new Map<string, string>();
      constructor(
        private readonly write: (session: BankSession) => string,
        private readonly read: (text: string) => BankSession,
      ) {
        super();
      }
      override load(accountId: string): Promise<BankSession | undefined> {
        const text = this.texts.get(accountId);
        return Promise.resolve(text === undefined ? undefined : this.read(text));
      }
      override async replace(...args: Parameters<InMemorySessionStore['replace']>): Promise<BankSession> {
        const session = await super.replace(...args);
        this.texts.set(args[0], this.write(session));
        return session;
      }
    }

    it.each<[string, (session: BankSession) => string, (text: string) => BankSession]>([
      ['the serializer', serializeSession, parseSession],
      ['JSON of the members', (session) => JSON.stringify({ ...session }), (text) => JSON.parse(text) as BankSession],
    ])('may keep %s', async (_how, write, read) => {
      const store = new TextStore(write, read);
      const first = await (await start(store)).current('a');
      const second = await (await start(store)).current('a');
      expect(second).toEqual(first);
      expect(second.expiresAt).toBeInstanceOf(Date);
      expect(bank.authorizes).toBe(1);
    });

    it.each<[string, unknown, RegExp]>([
      ['JSON of the session, which hides the token', undefined, /refreshToken.*serializeSession/],
      ['an empty object', {}, /version/],
      ['a text', 'ks1', /no session/],
      ['null for the key', { version: 1, deviceId: 'd', refreshToken: 'r', serverPublic: null }, /serverPublic/],
    ])('that gives back %s is told so', async (_what, stored, message) => {
      const store = new TextStore(JSON.stringify, (text) => (stored ?? JSON.parse(text)) as BankSession);
      await (await start(store)).current('a');
      const again = (await start(store)).current('a');
      await expect(again).rejects.toMatchObject({ code: 'ALLIANCE_SESSION_UNAVAILABLE', reason: 'session_store' });
      await expect(again).rejects.toThrow(message);
    });

    it.each<[string, () => never]>([
      [
        'throws at once',
        () => {
          throw new TypeError('no connection');
        },
      ],
      [
        'throws no Error',
        () => {
          throw 'no connection'; // eslint-disable-line @typescript-eslint/only-throw-error -- as somebody may
        },
      ],
    ])('that %s fails with a code', async (_how, load) => {
      class RudeStore extends InMemorySessionStore {
        override load = load;
      }
      await expect((await start(new RudeStore())).current('a')).rejects.toMatchObject({
        ...{ code: 'ALLIANCE_SESSION_UNAVAILABLE', reason: 'session_store', noEffect: true },
        cause: expect.anything() as unknown,
      });
    });
  });

  it.each<[string, Partial<AllianceAccount> | Error | undefined, string, string | undefined]>([
    ['rejects', new RangeError('no such shop'), 'ALLIANCE_ACCOUNT_UNAVAILABLE', undefined],
    ['gives nothing', undefined, 'ALLIANCE_NOT_CONFIGURED', 'baseUrl'],
    ['gives an address as text', { baseUrl: 'http://bank' as unknown as URL }, 'ALLIANCE_NOT_CONFIGURED', 'baseUrl'],
    ['gives no terminal', { baseUrl: new URL('http://bank'), merchantId: '' }, 'ALLIANCE_NOT_CONFIGURED', 'merchantId'],
    [
      'gives an account of 2.0 alone',
      { baseUrl: new URL('http://bank'), merchantId: 'm' },
      'ALLIANCE_NOT_CONFIGURED',
      'serviceCode',
    ],
  ])('a loader that %s is a coded failure', async (_how, given, code, member) => {
    const sessions = startFor({
      load: () => (given instanceof Error ? Promise.reject(given) : Promise.resolve(given as AllianceAccount)),
    });
    const failed = sessions.current('a');
    await expect(failed).rejects.toMatchObject({ code, noEffect: true, ...(member && { member }) });
    if (given instanceof Error) await expect(failed).rejects.toMatchObject({ cause: given });
    expect(bank.authorizes).toBe(0);
  });

  it('shows no token, however it is printed', async () => {
    const store = new InMemorySessionStore();
    const sessions = await start(store);
    const session = await sessions.current('a');
    expect(session.refreshToken).toMatch(/^[\da-f-]{36}$/);
    const stored = await store.load('a');
    for (const shown of [session, sessions, store, stored, { session }, [session]]) {
      const printed = [
        inspect(shown, { depth: null, showHidden: true }),
        format('%O %o %j %s', shown, shown, shown, shown),
      ];
      for (const text of [...printed, JSON.stringify(shown)]) {
        expect(text).not.toContain(session.refreshToken);
        expect(text).not.toContain(bank.serviceCode);
      }
    }
    expect(inspect(session)).toContain(session.deviceId);
  });

  it('waits no longer than its caller, whose renewal goes on for others', async () => {
    const gate = Promise.withResolvers<undefined>();
    bank.answerAuthorize = () => gate.promise;
    const sessions = await start();
    const impatient = new AbortController();
    const [aborted, other] = [sessions.current('a', { signal: impatient.signal }), sessions.current('a')];
    impatient.abort();
    await expect(aborted).rejects.toMatchObject({ reason: 'aborted', noEffect: true });
    await expect(sessions.current('a', { signal: impatient.signal })).rejects.toMatchObject({ reason: 'aborted' });
    gate.resolve(undefined);
    await expect(other).resolves.toMatchObject({ version: 1 });
    expect(bank.authorizes).toBe(1);
  });

  it.each<[string, Behaviour, string, string]>([
    ['200 idle days', errorReply('b_auth_token_expired'), 'ALLIANCE_ACCOUNT_BLOCKED', 'b_auth_token_expired'],
    [
      'a wrong service code',
      errorReply('b_virtual_device_not_found', 200),
      'ALLIANCE_REFUSED',
      'b_virtual_device_not_found',
    ],
    ['an overload', errorReply('b_overload_error', 200), 'ALLIANCE_SESSION_UNAVAILABLE', 'b_overload_error'],
    ['silence', 'hang', 'ALLIANCE_SESSION_UNAVAILABLE', 'timeout'],
    ['HTML', { body: '<html>' }, 'ALLIANCE_SESSION_UNAVAILABLE', 'not_json'],
    ['HTML of a gateway', { status: 503, body: '<html>' }, 'ALLIANCE_SESSION_UNAVAILABLE', 'http_503'],
    ['garbage in jwe', { body: '{"jwe":"a.b.c.d.e"}' }, 'ALLIANCE_SESSION_UNAVAILABLE', 'undecryptable'],
  ])('%s on authorize', async (_name, behaviour, code, reason) => {
    bank.answerAuthorize = () => behaviour;
    await expect((await start()).current('a')).rejects.toMatchObject({ code, reason, noEffect: true });
    expect(bank.authorizes).toBe(1);
  });

  it('tells a broken store from a broken bank', async () => {
    await expect((await start(new BrokenStore())).current('a')).rejects.toMatchObject({
      code: 'ALLIANCE_SESSION_UNAVAILABLE',
      reason: 'session_store',
    });
  });

  const at = (hours: number) =>
    new Date(Date.now() + hours * HOUR_MS).toISOString().replace('T', ' ').replace('Z', '+00:00');
  it.each<[string, Record<string, unknown>, string]>([
    ['no device', { deviceId: ' ' }, 'schema_mismatch'],
    ['no token', { refreshToken: null }, 'schema_mismatch'],
    [
      'a key off the curve',
      { serverPublic: { kty: 'EC', crv: 'P-384', x: 'A'.repeat(64), y: 'A'.repeat(64) } },
      'schema_mismatch',
    ],
    ['a key on another curve', { serverPublic: { kty: 'EC', crv: 'P-256', x: 'A', y: 'A' } }, 'schema_mismatch'],
  ])('refuses a session with %s', async (_name, members, reason) => {
    bank.sessionMembers = () => members;
    await expect((await start()).current('a')).rejects.toMatchObject({ code: 'ALLIANCE_SESSION_UNAVAILABLE', reason });
  });

  it.each<[string, () => Record<string, unknown>, number]>([
    ['an expiry in the past', () => ({ tokenExpiration: '2023-03-18 12:34:52.998+00:00' }), 24],
    ['an expiry right now', () => ({ tokenExpiration: at(0) }), 24],
    ['an expiry in four minutes', () => ({ tokenExpiration: at(4 / 60) }), 24],
    ['an expiry in 20 minutes', () => ({ tokenExpiration: at(1 / 3) }), 1 / 3],
    ['an expiry in 50 minutes', () => ({ tokenExpiration: at(5 / 6) }), 5 / 6],
    ['an expiry in 25.5 hours', () => ({ tokenExpiration: at(25.5) }), 24],
    ['an expiry in 27 hours', () => ({ tokenExpiration: at(27) }), 24],
    ['an expiry in ten years', () => ({ tokenExpiration: at(87_600) }), 24],
    ['no expiry', () => ({ tokenExpiration: undefined }), 24],
    ['an unreadable expiry', () => ({ tokenExpiration: 'soon' }), 24],
    ['an expiry of another type', () => ({ tokenExpiration: { in: 5 }, tokenExpirationDateTime: [true] }), 24],
    ['an expiry in Unix seconds', () => ({ tokenExpiration: Math.round(Date.now() / 1000) + 7_200 }), 2],
    ['an expiry in Unix milliseconds', () => ({ tokenExpiration: String(Date.now() + 7_200_000) }), 2],
  ])('takes a session with %s', async (_name, members, hours) => {
    bank.sessionMembers = members;
    const { expiresAt } = await (await start()).current('a');
    expect((expiresAt.getTime() - now.getTime()) / HOUR_MS).toBeCloseTo(hours, 2);
  });

  const keyOf = (over: Record<string, unknown> = {}) => ({
    ...bank.clientKeys.publicKey.export({ format: 'jwk' }),
    ...over,
  });
  it.each<[string, () => Record<string, unknown>]>([
    ['under its legacy name', () => ({ serverPublic: undefined, serverPublicKey: keyOf() })],
    ['under its legacy name, beside null', () => ({ serverPublic: null, serverPublicKey: keyOf() })],
    ['under its legacy name, beside an empty one', () => ({ serverPublic: {}, serverPublicKey: keyOf() })],
    ['beside an unusable legacy one', () => ({ serverPublicKey: 'none' })],
    [
      'with members that nobody needs',
      () => ({ serverPublic: keyOf({ use: 'sig', alg: 'ES384', kid: 7, key_ops: [] }) }),
    ],
    ['as text', () => ({ serverPublic: JSON.stringify(keyOf()) })],
    [
      'in padded base64',
      () => ({ serverPublic: keyOf({ x: Buffer.from(keyOf().x!, 'base64url').toString('base64') }) }),
    ],
  ])('takes the key of the bank %s', async (_name, members) => {
    bank.sessionMembers = members;
    await expect((await start()).current('a')).resolves.toMatchObject({ version: 1 });
  });

  it('takes a session with members it does not know, of any form', async () => {
    bank.sessionMembers = () => ({
      limits: { maxAmount: 1.5, amount: [1e2] },
      authToken: 7,
      msgText: null,
      extra: [{}],
    });
    await expect((await start()).current('a')).resolves.toMatchObject({ version: 1 });
  });

  it('waits for a slow authorize for no longer than the lease of a renewal allows, whatever other calls may take', async () => {
    bank.answerAuthorize = () => 'hang';
    const patient = await start(undefined, 120_000);
    const asked = performance.now();
    await expect(patient.renew('a', { stale: 0, waitMs: 60_000 })).rejects.toMatchObject({ reason: 'timeout' });
    expect(performance.now() - asked).toBeLessThan(25_000); // the lease that must be left when the bank is asked
  }, 40_000);

  it('gives a caller up at its own deadline and lets the renewal go on', async () => {
    const gate = Promise.withResolvers<undefined>();
    bank.answerAuthorize = () => gate.promise;
    const sessions = await start();
    const waiting = sessions.current('a');
    await expect(sessions.current('a', { waitMs: 50 })).rejects.toMatchObject({
      reason: 'no_session_in_time',
      noEffect: true,
    });
    gate.resolve(undefined);
    await expect(waiting).resolves.toMatchObject({ version: 1 });
    expect(bank.authorizes).toBe(1);
  });

  it('closes when what is under way has ended, and begins nothing more', async () => {
    const [asked, gate] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    bank.answerAuthorize = () => {
      asked.resolve(undefined);
      return gate.promise;
    };
    const store = new CountingStore();
    const sessions = await start(store);
    const waiting = sessions.current('a');
    await asked.promise;
    let closed = false;
    const closing = sessions.close().then(() => (closed = true));
    const joined = sessions.current('a');
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    gate.resolve(undefined);
    await closing;
    expect((await Promise.all([waiting, joined])).map(({ version }) => version)).toEqual([1, 1]);
    expect(await store.load('a')).toMatchObject({ version: 1 });
    const later = sessions.renew('a', { stale: 1 });
    await expect(later).rejects.toMatchObject({ code: 'ALLIANCE_SESSION_UNAVAILABLE', noEffect: true });
    expect((await sessions.current('a')).version).toBe(1);
    expect(bank.authorizes).toBe(1);
  });

  describe('when our clock is wrong', () => {
    /** A store of many processes: it decides by its own clock, by which nothing is due. */
    class UndueStore extends CountingStore {
      override async replace(...args: Parameters<CountingStore['replace']>): Promise<BankSession> {
        const stored = await this.load(args[0]);
        if (args[1].onlyIfDue && stored) return Promise.resolve(stored).finally(() => this.replaces++);
        return super.replace(...args);
      }
    }

    it('a day ahead: the session stays in use, and the store is not asked at every call', async () => {
      const store = new UndueStore();
      const sessions = await start(store);
      await sessions.current('a');
      now = new Date(now.getTime() + 25 * HOUR_MS);
      for (let call = 0; call < 20; call++) await expect(sessions.current('a')).resolves.toMatchObject({ version: 1 });
      expect(bank.authorizes).toBe(1);
      expect(store.replaces).toBe(2);
    });
  });
});
