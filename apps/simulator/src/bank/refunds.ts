import { BankError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type CreateRefund, parseRefund, requireFreshDate } from '../protocol/refund.fields.js';
import { type Personalities } from '../personalities/personalities.js';
import { type BankClock } from './bank-clock.js';
import { type Book } from './book.js';
import { holdBookOf } from './holds.js';
import { type Merchants } from './merchants.js';
import { openRefund, type Operation, type PaidOperation, refusedRefund } from './operation.js';
import { synchronousAnswer } from './operation-view.js';
import { refundTypeOf } from './operation-types.js';
import { type Order } from './order.js';
import { type Processing } from './processing.js';
import { type Settlement } from './settlement.js';

/** Kopecks not yet refunded, with the refunds on their way taken off. */
export const refundable = (purchase: Operation, operations: readonly Operation[]): number =>
  operations
    .filter(({ type, status }) => type === 'REFUND' && status !== 'FAIL')
    .filter(({ original }) => original?.ecomOperationId === purchase.ecomOperationId)
    .reduce((left, { coinAmount }) => left - coinAmount, purchase.coinAmount);

const isIdentified = (operation: Operation): operation is PaidOperation => operation.operationId !== undefined;

/** A hold that is captured, being captured or given back holds nothing to release. */
const isOver = (operation: Operation, operations: readonly Operation[]): boolean => {
  if (operation.type !== 'PREAUTH') return false;
  const { state, capturing } = holdBookOf(operation, operations);
  return state === 'captured' || state === 'lapsed' || capturing;
};

/** @throws BankError, the rules of section e.4. */
export function requireRefundable(purchase: Operation, coinAmount: number, operations: readonly Operation[]): void {
  if (refundTypeOf(purchase.type) === undefined) throw new BankError('b_payment_refund_not_supported');
  if (purchase.status !== 'SUCCESS' || isOver(purchase, operations))
    throw new BankError('b_payment_invalid_refund_status');
  if (coinAmount <= 0 || coinAmount > refundable(purchase, operations)) {
    throw new BankError('b_payment_invalid_refund_amount');
  }
}

export interface RefundsOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  readonly processing: Processing;
  readonly strict: boolean;
  readonly personalities: Personalities;
}

export class Refunds {
  constructor(private readonly options: RefundsOptions) {}

  create(body: JsonObject, serviceCode: string): JsonObject {
    const { book, clock, merchants, settlement, processing, personalities, strict } = this.options;
    const refund = parseRefund(body, strict);
    const merchant = merchants.require(refund.merchantId, serviceCode);
    book.requireFresh(refund.merchantId, refund.merchantRequestId);
    const { purchase, order } = this.originalOf(refund);
    requireRefundable(purchase, refund.coinAmount, book.operationsOf(order));
    this.requireDate(purchase, refund, order);
    const operation = openRefund(purchase, refund, clock.now());
    settlement.open(order, operation);
    return synchronousAnswer(processing.finishLater(operation, personalities.pendingMs(operation)), order, merchant);
  }

  private originalOf(refund: CreateRefund): { purchase: PaidOperation; order: Order } {
    const { book } = this.options;
    const purchase = book.operationById(refund.operationId);
    const order = purchase && book.order(purchase.hppOrderId);
    if (!purchase || !order || !isIdentified(purchase) || purchase.merchantId !== refund.merchantId) {
      throw new BankError('b_operation_not_found');
    }
    return { purchase, order };
  }

  /** A refund with a wrong date is refused, and yet shows in the order as a failed operation (traps 31 and 64). */
  private requireDate(purchase: PaidOperation, refund: CreateRefund, order: Order): void {
    const { clock, personalities } = this.options;
    const now = clock.now();
    const skewMs = personalities.clockSkewMs(refund.merchantId);
    try {
      requireFreshDate(
        refund.date,
        clock.readings().map((reading) => reading + skewMs),
      );
    } catch (error) {
      const errorDetails = error instanceof BankError ? error.msgCode : 'b_unknown_error';
      this.options.settlement.open(order, refusedRefund(purchase, refund, { now, errorDetails }));
      throw error;
    }
  }
}
