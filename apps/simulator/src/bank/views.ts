import { BankError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type BankClock } from './bank-clock.js';
import { type Book } from './book.js';
import { type Merchants } from './merchants.js';
import { type Operation } from './operation.js';
import { operationView, synchronousAnswer, type ViewContext } from './operation-view.js';
import { orderAnswer, orderCallback, orderData } from './order-view.js';
import { type Order, type OrderStatus } from './order.js';
import { type Switches } from './switches.js';

export interface ViewsOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly merchants: Merchants;
  readonly switches: Switches;
  readonly publicUrl: () => string;
}

/** How the bank shows what is in its books. */
export class Views {
  constructor(private readonly options: ViewsOptions) {}

  operation(operation: Operation): JsonObject {
    return operationView(operation, this.options.book.orderOf(operation), this.contextOf(operation));
  }

  /** The answer of the call that moved it. */
  answer(operation: Operation): JsonObject {
    return synchronousAnswer(operation, this.options.book.orderOf(operation), this.contextOf(operation));
  }

  order(order: Order): JsonObject {
    return orderAnswer(order, this.contextOf(order));
  }

  orderData(order: Order): JsonObject {
    return orderData(order, this.options.book.operationsOf(order), this.contextOf(order));
  }

  orderCallback(order: Order, operation?: Operation): JsonObject {
    return orderCallback(order, operation, this.contextOf(order));
  }

  private contextOf({ merchantId }: { readonly merchantId: string }): ViewContext {
    const { merchants, publicUrl, clock, switches } = this.options;
    const merchant = merchants.find(merchantId);
    if (!merchant) throw new BankError('b_merchant_not_found');
    const onceRanOut = switches.get('expiredOrderStatus') as OrderStatus;
    return { merchant, publicUrl: publicUrl(), now: clock.now(), onceRanOut };
  }
}
