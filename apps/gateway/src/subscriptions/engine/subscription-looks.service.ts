import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import { reach } from '../../failpoints/failpoint.js';
import { PaymentBank, type Readings } from '../../payments/bank/payment-bank.js';
import { RecurringBank, type RecurringCall } from '../../payments/bank/recurring-bank.js';
import { type BankOperationFacts } from '../../payments/domain/bank-facts.js';
import { declineOf } from '../../payments/domain/decline.js';
import { recordCharge } from '../../payments/engine/scheduled-charge.js';
import { PaymentRecords } from '../../payments/store/payment-records.js';
import { compareSchedules, isFinal, type Scheduled, scheduledWord } from '../domain/scheduled.js';
import {
  canMoveSubscription,
  nextLookIn,
  type SubscriptionStatus,
  subscriptionStatus,
} from '../domain/subscription.js';
import { PlanRepository } from '../store/plan.repository.js';
import { type ScheduledPaymentEntity, type SubscriptionEntity } from '../store/subscription.entity.js';
import { SubscriptionRepository } from '../store/subscription.repository.js';
import { eventOf } from './subscription-steps.js';

const DAY_MS = 24 * 3_600_000;
/** How far ahead the schedule is read: daily charges fill less than the hundred rows that an answer shows. */
const AHEAD_MS = 40 * DAY_MS;
/** How far back it is read; what is older and has not ended is asked for by its id. */
const BEHIND_MS = 30 * DAY_MS;
const OLDER_MOST = 50;

/** What the bank was read to say. Undefined: it could not be read. */
interface Read {
  readonly schedule: readonly Scheduled[] | undefined;
  readonly order: Extract<Readings['order'], { kind: 'found' }>['order'] | undefined;
}

/**
 * Makes a subscription equal to what the bank says of it: its charges become payments, its schedule is compared with ours. This
 * alone moves one that has begun. A callback only makes it sooner.
 */
@Injectable()
export class SubscriptionLooks {
  constructor(
    private readonly bank: RecurringBank,
    private readonly paymentBank: PaymentBank,
    private readonly subscriptions: SubscriptionRepository,
    private readonly plans: PlanRepository,
    private readonly records: PaymentRecords,
  ) {}

  async look(accountId: string, id: string): Promise<void> {
    const subscription = await this.subscriptions.find(accountId, id);
    const bankOrderId = subscription?.bankOrderId ?? undefined;
    if (!subscription || bankOrderId === undefined) return;
    const { bankMerchantId } = subscription;
    const known = await this.subscriptions.scheduled(accountId, id);
    const schedule = await this.readSchedule({ accountId, bankMerchantId }, bankOrderId, known);
    const order = await this.paymentBank.read(accountId, { by: 'order', id: bankOrderId });
    reach('subscription.read');
    await this.records.transaction((tx) =>
      this.record(tx, subscription, {
        schedule,
        order: order.kind === 'found' ? order.order : undefined,
      }),
    );
    reach('subscription.recorded');
  }

  /** What is due lately or soon, and whatever is older and has not ended. @returns undefined where it could not be read */
  private async readSchedule(
    call: RecurringCall,
    bankOrderId: string,
    known: readonly ScheduledPaymentEntity[],
  ): Promise<readonly Scheduled[] | undefined> {
    const from = new Date(Date.now() - BEHIND_MS);
    const older = known.filter((row) => isOpen(row) && row.executionAt !== null && row.executionAt < from);
    const ids = older.slice(0, OLDER_MOST).map(({ id }) => id);
    const to = new Date(Date.now() + AHEAD_MS);
    const recent = await this.bank.readSchedule(call, { bankOrderId, from, to });
    if (recent.kind !== 'found') return undefined;
    if (ids.length === 0) return recent.answer;
    const rest = await this.bank.readSchedule(call, { bankOrderId, ids });
    return rest.kind === 'found' ? [...recent.answer, ...rest.answer] : undefined;
  }

  private async record(
    tx: Transaction,
    { merchantAccountId: accountId, id }: SubscriptionEntity,
    read: Read,
  ): Promise<void> {
    const subscription = await this.subscriptions.lock(tx, accountId, id);
    if (!subscription) return;
    const hasMoved = await this.keep(tx, subscription, read);
    const to = standingOf(subscription, read);
    const isMove = to !== undefined && canMoveSubscription(subscription.status, to);
    if (isMove) await this.move(tx, subscription, to, read);
    const now = await this.subscriptions.scheduled(accountId, id, tx);
    const looks = hasMoved || isMove ? 0 : subscription.looks;
    const isUnderWay = !read.schedule || now.some(awaitsWord);
    const outlook = { status: isMove ? to : subscription.status, looks, isUnderWay, untilNextSeconds: untilNext(now) };
    await this.subscriptions.looked(tx, subscription, { looks, inSeconds: nextLookIn(outlook) });
  }

  /** Writes what the schedule shows, and what follows of it. @returns whether anything was new */
  private async keep(tx: Transaction, subscription: SubscriptionEntity, { schedule, order }: Read): Promise<boolean> {
    if (!schedule) return false;
    const before = await this.subscriptions.scheduled(subscription.merchantAccountId, subscription.id, tx);
    const isNew = await this.subscriptions.keepScheduled(tx, subscription, schedule);
    for (const one of schedule) await this.adopt(tx, subscription, one, order?.operations ?? []);
    await this.compare(tx, subscription, { before, order, schedule });
    return isNew;
  }

