import { type Behaviour, errorReply, FakeBank } from '../test/fake-bank.js';
import { type AllianceAccount, AllianceAccounts } from './alliance-account.js';
import { AllianceSession } from './alliance-session.js';
import { AllianceTransport } from './alliance-transport.js';
import { CommunicationKey } from './communication-key.js';
import { type BankSession, InMemorySessionStore, SessionStore } from './session-store.js';

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
  override block(): Promise<void> {
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

  const start = async (sessions?: SessionStore) => {
    const clientKey = await CommunicationKey.import(bank.clientKeys.privateKey.export({ format: 'jwk' }));
    const { url: baseUrl, serviceCode } = bank;
    const accounts = new OneAccount({ id: 'a', baseUrl, merchantId: 'm', serviceCode, clientKey });
    const options = { accounts, timeoutMs: 3_000, clock: () => now, ...(sessions && { sessions }) };
    const transport = new AllianceTransport(options);
    transports.push(transport);
    return new AllianceSession(options, transport);
  };

  beforeEach(async () => {
    now = new Date();
    bank = await FakeBank.start();
  });
  afterEach(async () => {
    await bank.stop();
    await Promise.all(transports.splice(0).map((transport) => transport.onModuleDestroy()));
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

  it('gives every caller of renew a session newer than theirs', async () => {
    const sessions = await start();
    const [one, two] = await Promise.all([sessions.renew('a', 0), sessions.renew('a', 1)]);
    expect(one.version).toBeGreaterThan(0);
    expect(two.version).toBeGreaterThan(1);
    expect(await sessions.renew('a', 1)).toBe(two);
  });

  it('forgets a failure', async () => {
    const sessions = await start();
    bank.answerAuthorize = () => 'reset';
    await expect(sessions.current('a')).rejects.toMatchObject({ reason: 'connection_reset' });
    bank.answerAuthorize = () => undefined;
    await expect(sessions.current('a')).resolves.toMatchObject({ version: 1 });
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
    ['an expiry in the past', { tokenExpiration: '2023-03-18 12:34:52.998+00:00' }, 'implausible_expiry'],
    ['an expiry too near', { tokenExpiration: at(0.9) }, 'implausible_expiry'],
    ['an expiry too far', { tokenExpiration: at(27) }, 'implausible_expiry'],
  ])('refuses a session with %s', async (_name, members, reason) => {
    bank.sessionMembers = () => members;
    await expect((await start()).current('a')).rejects.toMatchObject({ code: 'ALLIANCE_SESSION_UNAVAILABLE', reason });
  });

  it('accepts the legacy name of the key, an unreadable expiry, and caps at 24 h', async () => {
    bank.sessionMembers = () => ({
      tokenExpiration: 'soon',
      serverPublic: undefined,
      serverPublicKey: bank.clientKeys.publicKey.export({ format: 'jwk' }),
    });
    const sessions = await start();
    const { expiresAt } = await sessions.current('a');
    expect(expiresAt.getTime() - now.getTime()).toBe(24 * HOUR_MS);
    bank.sessionMembers = () => ({ tokenExpiration: at(25.5) });
    const renewed = await sessions.renew('a', 1);
    expect(renewed.expiresAt.getTime() - now.getTime()).toBe(24 * HOUR_MS);
  });
});
