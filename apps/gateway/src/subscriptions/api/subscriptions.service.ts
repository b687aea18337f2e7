import { Injectable } from '@nestjs/common';
import { type KeyOwner } from '../../accounts/api-key.guard.js';
import { SecretText } from '../../accounts/secret-text.js';
import { newId } from '../../database/id.js';
import { type Transaction } from '../../database/transaction.js';
import { pageOf, placeIn, writeCursor } from '../../http/paging.js';
import { customerDigestOf } from '../../payments/api/customer-digest.js';
import { customerForBank } from '../../payments/bank/customer.js';
import { type CardSecrets } from '../../payments/bank/payment-bank.js';
import { PaymentError } from '../../payments/domain/payment-error.js';
import { type Answer, fingerprintOf } from '../../payments/engine/idempotency.service.js';
import { merchantRequestIdOf } from '../../payments/engine/merchant-request-id.js';
import { isOpen, type SubscriptionStep } from '../domain/recurring-step.js';
import { scheduledWord } from '../domain/scheduled.js';
import { subscriptionStatus } from '../domain/subscription.js';
import { RecurringAccounts } from '../engine/recurring-accounts.js';
import { RecurringRequests } from '../engine/recurring-requests.service.js';
import { SubscriptionVault } from '../engine/subscription-vault.js';
import { PlanRepository } from '../store/plan.repository.js';
import { type RecurringRequestEntity } from '../store/recurring-request.entity.js';
import { type SubscriptionEntity } from '../store/subscription.entity.js';
import { SubscriptionRepository } from '../store/subscription.repository.js';
import { SubscriptionError } from '../subscription-error.js';
import {
  type ConfirmSubscription,
  type CreateSubscription,
  type ListSubscriptions,
  type ScheduledPaymentList,
  type SubscriptionPage,
  type SubscriptionView,
} from './subscription.dto.js';
import { viewScheduled, viewSubscription } from './subscription-view.js';

interface Asked {
  readonly caller: KeyOwner;
  readonly key: string;
}

/** What is asked of a subscription that there is. */
interface Change {
  readonly id: string;
  readonly route: string;
  readonly step: SubscriptionStep;
  readonly secrets?: CardSecrets;
  /** Checks that it can be, under the lock, and says what is sent. */
  readonly input: (tx: Transaction, row: SubscriptionEntity, bankOrderId: string) => Promise<object> | object;
}

/** Subscriptions, as the API shows and changes them. */
@Injectable()
export class SubscriptionsService {
  constructor(
    private readonly accounts: RecurringAccounts,
    private readonly plans: PlanRepository,
    private readonly subscriptions: SubscriptionRepository,
    private readonly requests: RecurringRequests,
    private readonly vault: SubscriptionVault,
  ) {}

  /** 201 with the page of the bank, or 202 while nobody knows. @throws SubscriptionError */
  async create({ caller: { accountId, livemode }, key }: Asked, body: CreateSubscription): Promise<Answer> {
    const account = await this.accounts.able(accountId);
    const { planId, customer: given, paymentMethod, returnUrl, reference = null, description = null, metadata } = body;
    const [id, requestId] = [newId('sub'), newId('rr')];
    const customer = customerForBank(given);
    const customerSealed = await this.vault.seal(accountId, id, customer);
    const customerDigest = customerDigestOf(account.secret, customer.id);
    return this.requests.run({
      ...{ accountId, key, requestId },
      fingerprint: fingerprintOf(account.secret, 'POST /v1/subscriptions', body),
      open: async (tx) => {
        const plan = await this.plans.lock(tx, accountId, planId);
        if (!plan) throw new SubscriptionError('PLAN_NOT_FOUND', `there is no plan ${planId}`);
        const { status, bankPlanId, bankMerchantId } = plan;
        if (status !== 'active' || bankPlanId === null)
          throw new SubscriptionError('PLAN_NOT_ACTIVE', `the plan is ${status}`);
        await this.subscriptions.add(tx, {
          ...{
            merchantAccountId: accountId,
            id,
            planId,
            method: paymentMethod.type,
            livemode,
            customerSealed,
            customerDigest,
          },
          ...{ reference, description, returnUrl, metadata, bankMerchantId },
        });
        const merchantRequestId = merchantRequestIdOf(account.secret, 'subscription', key);
        const input = { bankPlanId };
        return {
          ...{ accountId, id: requestId, subjectId: id, bankMerchantId, merchantRequestId, input },
          step: 'subscription_create',
        };
      },
      render: (tx, request) => this.render(tx, request, 201),
    });
  }

  /** The first charge, with the card in the merchant's page. @throws SubscriptionError */
  confirm(
    asked: Asked,
    id: string,
    { encryptedNumber, encryptedData, browser, threeDs }: ConfirmSubscription,
  ): Promise<Answer> {
    return this.change(asked, {
      ...{ id, route: `POST /v1/subscriptions/${id}/confirm`, step: 'first_charge' },
      secrets: { number: SecretText.of(encryptedNumber), data: SecretText.of(encryptedData), browser },
      input: (_tx, { status }, bankOrderId) => {
        if (status !== 'requires_confirmation') throw notNow(`a subscription that is ${status} awaits no card`);
        return { bankOrderId, threeDs };
      },
    });
  }

