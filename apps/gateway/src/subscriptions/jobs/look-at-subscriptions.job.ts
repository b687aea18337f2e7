import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DueWorker } from '../../database/due-work.js';
import { errorSummary } from '../../database/error-summary.js';
import { Workers } from '../../database/workers.js';
import { BankBreakers } from '../../payments/bank/bank-breakers.js';
import { SubscriptionLooks } from '../engine/subscription-looks.service.js';
import { type DueSubscription, SubscriptionRepository } from '../store/subscription.repository.js';

const TICK_MS = 500;
/** Longer than two questions with a renewal in between. Seconds. */
const LEASE_SECONDS = 120;

/** Looks at subscriptions: after a hint, after each charge that is planned, and once a day whatever happens. */
@Injectable()
export class LookAtSubscriptionsJob {
  private readonly logger = new Logger(LookAtSubscriptionsJob.name);
  private readonly worker = new DueWorker<DueSubscription>({
    name: 'look-at-subscriptions',
    claim: (room) => this.subscriptions.claimDue(room, LEASE_SECONDS),
    accountOf: ({ accountId }) => accountId,
    handle: ({ accountId, id }) => this.looks.look(accountId, id),
    restraint: () => this.breakers.restraint(),
    onError: (error, subscription) => {
      this.logger.error(`looking at ${subscription?.id ?? 'due subscriptions'} failed: ${errorSummary(error)}`);
    },
  });

  constructor(
    private readonly subscriptions: SubscriptionRepository,
    private readonly looks: SubscriptionLooks,
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
