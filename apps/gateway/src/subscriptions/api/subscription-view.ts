import { scheduledWord } from '../domain/scheduled.js';
import { type RecurringRequestEntity } from '../store/recurring-request.entity.js';
import { type ScheduledPaymentEntity, type SubscriptionEntity } from '../store/subscription.entity.js';
import { viewChange } from './plan-view.js';
import { type ScheduledPaymentView, type SubscriptionView } from './subscription.dto.js';

export const viewSubscription = (
  row: SubscriptionEntity,
  request: RecurringRequestEntity | undefined,
): SubscriptionView => ({
  object: 'subscription',
  id: row.id,
  status: row.status,
  planId: row.planId,
  paymentMethod: { type: row.method },
  nextAction: nextActionOf(row),
  redirectUrl: row.status === 'requires_action' ? row.redirectUrl : null,
  failureCode: row.failureCode,
  change: viewChange(request),
  livemode: row.livemode,
  reference: row.reference,
  description: row.description,
  returnUrl: row.returnUrl,
  metadata: row.metadata,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

function nextActionOf({ status, redirectUrl }: SubscriptionEntity): SubscriptionView['nextAction'] {
  if (status === 'requires_confirmation') return { type: 'confirm' };
  return status === 'requires_action' && redirectUrl !== null ? { type: 'redirect', url: redirectUrl } : null;
}

export const viewScheduled = (row: ScheduledPaymentEntity): ScheduledPaymentView => ({
  object: 'scheduled_payment',
  id: row.id,
  number: row.number,
  status: scheduledWord(row.word).shownAs,
  bankStatus: row.word,
  amount: row.amount,
  currency: 'UAH',
  executionAt: row.executionAt?.toISOString() ?? null,
  retryAt: row.retryAt?.toISOString() ?? null,
  retries: row.retries,
  paymentId: row.paymentId,
  proven: row.proven,
});
