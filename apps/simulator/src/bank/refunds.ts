import { BankError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type CreateRefund } from '../protocol/refund.fields.js';
import { type Personalities } from '../personalities/personalities.js';
import { type BankClock } from './bank-clock.js';
import { type Book } from './book.js';
import { holdBookOf } from './holds.js';
import { type Caller, type Merchants, ringOf } from './merchants.js';
import { openRefund, type Operation, type PaidOperation, refusedRefund } from './operation.js';
import { rowOf } from './operation-types.js';
import { type Processing } from './processing.js';
import { type RequestDates } from './request-dates.js';
import { type Settlement } from './settlement.js';
import { type Switches } from './switches.js';
import { type Views } from './views.js';

/** Kopiyky not yet refunded, with the refunds on their way taken off. */
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
  if (rowOf(purchase.type).refundType === undefined) throw new BankError('b_payment_refund_not_supported');
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
  readonly views: Views;
  readonly dates: RequestDates;
  readonly personalities: Personalities;
  readonly switches: Switches;
}

export class Refunds {
  constructor(private readonly options: RefundsOptions) {}

  create(refund: CreateRefund, caller: Caller): JsonObject {
    const { book, clock, merchants, settlement, processing, personalities, switches, views } = this.options;
    merchants.requireAllowed(refund.merchantId, caller, 'REFUND');
    book.requireFresh(refund.merchantId, refund.merchantRequestId);
    const original = this.originalOf(refund);
    const { refundSwitch } = rowOf(original.type);
    if (refundSwitch && !switches.get(refundSwitch)) throw new BankError('b_payment_refund_not_supported');
    requireRefundable(original, refund.coinAmount, book.following(original));
    this.requireDate(original, refund);
    const operation = openRefund(original, refund, { now: clock.now(), signedBy: ringOf(caller) });
    settlement.open(operation);
    return views.answer(processing.finishLater(operation, personalities.pendingMs(operation)));
  }

  private originalOf({ operationId, merchantId }: CreateRefund): PaidOperation {
    const original = this.options.book.operationById(operationId);
    if (!original || !isIdentified(original) || original.merchantId !== merchantId)
      throw new BankError('b_operation_not_found');
    return original;
  }

  /** A refund with a wrong date is refused, and yet shows in the order as a failed operation (traps 31 and 64). */
  private requireDate(original: PaidOperation, refund: CreateRefund): void {
    const { clock, dates, settlement } = this.options;
    try {
      dates.requireFresh(refund.date, refund.merchantId);
    } catch (error) {
      const errorDetails = error instanceof BankError ? error.msgCode : 'b_unknown_error';
      settlement.open(refusedRefund(original, refund, { now: clock.now(), errorDetails }));
      throw error;
    }
  }
}
