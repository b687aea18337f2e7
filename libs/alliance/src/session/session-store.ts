import { type PublicJwk } from '../jwe/communication-key.js';

/** The bank session of one account. The bank keeps one session per service code: a new one ends the old one. */
export interface BankSession {
  /** Starts at 1 and grows by one with every renewal. */
  readonly version: number;
  readonly deviceId: string;
  /** Secret. */
  readonly refreshToken: string;
  /** The key that request bodies are encrypted to while this session lives. */
  readonly serverPublic: PublicJwk;
  /** By the clock of the process that got it. */
  readonly obtainedAt: Date;
  readonly expiresAt: Date;
}
export type FreshSession = Omit<BankSession, 'version'>;

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

/** Port: where sessions live, shared by every process that serves the account. */
export abstract class SessionStore {
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

/** For one process: sessions are lost on restart, which costs one authorize. */
export class InMemorySessionStore extends SessionStore {
  private readonly sessions = new Map<string, BankSession>();
  private readonly queues = new Map<string, Promise<unknown>>();
  private readonly undecryptable = new Map<string, { readonly times: number; readonly at: number }>();

  /** @param clock milliseconds that only grow */
  constructor(private readonly clock: () => number = () => performance.now()) {
    super();
  }

  override load(accountId: string): Promise<BankSession | undefined> {
    return Promise.resolve(this.sessions.get(accountId));
  }

  override replace(
    accountId: string,
    request: RenewalRequest,
    authorize: () => Promise<FreshSession>,
  ): Promise<BankSession> {
    const turn = (this.queues.get(accountId) ?? Promise.resolve()).then(() =>
      this.replaceNow(accountId, request.stale, authorize),
    );
    this.queues.set(
      accountId,
      turn.catch(() => undefined),
    );
    return turn;
  }

  override noteUndecryptable(accountId: string): Promise<boolean> {
    const { times, at } = this.undecryptable.get(accountId) ?? { times: 0, at: -Infinity };
    const counts = this.clock() - at >= UNDECRYPTABLE_APART_SECONDS * 1000;
    if (counts) this.undecryptable.set(accountId, { times: times + 1, at: this.clock() });
    return Promise.resolve(times + Number(counts) >= UNDECRYPTABLE_LIMIT);
  }

  override noteDecrypted(accountId: string): Promise<void> {
    this.undecryptable.delete(accountId);
    return Promise.resolve();
  }

  private async replaceNow(
    accountId: string,
    stale: number,
    authorize: () => Promise<FreshSession>,
  ): Promise<BankSession> {
    const stored = this.sessions.get(accountId);
    if (stored && stored.version > stale) return stored;
    const session = { ...(await authorize()), version: Math.max(stored?.version ?? 0, stale) + 1 };
    this.sessions.set(accountId, session);
    return session;
  }
}
