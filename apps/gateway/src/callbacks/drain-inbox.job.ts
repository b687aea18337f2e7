import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { errorSummary } from '../database/error-summary.js';
import { DueWorker } from '../database/due-work.js';
import { Workers } from '../database/workers.js';
import { CallbackRepository, type DueCallback } from './callback.repository.js';
import { CallbacksService } from './callbacks.service.js';

const TICK_MS = 250;
const LEASE_SECONDS = 60;

/** Reads the callbacks that could not be read when they came: the orders that they name, and whether they show an attempt to pay. */
@Injectable()
export class DrainInboxJob {
  private readonly logger = new Logger(DrainInboxJob.name);
  private readonly worker = new DueWorker<DueCallback>({
    name: 'drain-inbox',
    claim: (room) => this.inbox.claimDue(room, LEASE_SECONDS),
    accountOf: ({ merchantAccountId }) => merchantAccountId,
    handle: (callback) => this.callbacks.settle(callback),
    onError: (error, callback) => {
      this.logger.error(`callback ${callback?.id ?? 'inbox'} not worked off: ${errorSummary(error)}`);
    },
  });

  constructor(
    private readonly inbox: CallbackRepository,
    private readonly callbacks: CallbacksService,
    private readonly workers: Workers,
  ) {
    workers.add(this.worker);
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    await this.workers.poll(this.worker);
  }
}
