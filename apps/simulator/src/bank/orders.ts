import { randomUUID } from 'node:crypto';
import { BankError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { parseCreateOrder } from '../protocol/create-order.fields.js';
import { requireString } from '../protocol/refund.fields.js';
import { type BankClock } from './bank-clock.js';
import { type Book } from './book.js';
import { holdTermOf } from './holds.js';
import { newBankId } from './ids.js';
import { type Ledger } from './ledger.js';
import { type Merchants } from './merchants.js';
import { type Operation } from './operation.js';
import { attemptTypeOf } from './operation-types.js';
import { operationView } from './operation-view.js';
import { orderAnswer, orderData, type ViewContext } from './order-view.js';
import { type Order } from './order.js';

const MINUTE_MS = 60_000;

export interface OrdersOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly ledger: Ledger;
  readonly merchants: Merchants;
  readonly strict: boolean;
  readonly publicUrl: () => string;
}

/** Creating and reading orders and operations over the API. */
export class Orders {
  constructor(private readonly options: OrdersOptions) {}

  create(body: JsonObject, serviceCode: string): JsonObject {
    const { book, clock, ledger, merchants, strict } = this.options;
    const request = parseCreateOrder(body, strict);
    merchants.require(request.merchantId, serviceCode);
    book.requireFresh(request.merchantId, request.merchantRequestId);
    if (!attemptTypeOf(request.hppPayType)) throw new BankError('b_txn_not_allowed'); // card terminals only (U33)
    const createdAt = clock.now();
    const hold = request.hppPayType === 'PREAUTH' ? holdTermOf(request.preAuthExpDate, clock) : undefined;
    const order: Order = {
      ...request,
      hppOrderId: newBankId(createdAt),
      ecomOrderId: randomUUID(),
      createdAt,
      expiresAt: createdAt + request.expirationTimeMinutes * MINUTE_MS,
      status: 'PENDING',
      operations: [],
      ...(hold && { hold }),
    };
    book.saveOrder(order);
    const { hppOrderId, merchantRequestId, merchantId, coinAmount } = order;
    ledger.append('order.created', { hppOrderId, merchantRequestId, merchantId, coinAmount });
    return orderAnswer(order, this.contextOf(order));
  }

  data(body: JsonObject, serviceCode: string): JsonObject {
    const order = this.options.book.order(requireString(body, 'hppOrderId'));
    if (!order || !this.belongs(order, serviceCode)) throw new BankError('b_hpp_order_not_found');
    return this.view(order);
  }

  /** The member is `id`; `operationId` is taken too (trap 70). */
  operation(body: JsonObject, serviceCode: string): JsonObject {
    const operation = this.options.book.operationById(requireString(body, 'id', 'operationId'));
    return this.viewOperation(operation, serviceCode);
  }

  operationByRequest(body: JsonObject, serviceCode: string): JsonObject {
    const merchantRequestId = requireString(body, 'merchantRequestId');
    const found = this.options.merchants
      .list()
      .filter((merchant) => merchant.serviceCode === serviceCode)
      .map(({ merchantId }) => this.options.book.operationByRequest(merchantId, merchantRequestId))
      .find((operation) => operation !== undefined);
    return { ...this.viewOperation(found, serviceCode), merchantRequestId };
  }

  /** Order data as the merchant's query shows them. */
  view(order: Order): JsonObject {
    return orderData(order, this.options.book.operationsOf(order), this.contextOf(order));
  }

  private viewOperation(operation: Operation | undefined, serviceCode: string): JsonObject {
    const order = operation && this.options.book.order(operation.hppOrderId);
    if (!operation || !order || !this.belongs(order, serviceCode)) throw new BankError('payment_operation_not_found');
    return operationView(operation, order, this.contextOf(order).merchant);
  }

  private belongs(order: Order, serviceCode: string): boolean {
    return this.options.merchants.find(order.merchantId)?.serviceCode === serviceCode;
  }

  private contextOf(order: Order): ViewContext {
    const merchant = this.options.merchants.find(order.merchantId);
    if (!merchant) throw new BankError('b_merchant_not_found');
    return { merchant, publicUrl: this.options.publicUrl(), now: this.options.clock.now() };
  }
}
