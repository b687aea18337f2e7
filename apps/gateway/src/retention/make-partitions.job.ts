import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { errorSummary } from '../database/error-summary.js';
import { PartitionsStore } from './store/partitions.store.js';

/** There are two months to make the next one in. */
const TICK_MS = 3_600_000;

/** Makes the tables of the coming months ahead. Several processes may do it at the same time. */
@Injectable()
export class MakePartitionsJob {
  private readonly logger = new Logger(MakePartitionsJob.name);

  constructor(private readonly partitions: PartitionsStore) {}

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    try {
      const made = await this.partitions.makeAhead();
      if (made.length > 0) this.logger.log(`made ${made.join(', ')}`);
    } catch (error) {
      this.logger.warn(`tables of coming months not made: ${errorSummary(error)}`);
    }
  }
}
