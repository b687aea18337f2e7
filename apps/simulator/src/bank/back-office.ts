import { randomUUID } from 'node:crypto';
import { type Personalities } from '../personalities/personalities.js';
import { type Afterthought } from '../personalities/personality.js';
import { type BankClock } from './bank-clock.js';
import { type Book } from './book.js';
import { APPROVED, TEST_CARDS } from './cards.js';
import { holdBookOf, type Holds } from './holds.js';
import { type Merchants } from './merchants.js';
import { cardMeans } from './means.js';
import {
  finishOperation,
  openAttempt,
  openRefund,
  openTransfer,
  type Operation,
  type PaidOperation,
} from './operation.js';
import { type Order } from './order.js';
import { requireRefundable } from './refunds.js';
import { type Settlement } from './settlement.js';

export interface BackOfficeOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  readonly personalities: Personalities;
  readonly holds: Holds;
}

export interface BackOfficeRefund {
  /** Kopiyky; absent = all that is left. */
  readonly coinAmount?: number;
  /** Absent = none. */
  readonly merchantRequestId?: string;
}

const isPaid = (operation: Operation): operation is PaidOperation =>
  operation.type === 'PURCHASE' && operation.status === 'SUCCESS' && operation.operationId !== undefined;

/** Money that was taken, at once or out of a hold. */
const isTaken = (operation: Operation): operation is PaidOperation =>
  isPaid(operation) || (operation.type === 'COMPLETION' && operation.status === 'SUCCESS');

/** What the bank's own staff, or a payer with a link that is still open, do behind the merchant's back. */
export class BackOffice {
  constructor(private readonly options: BackOfficeOptions) {}

  /** Follows the first success of an order with what the personalities make of it. */
  follow(operation: Operation): void {
    const { personalities, clock, book } = this.options;
    if (!isPaid(operation)) return;
    const order = book.orderOf(operation);
    if (!order || book.operationsOf(order).filter(isPaid).length > 1) return;
    for (const thought of personalities.afterthoughts(operation)) {
      clock.after(thought.delayMs, () => {
        this.carryOut(thought, order.hppOrderId);
      });
    }
  }

  /** One more successful purchase, or transfer, under the same order. @throws Error when there is no such order */
  charge(hppOrderId: string, coinAmount?: number): Operation {
    const { clock, settlement } = this.options;
    const order = this.requireOrder(hppOrderId);
    const [card] = TEST_CARDS;
    if (!card) throw new Error('the bank has no test card');
    const isTransfer = order.hppPayType === 'A2A'; // its QR code can be paid by anybody, any number of times
    const opened = isTransfer
      ? openTransfer(order, order.coinAmount, clock.now())
      : openAttempt(order, cardMeans(card), clock.now());
    const operation = coinAmount === undefined ? opened : { ...opened, coinAmount };
    settlement.open(operation);
    return this.finish(operation);
  }

  /** Gives money back without the merchant. @throws Error when nothing of the order can be refunded */
  refund(hppOrderId: string, { coinAmount, merchantRequestId = '' }: BackOfficeRefund): Operation {
    const { book } = this.options;
    const order = this.requireOrder(hppOrderId);
    const operations = book.operationsOf(order);
    const purchase = operations.find(isTaken);
    if (!purchase) throw new Error('the order has no successful purchase');
    return this.refundOf(purchase, { coinAmount: coinAmount ?? purchase.coinAmount, merchantRequestId });
  }

  /** Captures a hold without the merchant. @throws Error | BankError as the call would */
  capture(operationId: string, coinAmount?: number): Operation {
    const { book, holds } = this.options;
    const hold = book.operationById(operationId);
    if (!hold) throw new Error('no such operation');
    const { merchantId } = hold;
    return holds.capture(hold, {
      merchantRequestId: randomUUID(),
      merchantId,
      originalOperationId: operationId,
      coinAmount: coinAmount ?? hold.coinAmount,
      date: '',
    });
  }

  /** Gives a hold back, in part or in full, without the merchant. @throws Error when it holds nothing */
  release(operationId: string, coinAmount?: number): Operation {
    const { book } = this.options;
    const hold = book.operationById(operationId);
    if (hold?.type !== 'PREAUTH') throw new Error('no such hold');
    const amount = coinAmount ?? holdBookOf(hold, book.following(hold)).left;
    return this.refundOf(hold as PaidOperation, { coinAmount: amount, merchantRequestId: randomUUID() });
  }

  /** Lets a hold run out now. @throws Error when it holds nothing */
  lapse(operationId: string): void {
    const { book, holds } = this.options;
    const hold = book.operationById(operationId);
    if (!hold || !holds.lapse(hold.ecomOperationId)) throw new Error('no such hold, or it is not held any more');
  }

  private refundOf(original: PaidOperation, { coinAmount, merchantRequestId }: Required<BackOfficeRefund>): Operation {
    const { book, clock, settlement } = this.options;
    requireRefundable(original, coinAmount, book.following(original));
    const { merchantId, operationId } = original;
    const request = { merchantRequestId, merchantId, operationId, coinAmount, date: '' };
    const operation = openRefund(original, request, { now: clock.now() });
    settlement.open(operation);
    return this.finish(operation);
  }

  private carryOut(thought: Afterthought, hppOrderId: string): void {
    if (thought.kind === 'charge') this.charge(hppOrderId, thought.coinAmount);
    else this.refund(hppOrderId, thought);
  }

  private finish(operation: Operation): Operation {
    const { merchants, clock, settlement } = this.options;
    const { terminal = 'test' } = merchants.find(operation.merchantId) ?? {};
    const finished = finishOperation(operation, APPROVED, terminal, clock.now());
    return settlement.close(operation, finished);
  }

  private requireOrder(hppOrderId: string): Order {
    const order = this.options.book.order(hppOrderId);
    if (!order) throw new Error('no such order');
    return order;
  }
}
