import { Injectable } from '@nestjs/common';
import { type RecurringStep } from '../domain/recurring-step.js';
import { PlanSteps } from './plan-steps.js';
import { SubscriptionSteps } from './subscription-steps.js';
import { type RecurringHandler } from './recurring-handler.js';

/** The handler of every step; one without its row does not compile. */
@Injectable()
export class RecurringHandlers {
  private readonly table: Readonly<Record<RecurringStep, RecurringHandler>>;

  constructor(plans: PlanSteps, subscriptions: SubscriptionSteps) {
    this.table = { ...plans.table, ...subscriptions.table };
  }

  of(step: RecurringStep): RecurringHandler {
    return this.table[step];
  }
}
