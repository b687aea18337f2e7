import { type PublicJwk } from './communication-key.js';

/** The bank session of one account. The bank keeps one session per service code: a new one ends the old one. */
export interface BankSession {
  /** Starts at 1 and grows by one with every renewal. */
  readonly version: number;
  readonly deviceId: string;
  /** Secret. */
  readonly refreshToken: string;
  /** The key that request bodies are encrypted to while this session lives. */
  readonly serverPublic: PublicJwk;
  readonly obtainedAt: Date;
  readonly expiresAt: Date;
}
export type FreshSession = Omit<BankSession, 'version'>;

/** Port: where sessions live, shared by every process that serves the account. */
export abstract class SessionStore {
  /**
   * The latest session. @throws AllianceError `ALLIANCE_ACCOUNT_BLOCKED` while an operator forbids its use
   */
  abstract load(accountId: string): Promise<BankSession | undefined>;
  /**
   * Replaces the session of version `staleVersion` (0 = none). If a newer one is already stored, returns it without
   * authorizing. At most one authorize per renewal, across all processes.
   * @throws AllianceError `ALLIANCE_SESSION_UNAVAILABLE` | `ALLIANCE_ACCOUNT_BLOCKED`
   */
  abstract replace(
    accountId: string,
    staleVersion: number,
    authorize: () => Promise<FreshSession>,
    cause: RenewalCause,
  ): Promise<BankSession>;
  /** The bank cannot work with the account even after a renewal: no more renewals but for a probe now and then. */
  abstract block(accountId: string, reason: string): Promise<void>;
}

/** proactive: its time has come, or there is none yet · reactive: the bank refused the session */
export type RenewalCause = 'proactive' | 'reactive';

/** For one process: sessions are lost on restart, which costs one authorize. */
export class InMemorySessionStore extends SessionStore {
  private readonly sessions = new Map<string, BankSession>();
  private readonly queues = new Map<string, Promise<unknown>>();

  override load(accountId: string): Promise<BankSession | undefined> {
    return Promise.resolve(this.sessions.get(accountId));
  }

  override replace(
    accountId: string,
    staleVersion: number,
    authorize: () => Promise<FreshSession>,
  ): Promise<BankSession> {
    const turn = (this.queues.get(accountId) ?? Promise.resolve()).then(() =>
      this.replaceNow(accountId, staleVersion, authorize),
    );
    this.queues.set(
      accountId,
      turn.catch(() => undefined),
    );
    return turn;
  }

  override block(): Promise<void> {
    return Promise.resolve(); // the caller is told; what lasts is for stores that last
  }

  private async replaceNow(
    accountId: string,
    staleVersion: number,
    authorize: () => Promise<FreshSession>,
  ): Promise<BankSession> {
    const stored = this.sessions.get(accountId);
    if (stored && stored.version > staleVersion) return stored;
    const session = { ...(await authorize()), version: Math.max(stored?.version ?? 0, staleVersion) + 1 };
    this.sessions.set(accountId, session);
    return session;
  }
}
