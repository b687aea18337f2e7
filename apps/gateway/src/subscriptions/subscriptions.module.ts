import { type DynamicModule, Module } from '@nestjs/common';
import { PlansController } from './api/plans.controller.js';
import { PlansService } from './api/plans.service.js';
import { PlanSteps } from './engine/plan-steps.js';
import { RecurringHandlers } from './engine/recurring-handlers.js';
import { RecurringRequests } from './engine/recurring-requests.service.js';
import { ResolveRecurringJob } from './jobs/resolve-recurring.job.js';
import { PlanRepository } from './store/plan.repository.js';
import { RecurringRequestRepository } from './store/recurring-request.repository.js';

export interface SubscriptionsOptions {
  /** Whether this process serves the REST API. */
  readonly api: boolean;
  /** Whether this process works off what is due. */
  readonly worker: boolean;
}

@Module({
  providers: [
    PlanRepository,
    PlansService,
    PlanSteps,
    RecurringHandlers,
    RecurringRequestRepository,
    RecurringRequests,
  ],
})
export class SubscriptionsModule {
  static forRoot({ api, worker }: SubscriptionsOptions): DynamicModule {
    return {
      module: SubscriptionsModule,
      controllers: api ? [PlansController] : [],
      providers: worker ? [ResolveRecurringJob] : [],
    };
  }
}
