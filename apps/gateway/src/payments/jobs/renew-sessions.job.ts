import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { errorSummary } from '../../database/error-summary.js';
import { AllianceSession } from '#libs/alliance';
import { SessionSchedule } from '../store/session-schedule.store.js';
import { SessionWaiters } from '../store/session-waiters.store.js';

const TICK_MS = 30_000;
const WAKE_MS = 5_000;
const PRUNE_MS = 3_600_000;

/** Renews sessions before anybody needs them to be. */
@Injectable()
export class RenewSessionsJob {
  private readonly logger = new Logger(RenewSessionsJob.name);

  constructor(
    private readonly schedule: SessionSchedule,
    private readonly sessions: AllianceSession,
    private readonly waiters: SessionWaiters,
  ) {}

  @Interval(PRUNE_MS)
  prune(): Promise<void> {
    return this.schedule.prune();
  }

  @Interval(WAKE_MS)
  async wake(): Promise<void> {
    await this.waiters.wakeOverlooked();
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    for (const { accountId, version } of await this.schedule.due()) {
      try {
        await this.sessions.renew(accountId, version);
        this.logger.log(`session of ${accountId} renewed ahead of time`);
      } catch (error) {
        this.logger.warn(`session of ${accountId} not renewed: ${errorSummary(error)}`);
      }
    }
  }
}
