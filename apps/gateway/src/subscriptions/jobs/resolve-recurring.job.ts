import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DueWorker } from '../../database/due-work.js';
import { errorSummary } from '../../database/error-summary.js';
import { Workers } from '../../database/workers.js';
import { BankBreakers } from '../../payments/bank/bank-breakers.js';
import { RecurringRequests } from '../engine/recurring-requests.service.js';
import { type DueRequest, RecurringRequestRepository } from '../store/recurring-request.repository.js';

const TICK_MS = 1_000;
/** Longer than a question and a call. Seconds. */
const LEASE_SECONDS = 120;

/** Finds out what became of requests about plans and subscriptions whose outcome is unknown, or whose process died. */
@Injectable()
export class ResolveRecurringJob {
  private readonly logger = new Logger(ResolveRecurringJob.name);
  private readonly worker = new DueWorker<DueRequest>({
    name: 'resolve-recurring',
    claim: (room) => this.requests.claimDue(room, LEASE_SECONDS),
    accountOf: ({ accountId }) => accountId,
    handle: ({ accountId, id }) => this.recurring.resolve(accountId, id),
    restraint: () => this.breakers.restraint(),
    onError: (error, request) => {
      this.logger.error(`resolving ${request?.id ?? 'due requests'} failed: ${errorSummary(error)}`);
    },
  });

  constructor(
    private readonly requests: RecurringRequestRepository,
    private readonly recurring: RecurringRequests,
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
