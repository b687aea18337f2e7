import { Injectable, Logger } from '@nestjs/common';
import {
  type AccountCallId,
  AllianceClient,
  type AnswerOf,
  type BodyOf,
  type CardJwe,
  formatBankTime,
  type ProtocolOf,
} from '#libs/alliance';
import { BANK_CURRENCIES } from './bank-words.js';
import { failureOf, unknown } from './call-failure.js';
import { type CardSecrets } from './payment-bank.js';
import { browserOf, payerOf, THREE_DS_MODES } from './translators.js';
import {
  type FirstCharge,
  type NewPlan,
  type NewSubscription,
  type NewVersion,
  type PlanFacts,
  type PlanRule,
  type PlanWord,
  RecurringBank,
  type RecurringCall,
  type RecurringOutcome,
  type RecurringReading,
  type ScheduledFacts,
  type StartedCharge,
  type SubscriptionFacts,
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

  override createSubscription(
    call: RecurringCall,
    { merchantRequestId, bankPlanId: planId, customer, description, callbackUrl, returnUrl }: NewSubscription,
  ): Promise<RecurringOutcome<SubscriptionFacts>> {
    const body = {
      ...{ merchantRequestId, planId, customerData: payerOf(customer), purpose: description ?? undefined },
      ...{ notificationUrl: callbackUrl, notificationEncryption: true },
      ...(returnUrl === null ? {} : { ...PAGE, successUrl: returnUrl, failUrl: returnUrl }),
    };
    return this.send(call, 'recurring.subscription.create', body, (made) => ({
      bankOrderId: made.hppOrderId,
      merchantRequestId: made.merchantRequestId,
      redirectUrl: made.redirectUrl ?? null,
    }));
  }

  override cancelSubscription(
    call: RecurringCall,
    hppOrderId: string,
  ): Promise<RecurringOutcome<{ readonly status: string }>> {
    return this.send(call, 'recurring.subscription.cancel', { hppOrderId }, ({ orderStatus }) => ({
      status: orderStatus,
    }));
  }

  override chargeFirst(
    call: RecurringCall,
    { merchantRequestId, bankOrderId, threeDs, returnUrl }: FirstCharge,
    { number, data, browser }: CardSecrets,
  ): Promise<RecurringOutcome<StartedCharge>> {
    if (!number || !data || !browser) return Promise.resolve({ kind: 'unsendable', reason: 'the card is not at hand' });
    const body = {
      ...{ paymentMethodType: 'CARD' as const, merchantRequestId, orderId: bankOrderId },
      ...{ browserInfo: browserOf(browser), desiredThreeDSMode: THREE_DS_MODES[threeDs], resultRedirectUrl: returnUrl },
      encryptedCardNumber: number.reveal() as CardJwe,
      encryptedCardData: data.reveal() as CardJwe,
    };
    return this.send(call, 'recurring.payment.initial', body, startedFacts);
  }

  override force(
    call: RecurringCall,
    { merchantRequestId, scheduledId: scheduledPaymentId }: { merchantRequestId: string; scheduledId: string },
  ): Promise<RecurringOutcome<StartedCharge>> {
    return this.send(call, 'recurring.payment.force', { merchantRequestId, scheduledPaymentId }, startedFacts);
  }

  override readSchedule(
    call: RecurringCall,
    {
      bankOrderId,
      ...wanted
    }: { readonly bankOrderId: string } & ({ from: Date; to: Date } | { ids: readonly string[] }),
  ): Promise<RecurringReading<readonly ScheduledFacts[]>> {
    const time = 'executionAt' as const;
    const filters = [
      { field: 'orderId' as const, operator: 'EQUALS' as const, value: bankOrderId },
      ...('ids' in wanted
        ? [{ field: 'id' as const, operator: 'IN' as const, value: [...wanted.ids] }]
        : [
            { field: time, operator: 'GTE' as const, value: formatBankTime(wanted.from) },
            { field: time, operator: 'LTE' as const, value: formatBankTime(wanted.to) },
          ]),
    ];
    return this.ask(call, 'recurring.payments.search', { filters }, ({ payments }) => ({
      kind: 'found',
      answer: payments.filter(({ orderId }) => orderId === bankOrderId).map(scheduledFacts),
    }));
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

/** A page that redirects as soon as the result is known, and takes what the bank can charge again. */
const PAGE = {
  directType: 'REDIRECT' as const,
  hppPaymentMethods: ['CARD' as const, 'APPLE_PAY' as const, 'GOOGLE_PAY' as const],
  statusPageType: 'statusTimerPage' as const,
};

const startedFacts = ({
  operationId,
  status,
  redirect3dsUrl,
}: AnswerOf<'recurring.payment.initial'>): StartedCharge => ({
  ...{ operationId, status },
  redirectUrl: redirect3dsUrl ?? null,
});

type WireScheduled = AnswerOf<'recurring.payments.search'>['payments'][number];

const scheduledFacts = (payment: WireScheduled): ScheduledFacts => ({
  id: payment.id,
  bankOrderId: payment.orderId,
  number: payment.paymentNumber ?? null,
  version: payment.versionId ?? null,
  word: payment.status,
  amount: payment.coinAmount,
  executionAt: payment.executionAt ?? null,
  retryAt: payment.retryExecutionAt ?? null,
  retries: payment.retryNumber ?? 0,
});

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
