import { randomUUID } from 'node:crypto';
import { BankError } from '../protocol/bank-error.js';
import { addInKyiv } from '../protocol/bank-dates.js';
import { type Authorizer } from './authorizer.js';
import { type BankClock } from './bank-clock.js';
import { type Book } from './book.js';
import { type CardTokens } from './card-tokens.js';
import { DO_NOT_HONOUR, findCardByName } from './cards.js';
import { newBankId } from './ids.js';
import { type Ledger } from './ledger.js';
import { type PaymentService } from './means.js';
import { type Operation, type RecurringTrace } from './operation.js';
import { type Order } from './order.js';
import { type Plan, type Plans } from './plans.js';
import {
  type Agreement,
  type ScheduledPayment,
  type ScheduledStatus,
  type ScheduleSnapshot,
} from './scheduled-payment.js';
import { nextOf, termsOf, traceOf } from './schedule-terms.js';
import { type Settlement } from './settlement.js';
import { type Switches } from './switches.js';

const HOUR_MS = 3_600_000;
/** How far ahead a schedule is built when its plan has no end (section h.5). */
const HORIZON_MONTHS = 12;

const OPEN: readonly ScheduledStatus[] = ['WAITING', 'RETRY', 'READY_FOR_RETRY', 'PROCESSING', 'SENT'];
const FORCEABLE: readonly ScheduledStatus[] = ['SKIPPED_PAUSED', 'FAIL_WITHOUT_RETRY'];

const METHOD_TYPES: Readonly<Record<PaymentService, string>> = {
  CARD: 'CARD',
  TOKEN: 'TOKEN',
  APPLE_PAY: 'APPLE_PAY_DECRYPTED',
  GOOGLE_PAY: 'GOOGLE_PAY_DECRYPTED',
  ACCOUNT: 'CARD',
};

export interface ScheduleOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly ledger: Ledger;
  readonly plans: Plans;
  readonly settlement: Settlement;
  readonly authorizer: Authorizer;
  readonly tokens: CardTokens;
  readonly switches: Switches;
}

/** Who pays whom, when and again, on the bank's clock (section h.5). */
export class Schedule {
  private readonly agreements = new Map<string, Agreement>();
  private readonly payments = new Map<string, ScheduledPayment>();

  constructor(private readonly options: ScheduleOptions) {}

  /** The first payment's rule and trace. @throws BankError when the order is no open subscription, or has begun already */
  initialOf(order: Order | undefined): { readonly coinAmount: number; readonly recurring: RecurringTrace } {
    const { clock, plans } = this.options;
    const plan = plans.find(order?.subscription?.planId ?? '');
    if (!order || !plan) throw new BankError('b_hpp_order_not_found');
    const terms = plan.status === 'ACTIVE' ? termsOf(plan, clock.now(), 1) : undefined;
    if (!terms || order.status !== 'PENDING' || this.agreements.has(order.hppOrderId))
      throw new BankError('b_cannot_process_logic_transaction');
    const first: ScheduledPayment = {
      ...terms,
      id: randomUUID(),
      orderId: order.hppOrderId,
      planId: plan.planId,
      paymentNumber: 1,
      status: 'PROCESSING',
      executionAt: clock.now(),
    };
    this.payments.set(first.id, first);
    return { coinAmount: first.coinAmount, recurring: traceOf(first, plan, 'O', 'CARD') };
  }

  /** A subscription as its page shows it: with what its first payment costs. */
  priced(order: Order): Order {
    const plan = this.options.plans.find(order.subscription?.planId ?? '');
    const terms = plan && termsOf(plan, this.options.clock.now(), 1);
    return terms ? { ...order, coinAmount: terms.coinAmount } : order;
  }

  /** Charges what may be forced; it ends after the usual delay. @throws BankError */
  force(id: string, merchantRequestId: string, merchantId: string): Operation {
    const { book, clock } = this.options;
    const payment = this.payments.get(id);
    const order = payment && book.order(payment.orderId);
    if (!payment || order?.merchantId !== merchantId) throw new BankError('b_payment_not_found');
    if (!FORCEABLE.includes(payment.status)) throw new BankError('b_cannot_process_logic_transaction');
    const operation = this.opened(payment, merchantRequestId);
    clock.after(this.options.switches.get('finalDelayMs'), () => {
      this.finish(operation);
    });
    return operation;
  }

