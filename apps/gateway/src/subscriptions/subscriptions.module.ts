import { type DynamicModule, Global, Module } from '@nestjs/common';
import { PlansController } from './api/plans.controller.js';
import { PlansService } from './api/plans.service.js';
import { SubscriptionsController } from './api/subscriptions.controller.js';
import { SubscriptionsService } from './api/subscriptions.service.js';
import { DifferencesService } from './differences.service.js';
import { PlanSteps } from './engine/plan-steps.js';
import { RecurringAccounts } from './engine/recurring-accounts.js';
import { RecurringHandlers } from './engine/recurring-handlers.js';
import { RecurringRequests } from './engine/recurring-requests.service.js';
import { SubscriptionLooks } from './engine/subscription-looks.service.js';
import { SubscriptionSteps } from './engine/subscription-steps.js';
import { SubscriptionVault } from './engine/subscription-vault.js';
import { LookAtSubscriptionsJob } from './jobs/look-at-subscriptions.job.js';
import { ResolveRecurringJob } from './jobs/resolve-recurring.job.js';
import { PlanRepository } from './store/plan.repository.js';
import { RecurringRequestRepository } from './store/recurring-request.repository.js';
import { SubscriptionRepository } from './store/subscription.repository.js';

export interface SubscriptionsOptions {
  /** Whether this process serves the REST API. */
  readonly api: boolean;
  /** Whether this process works off what is due. */
  readonly worker: boolean;
}

/** Global: a callback of the bank may be about a subscription. */
@Global()
@Module({
  providers: [
    DifferencesService,
    PlanRepository,
    PlansService,
    PlanSteps,
    RecurringAccounts,
    RecurringHandlers,
    RecurringRequestRepository,
    RecurringRequests,
    SubscriptionLooks,
    SubscriptionRepository,
    SubscriptionsService,
    SubscriptionSteps,
    SubscriptionVault,
  ],
  exports: [SubscriptionLooks],
})
export class SubscriptionsModule {
  static forRoot({ api, worker }: SubscriptionsOptions): DynamicModule {
    return {
      module: SubscriptionsModule,
      controllers: api ? [PlansController, SubscriptionsController] : [],
      providers: worker ? [LookAtSubscriptionsJob, ResolveRecurringJob] : [],
    };
  }
}
