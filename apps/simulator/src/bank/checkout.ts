import { randomUUID } from 'node:crypto';
import { type Personalities } from '../personalities/personalities.js';
import { type BankClock } from './bank-clock.js';
import { type Book, type Challenge } from './book.js';
import { type ResultCodes, type TestCard, THREE_DS_FAILED, THREE_DS_TIMED_OUT } from './cards.js';
import { type Merchants } from './merchants.js';
import { finishOperation, openAttempt, type Operation, scriptedResult, withThreeDsStatus } from './operation.js';
import { isExpired, isPayable, type Order } from './order.js';
import { type Scripts } from './scripts.js';
import { type Settlement } from './settlement.js';

export const OTP = '1234';
const WRONG_CODES_ALLOWED = 3;

export type PayOutcome =
  | { readonly kind: 'closed' }
  | { readonly kind: 'challenge'; readonly challengeId: string }
  | { readonly kind: 'finished'; readonly status: Operation['status'] };

export type OtpOutcome = { readonly kind: 'wrong-code' } | PayOutcome;

export interface CheckoutOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  readonly personalities: Personalities;
  readonly scripts: Scripts;
}

/** What the payer does on the bank's pages. */
export class Checkout {
  constructor(private readonly options: CheckoutOptions) {}

  pay(order: Order, card: TestCard): PayOutcome {
    const { clock, settlement } = this.options;
    const now = clock.now();
    if (!isPayable(order, now)) return { kind: 'closed' };
    const operation = openAttempt(order, card, now);
    if (card.threeDs) return this.challenge(order, operation, card.result);
    settlement.open(order, operation);
    return this.finish(operation, this.resultOf(operation, card.result));
  }

  confirm(challenge: Challenge, otp: string): OtpOutcome {
    const operation = this.running(challenge);
    if (!operation) return { kind: 'closed' };
    if (otp === OTP) return this.conclude(challenge, 'Y', this.resultOf(operation, challenge.byCard));
    const wrongCodes = challenge.wrongCodes + 1;
    if (wrongCodes >= WRONG_CODES_ALLOWED) return this.reject(challenge);
    this.options.book.saveChallenge({ ...challenge, wrongCodes });
    return { kind: 'wrong-code' };
  }

  reject(challenge: Challenge): PayOutcome {
    return this.conclude(challenge, 'N', THREE_DS_FAILED);
  }

  /** True when the order was still open. A cancelled order has no operation and no callback (U9). */
  cancel(order: Order): boolean {
    const { book, clock } = this.options;
    if (order.status !== 'PENDING' || isExpired(order, clock.now())) return false;
    book.saveOrder({ ...order, status: 'CANCELED' });
    return true;
  }

  /** Lets every open 3DS page end with the order; called again after a restart. */
  watch(challenge: Challenge, expiresAt: number): void {
    this.options.clock.at(expiresAt, () => {
      const current = this.options.book.challenge(challenge.id);
      if (current) this.conclude(current, 'N', THREE_DS_TIMED_OUT);
    });
  }

  private challenge(order: Order, operation: Operation, byCard: ResultCodes): PayOutcome {
    const { book, settlement } = this.options;
    const challenge = { id: randomUUID(), ecomOperationId: operation.ecomOperationId, byCard, wrongCodes: 0 };
    const opened = settlement.open(order, operation);
    book.saveOrder({ ...opened, status: 'REQUIRED_3DS' });
    book.saveChallenge(challenge);
    this.watch(challenge, order.expiresAt);
    return { kind: 'challenge', challengeId: challenge.id };
  }

  private conclude(challenge: Challenge, status: 'Y' | 'N', result: ResultCodes): PayOutcome {
    const operation = this.running(challenge);
    this.options.book.dropChallenge(challenge.id);
    return operation ? this.finish(operation, result, status) : { kind: 'closed' };
  }

  private finish(operation: Operation, result: ResultCodes, threeDs?: 'Y' | 'N'): PayOutcome {
    const { clock, book, personalities, scripts } = this.options;
    const authenticated = threeDs ? withThreeDsStatus(operation, threeDs) : operation;
    const script = threeDs === 'N' ? undefined : scripts.take(operation);
    const ending = script?.result ?? result;
    const pendingMs = script?.delayMs ?? personalities.pendingMs(operation);
    if (!pendingMs) return { kind: 'finished', status: this.close(authenticated, ending) };
    const pending: Operation = { ...authenticated, status: 'PENDING' };
    book.saveOperation(pending);
    clock.after(pendingMs, () => this.close(pending, ending));
    return { kind: 'finished', status: 'PENDING' };
  }

  private close(operation: Operation, result: ResultCodes): Operation['status'] {
    const { clock, merchants, settlement } = this.options;
    const { terminal = 'test' } = merchants.find(operation.merchantId) ?? {};
    const finished = finishOperation(operation, result, terminal, clock.now());
    settlement.close(operation, finished);
    return finished.status;
  }

  private running({ ecomOperationId }: Challenge): Operation | undefined {
    const operation = this.options.book.operation(ecomOperationId);
    return operation?.status === 'REQUIRED_3DS' ? operation : undefined;
  }

  private resultOf(operation: Operation, byCard: ResultCodes): ResultCodes {
    const { terminal = 'test' } = this.options.merchants.find(operation.merchantId) ?? {};
    return scriptedResult(terminal, operation, byCard);
  }
}
