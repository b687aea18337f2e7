import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { errorSummary } from '../../database/error-summary.js';
import { BankBreakers } from '../bank/bank-breakers.js';
import { Engine } from '../engine/engine.service.js';
import { type DueOperation, OperationRepository } from '../store/operation.repository.js';
import { DueWorker } from '../../database/due-work.js';
import { Workers } from '../../database/workers.js';

const TICK_MS = 500;
/** Longer than the slowest call with a renewal in between. Seconds. */
const LEASE_SECONDS = 120;

/** Finds out what became of operations whose outcome is unknown or pending, or whose process died. */
@Injectable()
export class ResolveUnknownJob {
  private readonly logger = new Logger(ResolveUnknownJob.name);
  private readonly worker = new DueWorker<DueOperation>({
    name: 'resolve-unknown',
    claim: (room) => this.operations.claimDue(room, LEASE_SECONDS),
    accountOf: ({ accountId }) => accountId,
    handle: async ({ accountId, id }) => {
      await this.engine.resolve(accountId, id);
    },
    restraint: () => this.breakers.restraint(),
    onError: (error, operation) => {
      this.logger.error(`resolving ${operation?.id ?? 'due operations'} failed: ${errorSummary(error)}`);
    },
  });

  constructor(
    private readonly operations: OperationRepository,
    private readonly engine: Engine,
    private readonly breakers: BankBreakers,
    private readonly workers: Workers,
  ) {
    workers.add(this.worker);
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    await this.workers.poll(this.worker);
  }
}
