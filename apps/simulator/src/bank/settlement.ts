import { type Announcer } from '../callbacks/announcer.js';
import { type BankClock } from './bank-clock.js';
import { type Book } from './book.js';
import { type Ledger } from './ledger.js';
import { type Merchant, type Merchants } from './merchants.js';
import { type Operation } from './operation.js';
import { OPERATION_TYPES } from './operation-types.js';
import { orderAfter } from './order-status.js';
import { type Order } from './order.js';

/** How long an `early` callback runs ahead of the state that a query shows, in bank time. */
const EARLY_MS = 2_000;

export interface SettlementOptions {
  readonly book: Book;
  readonly ledger: Ledger;
  readonly clock: BankClock;
  readonly merchants: Merchants;
  readonly announcer: Announcer;
  readonly publicUrl: () => string;
  /** Told of each operation that has its final state. */
  readonly onFinal: (operation: Operation) => void;
}

export const operationFacts = (operation: Operation) => ({
  operationId: operation.operationId,
  type: operation.type,
  status: operation.status,
  coinAmount: operation.coinAmount,
  merchantId: operation.merchantId,
  merchantRequestId: operation.merchantRequestId,
  hppOrderId: operation.hppOrderId,
  ...(operation.original && { originalOperationId: operation.original.operationId }),
});

/** A refund of a hold gives nothing back that was taken. */
const isRelease = ({ type, original }: Operation): boolean => type === 'REFUND' && original?.type === 'PREAUTH';

/** Opens and closes operations: book, ledger and callbacks always move together. */
export class Settlement {
  constructor(private readonly options: SettlementOptions) {}

  /** Writes down a new operation of an order. */
  open(order: Order, operation: Operation): Order {
    const { book, ledger } = this.options;
    const opened = { ...order, operations: [...order.operations, operation.ecomOperationId] };
    book.saveOperation(operation);
    book.saveOrder(opened);
    ledger.append('operation.created', operationFacts(operation));
    return opened;
  }

  /** Writes down the final state and tells the merchant; in `early` mode tells first. */
  close(before: Operation, after: Operation): void {
    const { book, clock, announcer } = this.options;
    const order = book.order(before.hppOrderId);
    if (!order) return;
    if (announcer.isEarly) {
      this.announce(order, before, after);
      clock.after(EARLY_MS, () => {
        this.commit(after);
      });
    } else {
      this.commit(after);
      this.announce(order, before, after);
    }
  }

  /** Sends a callback of the state that is written down already. */
  tell(operation: Operation): void {
    const order = this.options.book.order(operation.hppOrderId);
    if (order) this.announce(order, operation, operation);
  }

  private commit(operation: Operation): void {
    const { book } = this.options;
    const order = book.order(operation.hppOrderId);
    if (!order) return;
    book.saveOperation(operation);
    book.saveOrder(orderAfter(order, operation, book.operationsOf(order)));
    this.enter(operation);
    this.options.onFinal(operation);
  }

  private enter(operation: Operation): void {
    const { ledger } = this.options;
    const { operationId, coinAmount, hppOrderId, merchantId, merchantRequestId } = operation;
    ledger.append('operation.final', operationFacts(operation));
    if (operation.status !== 'SUCCESS') return;
    const facts = { coinAmount, operationId, hppOrderId, merchantId, merchantRequestId };
    if (isRelease(operation)) ledger.append('money.released', { ...facts, by: 'refund' });
    else ledger.append(OPERATION_TYPES[operation.type].effect, facts);
  }

  private announce(order: Order, before: Operation, after: Operation): void {
    const { book, merchants, announcer, publicUrl, clock } = this.options;
    const merchant = merchants.find(order.merchantId);
    if (!merchant) return;
    const others = book.operationsOf(order).filter(({ ecomOperationId }) => ecomOperationId !== after.ecomOperationId);
    const finished = { order: orderAfter(order, after, [...others, after]), operation: after };
    announcer.announce({ order, operation: before }, finished, context(merchant, publicUrl(), clock.now()));
  }
}

const context = (merchant: Merchant, publicUrl: string, now: number) => ({ merchant, publicUrl, now });
