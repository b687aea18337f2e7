import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import {
  type NewPlan,
  type NewVersion,
  type PlanFacts,
  type PlanWord,
  RecurringBank,
  type RecurringReading,
  type VersionFacts,
} from '../../payments/bank/recurring-bank.js';
import { type EventType } from '../../outbox/event-types.js';
import { bankDescriptionOf, type PlanStatus, type Rule, sameRules } from '../domain/plan.js';
import { type RecurringStep } from '../domain/recurring-step.js';
import { PlanRepository } from '../store/plan.repository.js';
import { type RecurringRequestEntity } from '../store/recurring-request.entity.js';
import { SubscriptionRepository } from '../store/subscription.repository.js';
import { handler, type RecurringHandler, type Sending } from './recurring-handler.js';

/** What is on record of a version that is to be added. Times as JSON has them. */
export interface VersionInput {
  readonly rules: readonly Rule[];
  readonly appliesFrom: string | null;
  readonly appliesTo: string | null;
}

/** Of a plan that is to be made. */
export interface PlanInput extends VersionInput {
  readonly name: string;
  readonly description: string | null;
  readonly category: string;
}

/** Of a change of a plan that the bank has. */
export interface PlanChangeInput {
  readonly bankPlanId: string;
}

/** Of a version that is added to such a plan. */
export interface AddVersionInput extends VersionInput, PlanChangeInput {
  /** The highest number so far: one above it with the same rules is what was asked for. */
  readonly after: number;
}

/** What the bank calls it, what we do, and what whoever listens is told. */
const CHANGES = {
  plan_pause: { word: 'PAUSED', status: 'paused', told: 'plan.paused' },
  plan_resume: { word: 'ACTIVE', status: 'active', told: 'plan.resumed' },
  plan_archive: { word: 'CANCELED', status: 'archived', told: 'plan.archived' },
} as const satisfies Partial<
  Record<RecurringStep, { readonly word: PlanWord; readonly status: PlanStatus; readonly told: EventType }>
>;
type ChangeStep = keyof typeof CHANGES;
type PlanStep = ChangeStep | 'plan_create' | 'plan_version';

/** How a plan is made and changed at the bank. */
@Injectable()
export class PlanSteps {
  readonly table: Readonly<Record<PlanStep, RecurringHandler>> = {
    plan_create: handler<PlanFacts>({
      send: ({ request, window }) => this.bank.createPlan({ ...callOf(request), window }, newPlanOf(request)),
      ask: (request) => this.bank.findPlan(callOf(request), request.subjectId),
      done: (tx, request, facts) => this.made(tx, request, facts),
      refused: async (tx, request) => {
        const plan = await this.lock(tx, request);
        if (plan.status === 'created') await this.plans.change(tx, plan, { status: 'failed', told: 'plan.failed' });
      },
    }),
    plan_version: handler<VersionFacts>({
      send: ({ request, window }) => {
        const input = request.input as unknown as AddVersionInput;
        return this.bank.addVersion({ ...callOf(request), window }, input.bankPlanId, versionOf(input));
      },
      ask: (request) => this.findVersion(request),
      done: async (tx, request, version) => {
        const plan = await this.lock(tx, request);
        await this.plans.keepVersions(tx, plan, [version]);
        await this.plans.change(tx, plan, { told: 'plan.version_added' });
        await this.subscriptions.hintOfPlan(tx, plan.merchantAccountId, plan.id);
      },
      refused: () => Promise.resolve(),
    }),
    plan_pause: this.change('plan_pause'),
    plan_resume: this.change('plan_resume'),
    plan_archive: this.change('plan_archive'),
  };

  constructor(
    private readonly bank: RecurringBank,
    private readonly plans: PlanRepository,
    private readonly subscriptions: SubscriptionRepository,
  ) {}

  private change(step: ChangeStep): RecurringHandler {
    const { word, status, told } = CHANGES[step];
    const planIdOf = ({ input }: RecurringRequestEntity): string => (input as unknown as PlanChangeInput).bankPlanId;
    return handler<{ readonly status: string }>({
      send: ({ request, window }: Sending) =>
        this.bank.setPlanStatus({ ...callOf(request), window }, planIdOf(request), word),
      ask: async (request): Promise<RecurringReading<{ readonly status: string }>> => {
        const read = await this.bank.readPlan(callOf(request), planIdOf(request));
        if (read.kind !== 'found') return read;
        return read.answer.status === word ? read : { kind: 'not_found' };
      },
      done: async (tx, request) => {
        const plan = await this.lock(tx, request);
        if (plan.status !== status) await this.plans.change(tx, plan, { status, told });
        await this.subscriptions.hintOfPlan(tx, plan.merchantAccountId, plan.id);
      },
      refused: () => Promise.resolve(),
    });
  }

  private async made(tx: Transaction, request: RecurringRequestEntity, facts: PlanFacts): Promise<void> {
    const plan = await this.lock(tx, request);
    const { bankPlanId } = facts;
    await this.plans.keepVersions(tx, plan, facts.versions);
    await this.plans.change(tx, plan, { status: 'active', bankPlanId, told: 'plan.created' });
  }

  /** A version that came after those that were known, with the rules that were asked for. */
  private async findVersion(request: RecurringRequestEntity): Promise<RecurringReading<VersionFacts>> {
    const { bankPlanId, after, rules } = request.input as unknown as AddVersionInput;
    const read = await this.bank.readPlan(callOf(request), bankPlanId);
    if (read.kind !== 'found') return read;
    const added = read.answer.versions.find((one) => one.number > after && sameRules(one.rules, rules));
    return added ? { kind: 'found', answer: added } : { kind: 'not_found' };
  }

  private async lock(tx: Transaction, { merchantAccountId, subjectId }: RecurringRequestEntity) {
    const plan = await this.plans.lock(tx, merchantAccountId, subjectId);
    if (!plan) throw new Error(`plan ${subjectId} does not exist`);
    return plan;
  }
}

const callOf = ({ merchantAccountId: accountId, bankMerchantId }: RecurringRequestEntity) => ({
  accountId,
  bankMerchantId,
});

const timeOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

const versionOf = ({ rules, appliesFrom, appliesTo }: VersionInput): NewVersion => ({
  rules,
  appliesFrom: timeOf(appliesFrom),
  appliesTo: timeOf(appliesTo),
});

function newPlanOf({ subjectId, input }: RecurringRequestEntity): NewPlan {
  const { name, description, category, ...version } = input as unknown as PlanInput;
  return { name, category, description: bankDescriptionOf(subjectId, description), ...versionOf(version) };
}
