import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { errorSummary } from '../database/error-summary.js';
import { RetentionService } from './retention.service.js';

/** How often a process looks whether the day's run is due. */
const TICK_MS = 600_000;

/** Deletes once a day what is older than it is kept, in one process of all. */
@Injectable()
export class RetentionJob {
  private readonly logger = new Logger(RetentionJob.name);
  private running = false;

  constructor(private readonly retention: RetentionService) {}

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      await this.retention.runIfDue();
    } catch (error) {
      this.logger.error(`what is old was not deleted: ${errorSummary(error)}`);
    } finally {
      this.running = false;
    }
  }
}
