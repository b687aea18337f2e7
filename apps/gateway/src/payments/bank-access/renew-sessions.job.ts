import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { errorSummary } from '../../database/error-summary.js';
import { type WatchedWorker, Workers } from '../../database/workers.js';
import { AllianceSession } from '#libs/alliance';
import { type DueSession, SessionSchedule } from './session-schedule.store.js';
import { SessionWaiters } from './session-waiters.store.js';

/** With a back-off of 30 s and an authorize of 20 s at the most, an account has a session within 60 s after the bank is well. */
const TICK_MS = 3_000;
const WAKE_MS = 5_000;
const PRUNE_MS = 3_600_000;
/** A tick, a query that runs into its time limit and the next tick take less. Milliseconds. */
const CLAIM_LIMIT_MS = 25_000;
/** Renewals at the same time; a bank that hangs on one account must not keep the others waiting. */
const AT_ONCE = 16;

/** Renews sessions before anybody needs them to be, and those whose last renewal failed. */
@Injectable()
export class RenewSessionsJob implements WatchedWorker {
  readonly name = 'renew-sessions';
  readonly claimLimitMs = CLAIM_LIMIT_MS;
  private claimedAt = performance.now();
  private readonly logger = new Logger(RenewSessionsJob.name);
  private readonly underWay = new Map<string, Promise<void>>();
  private stopped = false;

  constructor(
    private readonly schedule: SessionSchedule,
    private readonly sessions: AllianceSession,
    private readonly waiters: SessionWaiters,
    workers: Workers,
  ) {
    workers.add(this);
  }

  /** Since it last saw what is due; a renewal that hangs does not count. */
  get sinceClaimMs(): number {
    return performance.now() - this.claimedAt;
  }

  @Interval(PRUNE_MS)
  prune(): Promise<void> {
    return this.schedule.prune();
  }

  @Interval(WAKE_MS)
  async wake(): Promise<void> {
    await this.waiters.wakeOverlooked();
  }

  /** The next tick does not wait for this one: it starts what is due besides. */
  @Interval(TICK_MS)
  async tick(): Promise<void> {
    if (this.stopped) return;
    const due = await this.schedule.due();
    this.claimedAt = performance.now();
    const free = due.filter(({ accountId }) => !this.underWay.has(accountId));
    await Promise.all(free.slice(0, Math.max(0, AT_ONCE - this.underWay.size)).map((session) => this.start(session)));
  }

  /** A renewal that is cut off costs the session: the bank has ended the old one, and nobody has the new one. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.underWay.values());
  }

  private start(session: DueSession): Promise<void> {
    const renewal = this.renew(session);
    this.underWay.set(session.accountId, renewal);
    return renewal;
  }

  private async renew({ accountId, version: stale }: DueSession): Promise<void> {
    try {
      const { version } = await this.sessions.renew(accountId, { stale, onlyIfDue: true });
      if (version > stale) this.logger.log(`session of ${accountId} renewed ahead of time`);
    } catch (error) {
      this.logger.warn(`session of ${accountId} not renewed: ${errorSummary(error)}`);
    } finally {
      this.underWay.delete(accountId);
    }
  }
}
