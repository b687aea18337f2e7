import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import { type EventType } from '../../outbox/event-types.js';
import { type CardSecrets, PaymentBank } from '../../payments/bank/payment-bank.js';
import {
  RecurringBank,
  type RecurringOutcome,
  type RecurringReading,
  type StartedCharge,
  type SubscriptionFacts,
} from '../../payments/bank/recurring-bank.js';
import { type ThreeDs } from '../../payments/domain/page.js';
import { canMoveSubscription, type SubscriptionStatus } from '../domain/subscription.js';
import { type SubscriptionStep } from '../domain/recurring-step.js';
import { type RecurringRequestEntity } from '../store/recurring-request.entity.js';
import { type SubscriptionEntity } from '../store/subscription.entity.js';
import { SubscriptionRepository } from '../store/subscription.repository.js';
import { handler, type RecurringHandler, type Sending } from './recurring-handler.js';
import { SubscriptionVault } from './subscription-vault.js';

export interface SubscriptionInput {
  readonly bankPlanId: string;
}
export interface OrderInput {
  readonly bankOrderId: string;
}
export interface FirstChargeInput extends OrderInput {
  readonly threeDs: ThreeDs;
}
export interface ForcedChargeInput {
  readonly scheduledId: string;
}

/** What the bank calls an order that is over. */
const CANCELED = ['CANCELED', 'CANCELLED', 'SUCCESS'];
/** Of whichever step it is; each reads what was written for it. */
const inputOf = ({ input }: RecurringRequestEntity): SubscriptionInput & FirstChargeInput & ForcedChargeInput =>
  input as unknown as SubscriptionInput & FirstChargeInput & ForcedChargeInput;

/** How a subscription is begun, charged and ended at the bank. */
@Injectable()
export class SubscriptionSteps {
  readonly table: Readonly<Record<SubscriptionStep, RecurringHandler>> = {
    subscription_create: handler<SubscriptionFacts>({
      send: (sending) => this.create(sending),
      ask: () => Promise.resolve({ kind: 'not_found' }), // the bank has no question for it: the same again charges nobody
      anotherId: ({ merchantRequestId }) => uuidAfter(merchantRequestId ?? ''),
      done: async (tx, request, { bankOrderId, redirectUrl }) => {
        const subscription = await this.lock(tx, request);
        const to = subscription.method === 'card' ? 'requires_confirmation' : 'requires_action';
        await this.move(tx, subscription, { to, bankOrderId, redirectUrl });
      },
      refused: async (tx, request, failureCode) => {
        await this.move(tx, await this.lock(tx, request), { to: 'failed', failureCode });
      },
    }),
    subscription_cancel: handler<{ readonly status: string }>({
      send: ({ request, window }) =>
        this.bank.cancelSubscription({ ...callOf(request), window }, inputOf(request).bankOrderId),
      ask: (request) => this.askCanceled(request),
      done: async (tx, request) => {
        const subscription = await this.lock(tx, request);
        await this.move(tx, subscription, { to: 'canceled', redirectUrl: null });
      },
      refused: () => Promise.resolve(),
    }),
    first_charge: handler<StartedCharge>({
      send: (sending) => this.chargeFirst(sending),
      ask: (request) => this.askStarted(request),
      done: (tx, request, started) => this.started(tx, request, started),
      refused: async (tx, request, failureCode) => {
        await this.move(tx, await this.lock(tx, request), {
          to: 'requires_confirmation',
          failureCode,
          redirectUrl: null,
        });
      },
    }),
    forced_charge: handler<StartedCharge>({
      send: ({ request, window }) => {
        const { scheduledId } = inputOf(request);
        const merchantRequestId = request.merchantRequestId ?? '';
        return this.bank.force({ ...callOf(request), window }, { merchantRequestId, scheduledId });
      },
      ask: (request) => this.askStarted(request),
      done: async (tx, request) => {
        await this.subscriptions.setWord(tx, request.merchantAccountId, inputOf(request).scheduledId, 'SENT');
        await this.subscriptions.change(tx, await this.lock(tx, request), {});
      },
      refused: () => Promise.resolve(),
    }),
  };

  constructor(
    private readonly bank: RecurringBank,
    private readonly paymentBank: PaymentBank,
    private readonly subscriptions: SubscriptionRepository,
    private readonly vault: SubscriptionVault,
  ) {}

