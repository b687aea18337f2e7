import { Injectable } from '@nestjs/common';
import { type ScheduleDifferenceEntity } from './store/subscription.entity.js';
import { SubscriptionRepository } from './store/subscription.repository.js';
import { SubscriptionError } from './subscription-error.js';

export type DifferenceView = Pick<
  ScheduleDifferenceEntity,
  'id' | 'subscriptionId' | 'scheduledId' | 'kind' | 'detail' | 'foundAt'
>;

/** Where the bank's schedule is not as ours: what an operator sees of it, and decides. */
@Injectable()
export class DifferencesService {
  constructor(private readonly subscriptions: SubscriptionRepository) {}

  async list(accountId: string, limit: number): Promise<DifferenceView[]> {
    const rows = await this.subscriptions.differences(accountId, limit);
    return rows.map(({ id, subscriptionId, scheduledId, kind, detail, foundAt }) => ({
      ...{ id, subscriptionId, scheduledId, kind, detail, foundAt },
    }));
  }

  /** A person has looked at it; the same again is not shown any more. @throws SubscriptionError */
  async settle(accountId: string, id: string, reason: string): Promise<void> {
    if (await this.subscriptions.settleDifference(accountId, id, reason)) return;
    throw new SubscriptionError('SCHEDULE_DIFFERENCE_NOT_OPEN', `there is no open difference ${id} of ${accountId}`);
  }
}