  /** Follows the end of every operation. */
  follow(operation: Operation): void {
    const payment = this.payments.get(operation.recurring?.scheduledPaymentId ?? '');
    if (!payment) return;
    if (operation.status === 'SUCCESS') this.succeed(payment, operation);
    else if (payment.paymentNumber === 1) this.set(payment, { status: 'INVALIDATED' });
    else this.retry(payment);
  }

  /** A plan changed: what waits is planned anew. */
  rebuild(plan: Plan): void {
    for (const agreement of this.agreements.values()) {
      if (agreement.planId !== plan.planId) continue;
      this.invalidate(agreement.orderId);
      if (plan.status === 'CANCELED') this.close(agreement.orderId, 'CANCELED');
      else this.extend(agreement);
    }
  }

  /** Nothing is charged any more; what was stays. */
  cancel(order: Order): void {
    this.invalidate(order.hppOrderId);
    this.close(order.hppOrderId, 'CANCELED');
  }

  of(planIds: readonly string[]): readonly ScheduledPayment[] {
    return [...this.payments.values()].filter(({ planId }) => planIds.includes(planId));
  }

  clear(): void {
    this.agreements.clear();
    this.payments.clear();
  }

  snapshot(): ScheduleSnapshot {
    return { agreements: [...this.agreements.values()], payments: [...this.payments.values()] };
  }

  load({ agreements, payments }: ScheduleSnapshot): void {
    for (const agreement of agreements) this.agreements.set(agreement.orderId, agreement);
    for (const payment of payments) {
      this.payments.set(payment.id, payment);
      if (payment.status === 'WAITING') this.await(payment, payment.executionAt);
      if (payment.status === 'RETRY') this.await(payment, payment.retryExecutionAt ?? payment.executionAt);
    }
  }

  private succeed(payment: ScheduledPayment, operation: Operation): void {
    const { book } = this.options;
    this.set(payment, { status: 'SUCCESS' });
    const { card, externalCardToken, service = 'CARD', hppOrderId = '' } = operation;
    if (payment.paymentNumber === 1 && card && externalCardToken !== undefined) {
      this.agreements.set(hppOrderId, {
        orderId: hppOrderId,
        planId: payment.planId,
        startedAt: operation.createdAt,
        card,
        externalCardToken,
        paymentMethodType: METHOD_TYPES[service],
      });
    }
    const agreement = this.agreements.get(payment.orderId);
    if (agreement && book.order(payment.orderId)?.status === 'PENDING') this.extend(agreement);
  }

  /** Up to the last retry; then it is given up (U21). */
  private retry(payment: ScheduledPayment): void {
    const { clock, switches } = this.options;
    const retryNumber = (payment.retryNumber ?? 0) + 1;
    if (retryNumber > switches.get('recurringRetries')) {
      this.set(payment, { status: 'FAIL_WITHOUT_RETRY' });
      this.closeIfDone(payment.orderId);
      return;
    }
    const retryExecutionAt = clock.now() + switches.get('recurringRetryHours') * HOUR_MS;
    const waiting = this.set(payment, { status: 'RETRY', retryNumber, retryExecutionAt });
    this.await(waiting, retryExecutionAt);
  }

  private await({ id }: ScheduledPayment, at: number): void {
    this.options.clock.at(at, () => {
      this.fallDue(id);
    });
  }

  private fallDue(id: string): void {
    const payment = this.payments.get(id);
    if (!payment || (payment.status !== 'WAITING' && payment.status !== 'RETRY')) return;
    const plan = this.options.plans.find(payment.planId);
    if (plan?.status === 'PAUSED') {
      this.set(payment, { status: 'SKIPPED_PAUSED' });
      this.extendOf(payment.orderId);
      return;
    }
    if (payment.status === 'RETRY') this.set(payment, { status: 'READY_FOR_RETRY' });
    this.finish(this.opened(payment, randomUUID()));
  }