  private async create({ request, window }: Sending): Promise<RecurringOutcome<SubscriptionFacts>> {
    const { merchantRequestId } = request;
    const subscription = await this.read(request);
    const { method, description } = subscription;
    const { callbackUrl, returnUrl } = await this.vault.addresses(subscription);
    const outcome = await this.bank.createSubscription(
      { ...callOf(request), window },
      {
        ...{
          merchantRequestId: merchantRequestId ?? '',
          bankPlanId: inputOf(request).bankPlanId,
          description,
        },
        customer: await this.vault.open(subscription),
        callbackUrl,
        returnUrl: method === 'hosted_page' ? returnUrl : null,
      },
    );
    if (outcome.kind !== 'done') return outcome;
    const { merchantRequestId: repeated, redirectUrl } = outcome.answer;
    const isOurs = repeated === undefined || repeated === merchantRequestId;
    const hasPage = method === 'card' || (redirectUrl !== null && /^https?:\/\//u.test(redirectUrl));
    return isOurs && hasPage
      ? outcome
      : { kind: 'unknown', reason: 'the answer is not to our request, or has no usable link' };
  }

  private async chargeFirst({ request, window, secrets }: Sending): Promise<RecurringOutcome<StartedCharge>> {
    const card = secrets as CardSecrets | undefined;
    if (!card) return { kind: 'unknown', reason: 'the card is not at hand any more' };
    const { bankOrderId, threeDs } = inputOf(request);
    const { returnUrl } = await this.vault.addresses(await this.read(request));
    const merchantRequestId = request.merchantRequestId ?? '';
    return this.bank.chargeFirst(
      { ...callOf(request), window },
      { merchantRequestId, bankOrderId, threeDs, returnUrl },
      card,
    );
  }

  /** Where the bank stands after the first charge was begun; what was taken is proven by a look. */
  private async started(
    tx: Transaction,
    request: RecurringRequestEntity,
    { redirectUrl }: StartedCharge,
  ): Promise<void> {
    const subscription = await this.lock(tx, request);
    const to = redirectUrl === null ? 'processing' : 'requires_action';
    await this.move(tx, subscription, { to, redirectUrl, failureCode: null });
  }

  /** By our id of the request: what is not there has charged nobody yet. */
  private async askStarted(request: RecurringRequestEntity): Promise<RecurringReading<StartedCharge>> {
    const question = { by: 'request_id' as const, id: request.merchantRequestId ?? '' };
    const read = await this.paymentBank.read(request.merchantAccountId, question);
    if (read.kind !== 'found') return read;
    const { operationId = '', status, threeDsUrl } = read.facts;
    return { kind: 'found', answer: { operationId, status, redirectUrl: threeDsUrl ?? null } };
  }

  private async askCanceled(request: RecurringRequestEntity): Promise<RecurringReading<{ readonly status: string }>> {
    const question = { by: 'order' as const, id: inputOf(request).bankOrderId };
    const read = await this.paymentBank.read(request.merchantAccountId, question);
    if (read.kind === 'found')
      return CANCELED.includes(read.order.status)
        ? { kind: 'found', answer: { status: read.order.status } }
        : { kind: 'not_found' };
    return read.kind === 'unknown' ? read : { kind: 'unknown', reason: 'the bank does not show the order' };
  }

  private async move(
    tx: Transaction,
    subscription: SubscriptionEntity,
    {
      to,
      ...change
    }: { to: SubscriptionStatus; bankOrderId?: string; redirectUrl?: string | null; failureCode?: string | null },
  ): Promise<void> {
    const moves = canMoveSubscription(subscription.status, to);
    const told: EventType | undefined = moves ? eventOf(to) : undefined;
    await this.subscriptions.change(tx, subscription, { ...change, ...(moves ? { status: to } : {}) }, told);
  }

  private async read({ merchantAccountId, subjectId }: RecurringRequestEntity): Promise<SubscriptionEntity> {
    return (await this.subscriptions.find(merchantAccountId, subjectId)) ?? gone(subjectId);
  }

  private async lock(
    tx: Transaction,
    { merchantAccountId, subjectId }: RecurringRequestEntity,
  ): Promise<SubscriptionEntity> {
    return (await this.subscriptions.lock(tx, merchantAccountId, subjectId)) ?? gone(subjectId);
  }
}

/** What whoever listens is told when a subscription gets there. */
export const eventOf = (to: SubscriptionStatus): EventType | undefined =>
  to === 'created' ? undefined : `subscription.${to}`;

function gone(id: string): never {
  throw new Error(`subscription ${id} does not exist`);
}

const callOf = ({ merchantAccountId: accountId, bankMerchantId }: RecurringRequestEntity) => ({
  accountId,
  bankMerchantId,
});

/** The next id in the place of one whose order nobody has the link of: the same after a crash. */
function uuidAfter(id: string): string {
  const hex = createHash('sha256').update(`after\n${id}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
