import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { AllianceError } from '../error/alliance-error.js';
import { type BankSession, type FreshSession } from '../session/bank-session.js';
import { type SessionStore } from '../session/session-store.js';
import { testSession } from './test-session.js';

/** One promise that a session store makes. */
export interface ContractCase {
  readonly name: string;
  /** @throws AssertionError where the store breaks it */
  readonly run: () => Promise<void>;
}

/** A bank that counts how often it is asked for a session. */
class CountingBank {
  asked = 0;

  readonly authorize = async (): Promise<FreshSession> => {
    this.asked += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return testSession();
  };
}

/** What happens in one case: an account that no other case knows. */
class Trial {
  readonly account = `account-${randomUUID()}`;
  readonly bank = new CountingBank();

  constructor(readonly open: () => Promise<SessionStore>) {}

  async renew(stale: number, store?: SessionStore): Promise<BankSession> {
    return (store ?? (await this.open())).replace(this.account, { stale }, this.bank.authorize);
  }
}

/** Names of the promises, and how each is tried. */
const PROMISES: Readonly<Record<string, (trial: Trial) => Promise<void>>> = {
  'knows no session of an account that never had one': async ({ open, account }) => {
    assert.equal(await (await open()).load(account), undefined);
  },

  'gives every process what was stored, types and token included': async (trial) => {
    const renewed = await trial.renew(0);
    const loaded = await (await trial.open()).load(trial.account);
    assert.deepEqual({ ...loaded }, { ...renewed });
    assert.ok(loaded?.expiresAt instanceof Date, 'expiresAt is no Date: use parseSession');
    assert.ok(loaded.obtainedAt instanceof Date, 'obtainedAt is no Date: use parseSession');
    assert.match(loaded.refreshToken, /^[\da-f-]{36}$/, 'the token is lost: use serializeSession');
  },

  'numbers sessions from 1, each one higher than what it replaces': async (trial) => {
    assert.equal((await trial.renew(0)).version, 1);
    assert.equal((await trial.renew(1)).version, 2);
    assert.equal((await trial.renew(2)).version, 3);
    assert.equal(trial.bank.asked, 3);
  },

  'stays ahead of a caller who has seen a newer session than it': async (trial) => {
    assert.ok((await trial.renew(7)).version > 7);
  },

  'gives a newer session that is there without asking the bank': async (trial) => {
    const { version } = await trial.renew(0);
    assert.equal((await trial.renew(version - 1)).version, version);
    assert.equal(trial.bank.asked, 1);
  },

  'asks the bank once, however many callers and processes renew at one time': async (trial) => {
    const stores = [await trial.open(), await trial.open()];
    const renewals = Array.from({ length: 10 }, (_, caller) => trial.renew(0, stores[caller % 2]));
    const versions = (await Promise.all(renewals)).map(({ version }) => version);
    assert.deepEqual(new Set(versions), new Set([1]));
    assert.equal(trial.bank.asked, 1);
  },

  'passes the failure of the bank on and keeps the session that it had': async ({ open, account, ...trial }) => {
    const store = await open();
    const { version } = await store.replace(account, { stale: 0 }, trial.bank.authorize);
    const failure = new AllianceError('ALLIANCE_REFUSED', 'The bank refused a session: b_virtual_device_not_found');
    const failed = store.replace(account, { stale: version }, () => Promise.reject(failure));
    await assert.rejects(failed, { name: 'AllianceError', code: 'ALLIANCE_REFUSED' });
    assert.equal((await store.load(account))?.version, version);
  },

  'is not held up by a failure': async ({ open, account, ...trial }) => {
    const store = await open();
    if (store.pacesRenewals) return;
    const refuse = (): Promise<never> => Promise.reject(new AllianceError('ALLIANCE_SESSION_UNAVAILABLE', 'http_503'));
    await assert.rejects(store.replace(account, { stale: 0 }, refuse));
    const next = (await open()).replace(account, { stale: 0 }, trial.bank.authorize);
    assert.equal((await next).version, 1);
  },

  'gives a session when it is asked to renew only what is due': async (trial) => {
    const { version } = await trial.renew(0);
    const request = { stale: version, onlyIfDue: true };
    const session = await (await trial.open()).replace(trial.account, request, trial.bank.authorize);
    assert.ok(session.version >= version);
  },

  'keeps accounts apart': async (trial) => {
    const { deviceId } = await trial.renew(0);
    const store = await trial.open();
    const other = await store.replace(`${trial.account}-other`, { stale: 0 }, trial.bank.authorize);
    assert.notEqual(other.deviceId, deviceId);
    assert.equal((await store.load(trial.account))?.deviceId, deviceId);
  },

  'blocks no account because the bank could not read one request': async (trial) => {
    const { version } = await trial.renew(0);
    const store = await trial.open();
    assert.equal(await store.noteUndecryptable(trial.account, version), false);
    await store.noteDecrypted(trial.account);
    assert.equal((await store.load(trial.account))?.version, version);
  },
};

/**
 * What every `SessionStore` promises, for any test runner.
 * @param open gives the store of one more process over the same storage; called several times in a case
 * @example
 * const redis = new MemoryRedis();
 * for (const { run } of sessionStoreContract(() => new RedisSessionStore(redis))) await run();
 */
export function sessionStoreContract(open: () => SessionStore | Promise<SessionStore>): readonly ContractCase[] {
  return Object.entries(PROMISES).map(([name, run]) => ({
    name,
    run: () => run(new Trial(() => Promise.resolve(open()))),
  }));
}
