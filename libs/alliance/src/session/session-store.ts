import { type BankSession, type FreshSession, hideToken } from './bank-session.js';

/** Which session will not do, and why. */
export interface RenewalRequest {
  /** Whatever is newer than this version will do; 0 where there was none. */
  readonly stale: number;
  /** The bank's code, where it refused that version. */
  readonly refusal?: string;
  /** Only if by the store's own clock its time has come; otherwise the session as it is. */
  readonly onlyIfDue?: boolean;
  /** Milliseconds to wait for somebody else's renewal. */
  readonly waitMs?: number;
}

/**
 * Port: where sessions live, shared by every process that serves the account. What it throws reaches the caller as
 * AllianceError `ALLIANCE_SESSION_UNAVAILABLE`, reason `session_store`, with it as the cause. Try your own with
 * `sessionStoreContract` of the `/testing` entry.
 * @example
 * const sessions = new RedisSessionStore(redis); // yours, over what all your processes share
 * const module = AllianceModule.forRoot({ accounts, sessions });
 */
export abstract class SessionStore {
  /**
   * True for a store that spaces renewals which fail, for all processes. Otherwise `authorize` itself fails at once
   * while the last failure in this process is too fresh: after 1, 2, 5, 10 and then every 30 seconds it asks the bank.
   */
  readonly pacesRenewals: boolean = false;

  /**
   * The latest session. @throws AllianceError `ALLIANCE_ACCOUNT_BLOCKED` while an operator forbids its use
   */
  abstract load(accountId: string): Promise<BankSession | undefined>;
  /**
   * Replaces a session. If a newer one is already stored, returns it without authorizing. At most one authorize per
   * renewal, across all processes; whatever else the renewal needs is made ready before it.
   * @throws AllianceError `ALLIANCE_SESSION_UNAVAILABLE` | `ALLIANCE_ACCOUNT_BLOCKED`
   */
  abstract replace(
    accountId: string,
    request: RenewalRequest,
    authorize: () => Promise<FreshSession>,
  ): Promise<BankSession>;
  /**
   * The bank cannot decrypt what was encrypted for this version, although it is new.
   * @returns whether that blocks the account: after {@link UNDECRYPTABLE_LIMIT} renewals, a minute apart, that did not help
   */
  abstract noteUndecryptable(accountId: string, version: number): Promise<boolean>;
  /** It can again. */
  abstract noteDecrypted(accountId: string): Promise<void>;
}

/** Renewals in a row that did not help the bank to decrypt, until the account is blocked. */
export const UNDECRYPTABLE_LIMIT = 3;
/** Seconds between two renewals of which both count. */
export const UNDECRYPTABLE_APART_SECONDS = 60;

/**
 * For one process: sessions are lost on restart, which costs one authorize.
 * @example
 * const store = new InMemorySessionStore();
 * await store.replace('shop', { stale: 0 }, () => Promise.resolve(session));
 * (await store.load('shop'))?.version; // => 1
 */
export class InMemorySessionStore extends SessionStore {
  readonly #sessions = new Map<string, BankSession>();
  /** The last renewal of each account that is under way. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #undecryptable = new Map<string, { readonly times: number; readonly at: number }>();
  readonly #clock: () => number;

  /** @param clock milliseconds that only grow */
  constructor(clock: () => number = () => performance.now()) {
    super();
    this.#clock = clock;
  }

  override load(accountId: string): Promise<BankSession | undefined> {
    return Promise.resolve(this.#sessions.get(accountId));
  }

  override replace(
    accountId: string,
    request: RenewalRequest,
    authorize: () => Promise<FreshSession>,
  ): Promise<BankSession> {
    const turn = (this.#queues.get(accountId) ?? Promise.resolve()).then(() =>
      this.#replaceNow(accountId, request.stale, authorize),
    );
    const ended = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#queues.get(accountId) === ended) this.#queues.delete(accountId);
      });
    this.#queues.set(accountId, ended);
    return turn;
  }

  override noteUndecryptable(accountId: string): Promise<boolean> {
    const { times, at } = this.#undecryptable.get(accountId) ?? { times: 0, at: -Infinity };
    const counts = this.#clock() - at >= UNDECRYPTABLE_APART_SECONDS * 1000;
    if (counts) this.#undecryptable.set(accountId, { times: times + 1, at: this.#clock() });
    return Promise.resolve(times + Number(counts) >= UNDECRYPTABLE_LIMIT);
  }

  override noteDecrypted(accountId: string): Promise<void> {
    this.#undecryptable.delete(accountId);
    return Promise.resolve();
  }

  async #replaceNow(accountId: string, stale: number, authorize: () => Promise<FreshSession>): Promise<BankSession> {
    const stored = this.#sessions.get(accountId);
    if (stored && stored.version > stale) return stored;
    const session = hideToken({ ...(await authorize()), version: Math.max(stored?.version ?? 0, stale) + 1 });
    this.#sessions.set(accountId, session);
    return session;
  }
}