  private opened(payment: ScheduledPayment, merchantRequestId: string): Operation {
    const { book, clock, plans, settlement, switches } = this.options;
    const agreement = this.agreements.get(payment.orderId);
    const order = book.order(payment.orderId);
    const plan = plans.find(payment.planId);
    if (!agreement || !order || !plan) throw new BankError('b_payment_not_found');
    const now = clock.now();
    const operation: Operation = {
      ecomOperationId: randomUUID(),
      operationId: newBankId(now),
      type: 'PURCHASE',
      status: 'PENDING',
      merchantId: order.merchantId,
      merchantRequestId,
      hppOrderId: order.hppOrderId,
      coinAmount: payment.coinAmount,
      createdAt: now,
      modifiedAt: now,
      card: agreement.card,
      externalCardToken: agreement.externalCardToken,
      recurring: traceOf(payment, plan, 'M', agreement.paymentMethodType),
      quietIfFailed: (payment.retryNumber ?? 0) < switches.get('recurringRetries'),
      notificationEncryption: order.notificationEncryption,
      signedBy: 'recurring',
    };
    settlement.open(operation);
    this.set(this.payments.get(payment.id) ?? payment, { status: 'SENT' });
    return operation;
  }

  private finish(operation: Operation): void {
    const { authorizer, tokens } = this.options;
    const usable = tokens.find(operation.externalCardToken ?? '')?.status === 'ACTIVE';
    authorizer.finish(operation, usable ? findCardByName(operation.card?.name).result : DO_NOT_HONOUR);
  }

  private extendOf(orderId: string): void {
    const agreement = this.agreements.get(orderId);
    if (agreement) this.extend(agreement);
  }

  /** Plans payments up to the plan's end, or a year ahead. */
  private extend({ orderId, planId, startedAt }: Agreement): void {
    const { clock, plans } = this.options;
    const plan = plans.find(planId);
    if (!plan) return;
    const until = addInKyiv(clock.now(), { months: HORIZON_MONTHS });
    const known = this.ofOrder(orderId).filter(({ status }) => status !== 'INVALIDATED');
    let number = Math.max(1, ...known.map(({ paymentNumber }) => paymentNumber));
    let at = known.find(({ paymentNumber }) => paymentNumber === number)?.executionAt ?? startedAt;
    if (number === 1) at = startedAt;
    for (;;) {
      number += 1;
      const next = nextOf(plan, at, number);
      if (!next || next.at > until) break;
      at = next.at;
      this.plan({ orderId, planId, paymentNumber: number, executionAt: at, ...next.terms });
    }
    this.closeIfDone(orderId);
  }

  private plan(wanted: Omit<ScheduledPayment, 'id' | 'status'>): void {
    const payment: ScheduledPayment = { ...wanted, id: randomUUID(), status: 'WAITING' };
    this.payments.set(payment.id, payment);
    this.await(payment, payment.executionAt);
  }

  private invalidate(orderId: string): void {
    for (const payment of this.ofOrder(orderId))
      if (payment.status === 'WAITING' || payment.status === 'RETRY') this.set(payment, { status: 'INVALIDATED' });
  }

  private closeIfDone(orderId: string): void {
    if (!this.ofOrder(orderId).some(({ status }) => OPEN.includes(status))) this.close(orderId, 'SUCCESS');
  }

  private close(orderId: string, status: 'SUCCESS' | 'CANCELED'): void {
    const { book } = this.options;
    const order = book.order(orderId);
    if (order?.status === 'PENDING') book.saveOrder({ ...order, status });
  }

  private ofOrder(orderId: string): readonly ScheduledPayment[] {
    return [...this.payments.values()].filter((payment) => payment.orderId === orderId);
  }

  private set(payment: ScheduledPayment, change: Partial<ScheduledPayment>): ScheduledPayment {
    const changed = { ...payment, ...change };
    this.payments.set(changed.id, changed);
    const { id, orderId, paymentNumber, status } = changed;
    this.options.ledger.append('recurring.changed', {
      scheduledPaymentId: id,
      hppOrderId: orderId,
      paymentNumber,
      status,
    });
    return changed;
  }
}
