import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type AxiosResponse } from 'axios';
import { assertSessionAccount, clientKeysOf, loadAccount, type SessionAccount } from '../account/alliance-account.js';
import { CALLS } from '../calls/calls.js';
import { within } from '../client/within.js';
import { AllianceError, type AllianceErrorDetails, type BankRefusal } from '../error/alliance-error.js';
import { AllianceTransport, readTransportFailure, resolveUrl } from '../http/alliance-transport.js';
import { ALLIANCE_OPTIONS, type AllianceOptions } from '../module/alliance.module-definition.js';
import { readAnswer, UnreadableAnswer } from '../wire/bank-answer.js';
import { readExpiry, sessionWire } from '../wire/session.wire.js';
import { type BankSession, type FreshSession, hideToken, readStored } from './bank-session.js';
import { RenewalPace } from './renewal-pace.js';
import { InMemorySessionStore, type RenewalRequest, type SessionStore } from './session-store.js';
import { SingleFlight } from './single-flight.js';

const HOUR_MS = 3_600_000;
/** Milliseconds. A session with less left is renewed before it is used. */
const RENEW_BEFORE_MS = 60_000;
/** Milliseconds for which a session is used without a look at the store. */
const RECHECK_MS = 2_000;
/** The bank's sessions live for 24 h. Source: bank docs, "Authentication". */
const USUAL_LIFE_MS = 24 * HOUR_MS;
/** Milliseconds. A session that would end sooner than this, by our clock, has a wrong expiry or we have a wrong clock. */
const MIN_LIFE_MS = 5 * 60_000;
/** Milliseconds of one authorize, however long other calls may take: the lease of a renewal is made for it. */
const AUTHORIZE_MS = 20_000;
/** Milliseconds that a caller waits for a session where nothing else is said. Source: docs/correctness.md. */
const WAIT_MS = 25_000;
/** Milliseconds. Where the store says that a session is not due, our own clock is wrong: it is not asked again sooner. */
const NOT_DUE_MS = 30_000;

/** What a refusal of the authorize call itself means. Source: bank docs, "Authentication". */
const AUTHORIZE_REFUSALS: Readonly<Record<string, 'ALLIANCE_ACCOUNT_BLOCKED' | 'ALLIANCE_REFUSED'>> = {
  b_auth_token_expired: 'ALLIANCE_ACCOUNT_BLOCKED', // 200 idle days: only the bank can reopen it
  b_virtual_device_not_found: 'ALLIANCE_REFUSED', // wrong serviceCode
};

/** How long a caller waits for a session. */
export interface SessionWait {
  /** Milliseconds. Default 25 000. */
  readonly waitMs?: number;
  /** Ends the waiting; a renewal that is under way goes on for others. */
  readonly signal?: AbortSignal | undefined;
}

/** What this process knows of an account's session. */
interface Known {
  readonly session: BankSession;
  /** When the store was last asked, on the monotonic clock. */
  checkedAt: number;
}

/**
 * The bank session of each account, one for all callers.
 * @example
 * const { version, expiresAt } = await sessions.current('shop');
 * await sessions.renew('shop', { stale: version }); // a newer one, by whoever made it
 */
@Injectable()
export class AllianceSession {
  /** Only of accounts that have a session: an id that nobody knows leaves nothing behind. */
  readonly #known = new Map<string, Known>();
  /** When the store said, against our clock, that the time of a session has not come. */
  readonly #notDue = new WeakMap<BankSession, number>();
  readonly #flights = new SingleFlight<BankSession>();
  #closed = false;
  readonly #pace = new RenewalPace();
  readonly #options: AllianceOptions;
  readonly #transport: AllianceTransport;
  readonly #store: SessionStore;
  readonly #clock: () => Date;

  constructor(@Inject(ALLIANCE_OPTIONS) options: AllianceOptions, transport: AllianceTransport) {
    this.#options = options;
    this.#transport = transport;
    this.#store = options.sessions ?? new InMemorySessionStore();
    this.#clock = options.clock ?? (() => new Date());
  }

