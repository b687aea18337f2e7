import { type Announcer, type Moment } from '../callbacks/announcer.js';
import { type BankClock } from './bank-clock.js';
import { type Book } from './book.js';
import { type CardTokens } from './card-tokens.js';
import { type Ledger } from './ledger.js';
import { type Operation } from './operation.js';
import { rowOf } from './operation-types.js';
import { type Order } from './order.js';
import { orderAfter } from './order-status.js';
import { type Switches } from './switches.js';

/** How long an `early` callback runs ahead of the state that a query shows, in bank time. */
const EARLY_MS = 2_000;

export interface SettlementOptions {
  readonly book: Book;
  readonly ledger: Ledger;
  readonly clock: BankClock;
  readonly announcer: Announcer;
  readonly tokens: CardTokens;
  readonly switches: Switches;
  /** Told of each operation that has its final state. */
  readonly onFinal: (operation: Operation) => void;
}

export const operationFacts = (operation: Operation) => ({
  operationId: operation.operationId,
  type: operation.type,
  status: operation.status,
  coinAmount: operation.coinAmount,
  paymentServiceType: operation.service ?? 'CARD',
  merchantId: operation.merchantId,
  merchantRequestId: operation.merchantRequestId,
  hppOrderId: operation.hppOrderId,
  ...(operation.original && { originalOperationId: operation.original.operationId }),
});

/** One basis point is a hundredth of a percent. */
const BASIS_POINTS = 10_000;

/** A refund of a hold gives nothing back that was taken. */
const isRelease = ({ type, original }: Operation): boolean => type === 'REFUND' && original?.type === 'PREAUTH';

/** Opens and closes operations: book, ledger and callbacks always move together. */
export class Settlement {
  constructor(private readonly options: SettlementOptions) {}

  /** Writes down a new operation, and under its order where it has one. */
  open(operation: Operation): void {
    const { book, ledger } = this.options;
    const order = book.orderOf(operation);
    book.saveOperation(operation);
    if (order) book.saveOrder({ ...order, operations: [...order.operations, operation.ecomOperationId] });
    ledger.append('operation.created', operationFacts(operation));
  }

  /** Writes down the final state and tells the merchant; in `early` mode tells first. @returns it as it is written */
  close(before: Operation, ended: Operation): Operation {
    const { book, clock, announcer } = this.options;
    const after = this.withCommission(ended);
    const open = { operation: before, order: book.orderOf(before) };
    if (announcer.isEarly) {
      this.announce(open, after);
      clock.after(EARLY_MS, () => {
        this.commit(after);
      });
      return after;
    }
    const written = this.commit(after);
    this.announce(open, written);
    return written;
  }

  /** Sends a callback of the state that is written down already. */
  tell(operation: Operation): void {
    this.announce({ operation, order: this.options.book.orderOf(operation) }, operation);
  }

  /** Tells that an order has ended without an operation; by default the bank does not (U9). */
  tellClosed(order: Order): void {
    const { announcer, switches } = this.options;
    if (switches.get('callbackOfClosedOrder')) announcer.announceOrder(order);
  }

  /** Rounded half up to kopiyky; a refund costs nothing (U32). */
  private withCommission(operation: Operation): Operation {
    const basisPoints = this.options.switches.get('commissionBasisPoints');
    if (basisPoints === 0 || operation.status !== 'SUCCESS' || operation.type === 'REFUND') return operation;
    return { ...operation, commission: Math.round((operation.coinAmount * basisPoints) / BASIS_POINTS) };
  }

  private orderAfter(order: Order, operation: Operation, operations: readonly Operation[]): Order {
    const status = this.options.switches.get('refundedOrderStatus') as Order['status'];
    return orderAfter(order, operation, { operations, refunded: status });
  }

  private commit(told: Operation): Operation {
    const { book, onFinal } = this.options;
    const order = book.orderOf(told);
    const operation = this.options.tokens.grant(told, order?.customerData['senderCustomerId']);
    book.saveOperation(operation);
    if (order) book.saveOrder(this.orderAfter(order, operation, book.operationsOf(order)));
    this.enter(operation);
    onFinal(operation);
    return operation;
  }

  private enter(operation: Operation): void {
    const { ledger } = this.options;
    const { operationId, coinAmount, hppOrderId, merchantId, merchantRequestId, type } = operation;
    ledger.append('operation.final', operationFacts(operation));
    if (operation.status !== 'SUCCESS') return;
    const facts = { coinAmount, operationId, hppOrderId, merchantId, merchantRequestId, type };
    if (isRelease(operation)) ledger.append('money.released', { ...facts, by: 'refund' });
    else ledger.append(rowOf(type).effect, facts);
  }

  private announce(before: Moment, after: Operation): void {
    const { book, announcer } = this.options;
    const { order } = before;
    const others = order
      ? book.operationsOf(order).filter(({ ecomOperationId }) => ecomOperationId !== after.ecomOperationId)
      : [];
    const finished = order && this.orderAfter(order, after, [...others, after]);
    announcer.announce(before, { operation: after, order: finished });
  }
}