  private move(tx: Transaction, row: SubscriptionEntity, status: SubscriptionStatus, { order }: Read): Promise<void> {
    const failureCode = status === 'requires_confirmation' ? failureIn(order?.operations) : null;
    return this.subscriptions.change(tx, row, { status, redirectUrl: null, failureCode }, eventOf(status));
  }

  /** What the bank has tried to charge is a payment, once. */
  private async adopt(
    tx: Transaction,
    subscription: SubscriptionEntity,
    scheduled: Scheduled,
    operations: readonly BankOperationFacts[],
  ): Promise<void> {
    const movements = operations.filter(({ scheduledPaymentId }) => scheduledPaymentId === scheduled.id);
    const isPaid = movements.some(({ status }) => status === 'SUCCESS');
    const says = scheduledWord(scheduled.word).charge ?? (isPaid ? 'processing' : null);
    const isFirstTry = scheduled.number === 1 && scheduled.word !== 'SUCCESS' && !isPaid;
    if (says === null || isFirstTry) return; // a first charge that fails begins nothing, and leaves no payment
    const { merchantAccountId, id, bankOrderId, bankMerchantId, livemode } = subscription;
    const { reference, description, metadata, customerDigest } = subscription;
    const owner = {
      ...{ accountId: merchantAccountId, subscriptionId: id, bankOrderId: bankOrderId ?? '', bankMerchantId, livemode },
      ...{ reference, description, metadata, customerDigest },
    };
    const { paymentId, proven } = await recordCharge(tx, this.records, {
      owner,
      charge: { scheduledId: scheduled.id, amount: scheduled.amount, says, word: scheduled.word, movements },
    });
    await this.subscriptions.adopted(tx, subscription, { id: scheduled.id, paymentId, proven });
  }

  private async compare(
    tx: Transaction,
    subscription: SubscriptionEntity,
    { before, schedule, order }: Read & { before: readonly ScheduledPaymentEntity[]; schedule: readonly Scheduled[] },
  ): Promise<void> {
    const { merchantAccountId: accountId, planId } = subscription;
    const plan = await this.plans.find(accountId, planId, tx);
    const found = compareSchedules({
      ours: before,
      theirs: schedule,
      charges: order?.operations
        .filter(({ type }) => type !== 'REFUND')
        .map(({ scheduledPaymentId = '', status }) => ({ scheduledId: scheduledPaymentId, status })),
      costOf: (version, number) =>
        plan?.versions
          .find((one) => one.number === version)
          ?.rules.find(({ fromNumber, toNumber }) => fromNumber <= number && number <= toNumber)?.amount,
      isPaused: plan?.plan.status === 'paused',
      now: new Date(),
    });
    const added = await this.subscriptions.keepDifferences(tx, subscription, found);
    if (added > 0) await this.subscriptions.change(tx, subscription, {}, 'subscription.schedule_differs');
  }
}

/** What the bank calls an order. */
const OF_ORDER: Readonly<Record<string, SubscriptionStatus>> = {
  CANCELED: 'canceled',
  CANCELLED: 'canceled',
  SUCCESS: 'completed',
};

/** @returns undefined where it stays as it is */
function standingOf(row: SubscriptionEntity, { schedule, order }: Read): SubscriptionStatus | undefined {
  const first = (schedule ?? []).filter(({ number }) => number === 1).map(({ word }) => word);
  const hasBegun = first.includes('SUCCESS');
  const ofOrder = endOf(order, hasBegun);
  if (ofOrder) return ofOrder;
  const mayBegin = subscriptionStatus(row.status).starting || row.status === 'failed';
  if (!mayBegin || hasBegun) return mayBegin ? 'active' : undefined;
  return hasFailed(row, first) ? 'requires_confirmation' : undefined;
}

const endOf = (order: Read['order'], hasBegun: boolean): SubscriptionStatus | undefined =>
  order?.status === 'FAIL' && !hasBegun ? 'failed' : order && OF_ORDER[order.status];

/** The card in the merchant's page came to nothing, and another may be tried. */
const hasFailed = ({ method, status }: SubscriptionEntity, first: readonly string[]): boolean =>
  method === 'card' &&
  status !== 'requires_confirmation' &&
  first.length > 0 &&
  !first.some((word) => scheduledWord(word).charge === 'processing');

/** Something may still become of it. */
const isOpen = ({ word, proven }: ScheduledPaymentEntity): boolean => !isFinal(word) || (word === 'SUCCESS' && !proven);

/** The bank is late with it. */
const isOverdue = ({ word, executionAt }: ScheduledPaymentEntity): boolean =>
  word === 'WAITING' && executionAt !== null && executionAt.getTime() < Date.now();

/** The bank is late with it, or something is under way. */
const awaitsWord = (row: ScheduledPaymentEntity): boolean =>
  isOverdue(row) || (isOpen(row) && !['WAITING', 'PAUSED'].includes(row.word));

/** Why the last try came to nothing. */
function failureIn(operations: readonly BankOperationFacts[] = []): string {
  const failed = operations.findLast(({ status }) => status !== 'SUCCESS');
  return failed ? declineOf(failed).code : 'card_declined';
}

function untilNext(known: readonly ScheduledPaymentEntity[]): number | null {
  const times = known.flatMap(({ word, executionAt, retryAt }) => {
    const at = retryAt ?? executionAt;
    return at !== null && ['WAITING', 'RETRY'].includes(word) ? [at.getTime()] : [];
  });
  return times.length > 0 ? Math.max(0, (Math.min(...times) - Date.now()) / 1_000) : null;
}
