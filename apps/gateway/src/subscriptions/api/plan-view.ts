import { isOpen, type RecurringStep } from '../domain/recurring-step.js';
import { type PlanWithVersions } from '../store/plan.repository.js';
import { type RecurringRequestEntity } from '../store/recurring-request.entity.js';
import { type PlanView } from './plan.dto.js';

/** What the API calls each step. */
const CHANGE_NAMES: Readonly<Record<RecurringStep, string>> = {
  plan_create: 'create',
  plan_version: 'add_version',
  plan_pause: 'pause',
  plan_resume: 'resume',
  plan_archive: 'archive',
  subscription_create: 'create',
  subscription_cancel: 'cancel',
  first_charge: 'confirm',
  forced_charge: 'charge',
};

export function viewChange(request: RecurringRequestEntity | undefined): PlanView['change'] {
  if (!request) return null;
  const { step, status, failureCode } = request;
  const shown = isOpen(status) ? 'pending' : status === 'done' ? 'succeeded' : 'failed';
  return { type: CHANGE_NAMES[step], status: shown, failureCode };
}

export const viewPlan = (
  { plan, versions }: PlanWithVersions,
  request: RecurringRequestEntity | undefined,
): PlanView => ({
  object: 'plan',
  id: plan.id,
  status: plan.status,
  name: plan.name,
  description: plan.description,
  category: plan.category,
  currency: 'UAH',
  versions: versions.map(({ number, rules, appliesFrom, appliesTo }) => ({
    number,
    rules: [...rules],
    appliesFrom: appliesFrom?.toISOString() ?? null,
    appliesTo: appliesTo?.toISOString() ?? null,
  })),
  change: viewChange(request),
  livemode: plan.livemode,
  metadata: plan.metadata,
  createdAt: plan.createdAt.toISOString(),
  updatedAt: plan.updatedAt.toISOString(),
});