  /**
   * The session to use now; renewed first where there is none, or where by our clock it ends within a minute and the
   * store agrees.
   * @throws AllianceError `ALLIANCE_SESSION_UNAVAILABLE`, `ALLIANCE_ACCOUNT_BLOCKED`, `ALLIANCE_REFUSED`,
   *   `ALLIANCE_NOT_CONFIGURED`, `ALLIANCE_ACCOUNT_UNAVAILABLE`
   * @example
   * const session = await sessions.current('shop');
   * console.log(session); // shows no token
   */
  async current(accountId: string, wait: SessionWait = {}): Promise<BankSession> {
    const session = await this.#latest(accountId);
    if (!session) return this.renew(accountId, { stale: 0, ...wait });
    if (this.#leftMs(session) >= RENEW_BEFORE_MS || this.#isKnownNotDue(session)) return session;
    try {
      return await this.renew(accountId, { stale: session.version, onlyIfDue: true, ...wait });
    } catch (error) {
      if (this.#leftMs(session) > 0) return session;
      throw error;
    }
  }

  /**
   * A session newer than `stale`: another's if there is one, else a new one. With `onlyIfDue` it may be the same.
   * @throws AllianceError as `current`
   * @example
   * const { version } = await sessions.current('shop');
   * (await sessions.renew('shop', { stale: version })).version; // => version + 1
   */
  async renew(accountId: string, request: RenewalRequest & SessionWait): Promise<BankSession> {
    const { stale, onlyIfDue = false, waitMs = WAIT_MS, signal, ...rest } = request;
    const deadline = performance.now() + waitMs;
    for (;;) {
      const known = this.#known.get(accountId)?.session;
      if (known && known.version > stale) return known;
      const renewal = { ...rest, stale, onlyIfDue, waitMs: WAIT_MS };
      const flight = this.#flights.run(accountId, () => this.#replace(accountId, renewal));
      const session = await within(flight, {
        ms: deadline - performance.now(),
        signal,
        late: () => unavailable('no_session_in_time'),
        aborted: () => unavailable('aborted'),
      });
      if (session.version > stale) return session;
      if (onlyIfDue) {
        this.#notDue.set(session, performance.now());
        return session;
      }
      // The flight that was joined replaced an older session than ours, or only looked whether it was due.
    }
  }

  /**
   * For the end of a process: from now on no renewal begins, and calls that need one fail as if the bank were away. Resolves
   * when those under way have ended, which takes 20 seconds for the bank's answer and what the store needs. A renewal that
   * is cut off costs the session: the bank has ended the old one by then, and nobody has the new one. Never rejects.
   * @example
   * await sessions.close();
   * await sessions.renew('shop', { stale: 0 }).catch((error) => error.code); // => 'ALLIANCE_SESSION_UNAVAILABLE'
   */
  close(): Promise<void> {
    this.#closed = true;
    return this.#flights.settled();
  }

  /** See {@link SessionStore.noteUndecryptable}. */
  noteUndecryptable(accountId: string, version: number): Promise<boolean> {
    return fromStore(() => this.#store.noteUndecryptable(accountId, version));
  }

  /** See {@link SessionStore.noteDecrypted}. */
  noteDecrypted(accountId: string): Promise<void> {
    return fromStore(() => this.#store.noteDecrypted(accountId)).catch(() => undefined); // the call itself has worked
  }

  /** From memory for a moment, then from the store again: another process may have renewed or blocked it. */
  async #latest(accountId: string): Promise<BankSession | undefined> {
    const known = this.#known.get(accountId);
    if (known && performance.now() - known.checkedAt < RECHECK_MS) return known.session;
    if (known) known.checkedAt = performance.now();
    try {
      const stored = await fromStore(() => this.#store.load(accountId));
      return stored && this.#remember(accountId, readStored(stored));
    } catch (error) {
      if (known && (error as AllianceError).code !== 'ALLIANCE_ACCOUNT_BLOCKED') return known.session;
      this.#known.delete(accountId);
      throw error;
    }
  }

  /** Whatever needs the database or a key comes before the store's claim; after it there is only the bank. */
  async #replace(accountId: string, request: RenewalRequest): Promise<BankSession> {
    if (this.#closed) throw unavailable('closed');
    const account = await loadAccount(this.#options.accounts, accountId);
    assertSessionAccount(account);
    const stored = await fromStore(() =>
      this.#store.replace(accountId, request, () => this.#authorize(accountId, account)),
    );
    const session = readStored(stored);
    if (session.version <= request.stale && !request.onlyIfDue) throw unavailable('session_store');
    return this.#remember(accountId, session);
  }

  #isKnownNotDue(session: BankSession): boolean {
    return performance.now() - (this.#notDue.get(session) ?? -Infinity) < NOT_DUE_MS;
  }

  /** Versions only grow: a slow reader never brings an old session back. */
  #remember(accountId: string, session: BankSession): BankSession {
    const known = this.#known.get(accountId)?.session;
    if (known && known.version >= session.version) return known;
    this.#known.set(accountId, { session, checkedAt: performance.now() });
    return session;
  }

  #leftMs({ expiresAt }: BankSession): number {
    return expiresAt.getTime() - this.#clock().getTime();
  }

  /** One question to the bank, unless the last one failed a moment ago and the store leaves the pace to us. */
  async #authorize(accountId: string, account: SessionAccount): Promise<FreshSession> {
    if (this.#store.pacesRenewals) return this.#ask(account);
    this.#pace.assertDue(accountId);
    try {
      const session = await this.#ask(account);
      this.#pace.noteSuccess(accountId);
      return session;
    } catch (error) {
      this.#pace.noteFailure(accountId, error as AllianceError);
      throw error;
    }
  }

  async #ask(account: SessionAccount): Promise<FreshSession> {
    const { status, data } = await this.#post(account);
    let answer;
    try {
      answer = await readAnswer(status, data, clientKeysOf(account));
    } catch (error) {
      if (error instanceof AllianceError) throw error;
      throw unavailable(error instanceof UnreadableAnswer ? error.reason : 'unreadable');
    }
    if ('refusal' in answer) throw toAuthorizeError(answer.refusal);
    return this.#validate(answer.json);
  }

  /** No session headers, no interceptor, no retry. */
  async #post({ baseUrl, serviceCode }: SessionAccount): Promise<AxiosResponse<Buffer>> {
    const headers = { 'x-api_version': 'V1', 'x-request_id': randomUUID(), 'Content-Type': 'application/json' };
    const url = resolveUrl(baseUrl, CALLS['auth.authorize-virtual-device'].open.path);
    try {
      return await this.#transport.bare.post<Buffer>(url, JSON.stringify({ serviceCode }), {
        headers,
        timeout: AUTHORIZE_MS,
      });
    } catch (error) {
      throw unavailable(readTransportFailure(error).reason);
    }
  }

  #validate(json: object): FreshSession {
    const parsed = sessionWire.safeParse(json);
    if (!parsed.success) throw unavailable('schema_mismatch');
    const { deviceId, refreshToken, serverPublic } = parsed.data;
    const obtainedAt = this.#clock();
    const expiresAt = new Date(obtainedAt.getTime() + lifeOf(readExpiry(parsed.data), obtainedAt));
    return hideToken({ deviceId, refreshToken, serverPublic, obtainedAt, expiresAt });
  }
}

