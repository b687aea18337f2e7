import { Injectable } from '@nestjs/common';
import { type KeyOwner } from '../../accounts/api-key.guard.js';
import { newId } from '../../database/id.js';
import { type Transaction } from '../../database/transaction.js';
import { pageOf, placeIn, writeCursor } from '../../http/paging.js';
import { PaymentError } from '../../payments/domain/payment-error.js';
import { type Answer, fingerprintOf } from '../../payments/engine/idempotency.service.js';
import { type PlanStatus } from '../domain/plan.js';
import { isOpen, type RecurringStep } from '../domain/recurring-step.js';
import { type AddVersionInput, type PlanChangeInput, type PlanInput, type VersionInput } from '../engine/plan-steps.js';
import { RecurringAccounts } from '../engine/recurring-accounts.js';
import { RecurringRequests } from '../engine/recurring-requests.service.js';
import { PlanRepository } from '../store/plan.repository.js';
import { type RecurringRequestEntity } from '../store/recurring-request.entity.js';
import { SubscriptionError } from '../subscription-error.js';
import { type AddPlanVersion, type CreatePlan, type ListPlans, type PlanPage, type PlanView } from './plan.dto.js';
import { viewPlan } from './plan-view.js';

/** What can be asked of a plan that there is, and in which status. */
export const PLAN_ACTIONS = {
  pause: { step: 'plan_pause', from: ['active'] },
  resume: { step: 'plan_resume', from: ['paused'] },
  archive: { step: 'plan_archive', from: ['active', 'paused'] },
} as const satisfies Record<string, { readonly step: RecurringStep; readonly from: readonly PlanStatus[] }>;
export type PlanAction = keyof typeof PLAN_ACTIONS;

interface Asked {
  readonly caller: KeyOwner;
  readonly key: string;
}

/** Plans, as the API shows and changes them. */
@Injectable()
export class PlansService {
  constructor(
    private readonly accounts: RecurringAccounts,
    private readonly plans: PlanRepository,
    private readonly requests: RecurringRequests,
  ) {}

  /** 201 as the bank has it, or 202 while nobody knows. @throws SubscriptionError `RECURRING_UNAVAILABLE` */
  async create({ caller: { accountId, livemode }, key }: Asked, body: CreatePlan): Promise<Answer> {
    const account = await this.accounts.able(accountId);
    const { name, description = null, category, metadata } = body;
    const [id, requestId] = [newId('plan'), newId('rr')];
    const input: PlanInput = { name, description, category, ...versionInput(body) };
    return this.requests.run({
      ...{ accountId, key, requestId },
      fingerprint: fingerprintOf(account.secret, 'POST /v1/plans', body),
      open: async (tx) => {
        const bankMerchantId = account.bankMerchantId;
        const row = {
          merchantAccountId: accountId,
          id,
          livemode,
          name,
          description,
          category,
          bankMerchantId,
          metadata,
        };
        await this.plans.add(tx, row);
        return { ...{ accountId, id: requestId, subjectId: id, bankMerchantId, input }, step: 'plan_create' };
      },
      render: (tx, request) => this.render(tx, request, 201),
    });
  }

  /** @throws SubscriptionError `PLAN_NOT_FOUND` | `PLAN_NOT_CHANGEABLE` | `RECURRING_REQUEST_OPEN` */
  async addVersion(asked: Asked, id: string, body: AddPlanVersion): Promise<Answer> {
    return this.change(asked, {
      id,
      body,
      route: `POST /v1/plans/${id}/versions`,
      step: 'plan_version',
      from: ['active', 'paused'],
    });
  }

  /** @throws SubscriptionError `PLAN_NOT_FOUND` | `PLAN_NOT_CHANGEABLE` | `RECURRING_REQUEST_OPEN` */
  async act(asked: Asked, id: string, action: PlanAction): Promise<Answer> {
    return this.change(asked, { id, route: `POST /v1/plans/${id}/${action}`, ...PLAN_ACTIONS[action] });
  }

  /** @throws SubscriptionError `PLAN_NOT_FOUND` */
  async get(accountId: string, id: string): Promise<PlanView> {
    const found = (await this.plans.find(accountId, id)) ?? noPlan(id);
    const requests = await this.requests.latestOf(accountId, [id]);
    return viewPlan(found, requests.get(id));
  }

  /** Newest first. @throws PaymentError `CURSOR_INVALID` */
  async list(accountId: string, { limit, cursor, status }: ListPlans): Promise<PlanPage> {
    const before = cursor === undefined ? undefined : placeIn(cursor, PLAN_ID);
    if (cursor !== undefined && before === undefined)
      throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
    const { rows, last } = pageOf(await this.plans.list(accountId, { limit: limit + 1, before, status }), limit);
    const requests = await this.requests.latestOf(
      accountId,
      rows.map(({ plan }) => plan.id),
    );
    return {
      data: rows.map((row) => viewPlan(row, requests.get(row.plan.id))),
      nextCursor: last ? writeCursor(last.plan.id) : null,
    };
  }

  private async change(
    { caller: { accountId }, key }: Asked,
    asked: {
      readonly id: string;
      readonly route: string;
      readonly step: RecurringStep;
      readonly from: readonly PlanStatus[];
      readonly body?: AddPlanVersion;
    },
  ): Promise<Answer> {
    const { id, route, step, from, body } = asked;
    if (!(await this.plans.find(accountId, id))) noPlan(id);
    const { secret } = await this.accounts.able(accountId);
    const requestId = newId('rr');
    return this.requests.run({
      ...{ accountId, key, requestId, fingerprint: fingerprintOf(secret, route, body ?? {}) },
      open: async (tx) => {
        const plan = await this.plans.lock(tx, accountId, id);
        if (!plan) noPlan(id);
        const { status, bankPlanId, bankMerchantId } = plan;
        if (bankPlanId === null || !from.includes(status))
          throw new SubscriptionError('PLAN_NOT_CHANGEABLE', `a plan that is ${status} cannot be changed like that`);
        const input = body ? await this.versionInputAfter(tx, { accountId, id, bankPlanId }, body) : { bankPlanId };
        return { accountId, id: requestId, subjectId: id, step, bankMerchantId, input };
      },
      render: (tx, request) => this.render(tx, request, 200),
    });
  }

  private async versionInputAfter(
    tx: Transaction,
    { accountId, id, bankPlanId }: PlanChangeInput & { readonly accountId: string; readonly id: string },
    body: AddPlanVersion,
  ): Promise<AddVersionInput> {
    const known = await this.plans.find(accountId, id, tx);
    const after = Math.max(0, ...(known?.versions ?? []).map(({ number }) => number));
    return { bankPlanId, after, ...versionInput(body) };
  }

  private async render(tx: Transaction, request: RecurringRequestEntity, statusCode: number) {
    const { merchantAccountId, subjectId, status } = request;
    const found = (await this.plans.find(merchantAccountId, subjectId, tx)) ?? noPlan(subjectId);
    return { statusCode: isOpen(status) ? 202 : statusCode, view: viewPlan(found, request) };
  }
}

const PLAN_ID = /^plan_[0-9a-f]{32}$/u;

const versionInput = ({ rules, appliesFrom, appliesTo }: AddPlanVersion): VersionInput => ({
  rules,
  appliesFrom: appliesFrom?.toISOString() ?? null,
  appliesTo: appliesTo?.toISOString() ?? null,
});

function noPlan(id: string): never {
  throw new SubscriptionError('PLAN_NOT_FOUND', `there is no plan ${id}`);
}
