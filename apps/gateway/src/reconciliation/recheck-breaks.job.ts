import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { errorSummary } from '../database/error-summary.js';
import { RoundWorker } from '../database/round-worker.js';
import { Workers } from '../database/workers.js';
import { RegistersService } from './registers.service.js';
import { BreakRepository } from './store/break.repository.js';

const TICK_MS = 10_000;

/** What the bank has proven since may have made both books equal: then a break ends by itself. */
@Injectable()
export class RecheckBreaksJob {
  private readonly logger = new Logger(RecheckBreaksJob.name);
  private readonly worker = new RoundWorker<string[]>({
    name: 'recheck-breaks',
    claim: () => this.breaks.accountsToLookAt(),
    handle: async (accounts) => {
      for (const account of accounts) await this.registers.recheck(account);
    },
    onError: (error) => {
      this.logger.error(`breaks not looked at: ${errorSummary(error)}`);
    },
  });

  constructor(
    private readonly breaks: BreakRepository,
    private readonly registers: RegistersService,
    workers: Workers,
  ) {
    workers.add(this.worker);
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    await this.worker.tick();
  }
}
