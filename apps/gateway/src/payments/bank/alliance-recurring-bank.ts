import { Injectable, Logger } from '@nestjs/common';
import { type AccountCallId, AllianceClient, type AnswerOf, type BodyOf, type ProtocolOf } from '#libs/alliance';
import { BANK_CURRENCIES } from './bank-words.js';
import { failureOf, unknown } from './call-failure.js';
import {
  type NewPlan,
  type NewVersion,
  type PlanFacts,
  type PlanRule,
  type PlanWord,
  RecurringBank,
  type RecurringCall,
  type RecurringOutcome,
  type RecurringReading,
  type VersionFacts,
} from './recurring-bank.js';

const UNITS = { day: 'DAY', week: 'WEEK', month: 'MONTH' } as const;

/** The bank's words for plans and subscriptions. */
@Injectable()
export class AllianceRecurringBank extends RecurringBank {
  private readonly logger = new Logger(AllianceRecurringBank.name);

  constructor(private readonly client: AllianceClient) {
    super();
  }

  override createPlan(call: RecurringCall, plan: NewPlan): Promise<RecurringOutcome<PlanFacts>> {
    const { name, description, category } = plan;
    const body = {
      ...{ name, description, ...versionBody(plan) },
      categorySubcategoryIndicator: category as BodyOf<'recurring.plan.create'>['categorySubcategoryIndicator'],
    };
    return this.send(call, 'recurring.plan.create', body, (made) => ({
      bankPlanId: made.planId,
      status: made.status,
      versions: [versionFacts(made)],
    }));
  }

  override addVersion(
    call: RecurringCall,
    planId: string,
    version: NewVersion,
  ): Promise<RecurringOutcome<VersionFacts>> {
    const body = { planId, ...versionBody(version) };
    return this.send(call, 'recurring.plan.update', body, ({ versionId = 0, ...made }) =>
      versionFacts({ ...made, versionId }),
    );
  }

  override setPlanStatus(
    call: RecurringCall,
    planId: string,
    status: PlanWord,
  ): Promise<RecurringOutcome<{ readonly status: string }>> {
    return this.send(call, 'recurring.plan.status-update', { planId, status }, (changed) => ({
      status: changed.status,
    }));
  }

  override readPlan(call: RecurringCall, planId: string): Promise<RecurringReading<PlanFacts>> {
    return this.ask(call, 'recurring.plan.get', { planId }, ({ plan, versions }) => ({
      kind: 'found',
      answer: { bankPlanId: plan.planId, status: plan.status, versions: versions.map(versionFacts) },
    }));
  }

  override async findPlan(call: RecurringCall, text: string): Promise<RecurringReading<PlanFacts>> {
    const filters = [{ operator: 'LIKE' as const, value: text }];
    const found = await this.ask(call, 'recurring.plan.search', { filters }, ({ plans }) => {
      const plan = plans.find(({ description }) => description?.includes(text));
      return plan ? { kind: 'found' as const, answer: plan.planId } : { kind: 'not_found' as const };
    });
    return found.kind === 'found' ? this.readPlan(call, found.answer) : found;
  }

  private async send<Id extends AccountCallId, Answer>(
    { accountId, bankMerchantId: merchantId, window }: RecurringCall,
    id: Id,
    body: BodyOf<Id>,
    read: (answer: AnswerOf<Id>) => Answer,
  ): Promise<RecurringOutcome<Answer>> {
    try {
      const options = { protocol: '2.0' as ProtocolOf<Id>, merchantId, window };
      return { kind: 'done', answer: read(await this.client.call(accountId, id, body, options)) };
    } catch (error) {
      return this.note(accountId, failureOf(error));
    }
  }

  private async ask<Id extends AccountCallId, Answer>(
    { accountId, bankMerchantId: merchantId }: RecurringCall,
    id: Id,
    body: BodyOf<Id>,
    read: (answer: AnswerOf<Id>) => RecurringReading<Answer>,
  ): Promise<RecurringReading<Answer>> {
    try {
      return read(await this.client.call(accountId, id, body, { protocol: '2.0' as ProtocolOf<Id>, merchantId }));
    } catch (error) {
      return this.note(accountId, unknown(error));
    }
  }

  private note<T extends { readonly kind: string; readonly reason?: string }>(accountId: string, outcome: T): T {
    if (outcome.kind === 'unknown')
      this.logger.warn({ msg: 'no usable answer of the bank about plans', accountId, reason: outcome.reason });
    if (outcome.kind === 'unsendable')
      this.logger.error({ msg: 'a defect of the gateway: it made a request that cannot be sent', accountId });
    return outcome;
  }
}

const versionBody = ({ rules, appliesFrom, appliesTo }: NewVersion) => ({
  rules: rules.map((rule) => ({
    paymentNumberFrom: rule.fromNumber,
    paymentNumberTo: rule.toNumber,
    intervalValue: rule.intervalCount,
    intervalUnit: UNITS[rule.intervalUnit],
    coinAmount: rule.amount,
    currency: BANK_CURRENCIES.UAH,
  })),
  appliesDateTimeFrom: appliesFrom ?? undefined,
  appliesDateTimeTo: appliesTo ?? undefined,
});

type WireVersion = AnswerOf<'recurring.plan.get'>['versions'][number];

const versionFacts = (version: WireVersion): VersionFacts => ({
  number: version.versionId,
  rules: version.rules.map(ruleFacts),
  appliesFrom: version.appliesDateTimeFrom ?? null,
  appliesTo: version.appliesDateTimeTo ?? null,
});

const ruleFacts = (rule: WireVersion['rules'][number]): PlanRule => ({
  fromNumber: rule.paymentNumberFrom,
  toNumber: rule.paymentNumberTo,
  amount: rule.coinAmount,
  intervalCount: rule.intervalValue,
  intervalUnit:
    (Object.keys(UNITS) as PlanRule['intervalUnit'][]).find((unit) => UNITS[unit] === rule.intervalUnit) ?? 'day',
});
