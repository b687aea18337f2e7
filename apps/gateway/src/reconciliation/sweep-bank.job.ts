import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { errorSummary } from '../database/error-summary.js';
import { SweepsService } from './sweeps.service.js';

/** A sweep has the whole night. Milliseconds. */
const TICK_MS = 20_000;

/** Asks the bank about the day before, at night and a little at a time. Of several processes each takes another account. */
@Injectable()
export class SweepBankJob implements BeforeApplicationShutdown {
  private readonly logger = new Logger(SweepBankJob.name);
  private readonly ended = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly sweeps: SweepsService) {}

  /** Goes on until nothing is due. Never throws. */
  @Interval(TICK_MS)
  tick(): Promise<void> {
    return (this.running ??= this.round().finally(() => (this.running = undefined)));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.ended.abort();
    await this.running;
  }

  private async round(): Promise<void> {
    const { signal } = this.ended;
    try {
      await this.sweeps.planDue();
      while (!signal.aborted && (await this.sweeps.step(signal)));
      if (!signal.aborted) await this.sweeps.recheck(signal);
    } catch (error) {
      this.logger.error(`the bank's day not compared: ${errorSummary(error)}`);
    }
  }
}