  /** What is planned is not charged any more. @throws SubscriptionError */
  cancel(asked: Asked, id: string): Promise<Answer> {
    return this.change(asked, {
      ...{ id, route: `POST /v1/subscriptions/${id}/cancel`, step: 'subscription_cancel' },
      input: (_tx, { status }, bankOrderId) => {
        if (!subscriptionStatus(status).cancelable) throw notNow(`a subscription that is ${status} cannot be canceled`);
        return { bankOrderId };
      },
    });
  }

  /** A charge that was skipped or given up is made now, once. @throws SubscriptionError */
  charge(asked: Asked, id: string, scheduledId: string): Promise<Answer> {
    return this.change(asked, {
      ...{ id, route: `POST /v1/subscriptions/${id}/scheduled-payments/${scheduledId}/charge`, step: 'forced_charge' },
      input: async (tx, { merchantAccountId }) => {
        const row = await this.subscriptions.lockScheduled(tx, merchantAccountId, scheduledId);
        if (row?.subscriptionId !== id)
          throw new SubscriptionError(
            'SCHEDULED_PAYMENT_NOT_FOUND',
            `there is no scheduled payment ${scheduledId} of ${id}`,
          );
        if (!scheduledWord(row.word).chargeable)
          throw new SubscriptionError('SCHEDULED_PAYMENT_NOT_CHARGEABLE', `it is ${scheduledWord(row.word).shownAs}`);
        return { scheduledId };
      },
    });
  }

  /** @throws SubscriptionError `SUBSCRIPTION_NOT_FOUND` */
  async get(accountId: string, id: string): Promise<SubscriptionView> {
    const row = (await this.subscriptions.find(accountId, id)) ?? noSubscription(id);
    return viewSubscription(row, (await this.requests.latestOf(accountId, [id])).get(id));
  }

  /** In the order in which they fall due. @throws SubscriptionError `SUBSCRIPTION_NOT_FOUND` */
  async scheduled(accountId: string, id: string): Promise<ScheduledPaymentList> {
    if (!(await this.subscriptions.find(accountId, id))) noSubscription(id);
    return { data: (await this.subscriptions.scheduled(accountId, id)).map(viewScheduled) };
  }

  /** Newest first. @throws PaymentError `CURSOR_INVALID` */
  async list(
    accountId: string,
    { limit, cursor, status, planId, customerId }: ListSubscriptions,
  ): Promise<SubscriptionPage> {
    const before = cursor === undefined ? undefined : placeIn(cursor, SUBSCRIPTION_ID);
    if (cursor !== undefined && before === undefined)
      throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
    const { secret } = await this.accounts.open(accountId);
    const customerDigest = customerId === undefined ? undefined : customerDigestOf(secret, customerId);
    const found = await this.subscriptions.list(accountId, {
      limit: limit + 1,
      before,
      status,
      planId,
      customerDigest,
    });
    const { rows, last } = pageOf(found, limit);
    const requests = await this.requests.latestOf(
      accountId,
      rows.map(({ id }) => id),
    );
    return {
      data: rows.map((row) => viewSubscription(row, requests.get(row.id))),
      nextCursor: last ? writeCursor(last.id) : null,
    };
  }

  private async change(
    { caller: { accountId }, key }: Asked,
    { id, route, step, secrets, input }: Change,
  ): Promise<Answer> {
    if (!(await this.subscriptions.find(accountId, id))) noSubscription(id);
    const { secret } = await this.accounts.able(accountId);
    const requestId = newId('rr');
    return this.requests.run({
      ...{ accountId, key, requestId, secrets, fingerprint: fingerprintOf(secret, route, {}) }, // card data is encrypted anew each time
      open: async (tx) => {
        const row = (await this.subscriptions.lock(tx, accountId, id)) ?? noSubscription(id);
        const { bankOrderId, bankMerchantId } = row;
        if (bankOrderId === null) throw notNow('the bank has not said yet that it has the subscription');
        const says = await input(tx, row, bankOrderId);
        const merchantRequestId =
          step === 'subscription_cancel' ? undefined : merchantRequestIdOf(secret, step, id, key);
        return { accountId, id: requestId, subjectId: id, step, bankMerchantId, merchantRequestId, input: says };
      },
      render: (tx, request) => this.render(tx, request, 200),
    });
  }

  private async render(tx: Transaction, request: RecurringRequestEntity, statusCode: number) {
    const { merchantAccountId, subjectId, status } = request;
    const row = (await this.subscriptions.find(merchantAccountId, subjectId, tx)) ?? noSubscription(subjectId);
    return { statusCode: isOpen(status) ? 202 : statusCode, view: viewSubscription(row, request) };
  }
}

const SUBSCRIPTION_ID = /^sub_[0-9a-f]{32}$/u;

const notNow = (why: string): SubscriptionError => new SubscriptionError('SUBSCRIPTION_NOT_CHANGEABLE', why);

function noSubscription(id: string): never {
  throw new SubscriptionError('SUBSCRIPTION_NOT_FOUND', `there is no subscription ${id}`);
}