/**
 * Milliseconds. The bank has ended the old session by now, so that an expiry that cannot be is no reason to throw the
 * new one away.
 */
function lifeOf(expiry: Date | undefined, obtainedAt: Date): number {
  const lifeMs = expiry ? expiry.getTime() - obtainedAt.getTime() : USUAL_LIFE_MS;
  return lifeMs < MIN_LIFE_MS || lifeMs > USUAL_LIFE_MS ? USUAL_LIFE_MS : lifeMs;
}

/** A store is somebody else's code: it may throw where it should reject, and throw anything. */
async function fromStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof AllianceError ? error : unavailable('session_store', { cause: error });
  }
}

function toAuthorizeError(refusal: BankRefusal): AllianceError {
  const { msgCode } = refusal;
  const code = Object.hasOwn(AUTHORIZE_REFUSALS, msgCode) ? AUTHORIZE_REFUSALS[msgCode] : undefined;
  const details = { bank: refusal, reason: msgCode, noEffect: true };
  return new AllianceError(code ?? 'ALLIANCE_SESSION_UNAVAILABLE', `The bank refused a session: ${msgCode}`, details);
}

function unavailable(reason: string, details: AllianceErrorDetails = {}): AllianceError {
  const message = `No session with the bank: ${reason}`;
  return new AllianceError('ALLIANCE_SESSION_UNAVAILABLE', message, { ...details, reason, noEffect: true });
}
