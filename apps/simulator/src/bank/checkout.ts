import { BankError } from '../protocol/bank-error.js';
import { type Authorizer } from './authorizer.js';
import { type BankClock } from './bank-clock.js';
import { type Book, type Challenge } from './book.js';
import { APPROVED } from './cards.js';
import { type Means, type PaymentService } from './means.js';
import { openAttempt, openInitial, openTransfer, type Operation } from './operation.js';
import { isExpired, isPayable, type Order } from './order.js';
import { type Schedule } from './schedule.js';
import { type Settlement } from './settlement.js';

export type PayOutcome =
  | { readonly kind: 'closed' }
  | { readonly kind: 'challenge'; readonly challengeId: string }
  | { readonly kind: 'finished'; readonly operation: Operation };

export type OtpOutcome = { readonly kind: 'wrong-code' } | PayOutcome;

export interface CheckoutOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly settlement: Settlement;
  readonly authorizer: Authorizer;
  readonly schedule: Schedule;
}

/** `paymentMethodType` of a subscription's first payment: the page gets the wallet's token as it is. */
const METHOD_TYPES: Readonly<Partial<Record<PaymentService, string>>> = {
  APPLE_PAY: 'APPLE_PAY_ENCRYPTED',
  GOOGLE_PAY: 'GOOGLE_PAY_ENCRYPTED',
};

/** What the payer does on the bank's pages. */
export class Checkout {
  constructor(private readonly options: CheckoutOptions) {}

  pay(order: Order, means: Means): PayOutcome {
    const { book, clock, settlement, authorizer } = this.options;
    const now = clock.now();
    if (!isPayable(order, now)) return { kind: 'closed' };
    const operation = this.attempt(order, means);
    if (!operation) return { kind: 'closed' };
    settlement.open(operation);
    const { result } = means.card;
    if (!means.asksByItself) return { kind: 'finished', operation: authorizer.finish(operation, result) };
    const opened = book.order(order.hppOrderId);
    if (opened && !order.subscription) book.saveOrder({ ...opened, status: 'REQUIRED_3DS' });
    return { kind: 'challenge', challengeId: authorizer.challenge(operation, result, order.expiresAt).id };
  }

  /** Undefined = a subscription that has begun already, or is over. */
  private attempt(order: Order, means: Means): Operation | undefined {
    const { clock, schedule } = this.options;
    const now = clock.now();
    if (!order.subscription) return openAttempt(order, means, now);
    try {
      const { coinAmount, recurring } = schedule.initialOf(order);
      const paymentMethodType = METHOD_TYPES[means.service] ?? recurring.paymentMethodType;
      return openInitial(order, means, { now, coinAmount, recurring: { ...recurring, paymentMethodType } });
    } catch (error) {
      if (error instanceof BankError) return undefined;
      throw error;
    }
  }

  /** A payer's bank sends the money of an A2A order. @param coinAmount kopiyky, another one only where the order lets it */
  transfer(order: Order, coinAmount = order.coinAmount): PayOutcome {
    const { clock, settlement, authorizer } = this.options;
    if (order.hppPayType !== 'A2A' || !isPayable(order, clock.now())) return { kind: 'closed' };
    const operation = openTransfer(order, order.editableAmount ? coinAmount : order.coinAmount, clock.now());
    settlement.open(operation);
    return { kind: 'finished', operation: authorizer.finish(operation, APPROVED) };
  }

  confirm(challenge: Challenge, otp: string): OtpOutcome {
    const outcome = this.options.authorizer.confirm(challenge, otp);
    if (outcome === 'wrong-code') return { kind: 'wrong-code' };
    return outcome ? { kind: 'finished', operation: outcome } : { kind: 'closed' };
  }

  reject(challenge: Challenge): PayOutcome {
    const operation = this.options.authorizer.reject(challenge);
    return operation ? { kind: 'finished', operation } : { kind: 'closed' };
  }

  /** True when the order was still open. A cancelled order has no operation, and by default no callback (U9). */
  cancel(order: Order): boolean {
    const { book, clock, settlement } = this.options;
    if (order.status !== 'PENDING' || isExpired(order, clock.now())) return false;
    const canceled: Order = { ...order, status: 'CANCELED' };
    book.saveOrder(canceled);
    settlement.tellClosed(canceled);
    return true;
  }
}
