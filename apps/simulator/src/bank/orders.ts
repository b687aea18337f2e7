import { randomUUID } from 'node:crypto';
import { BankError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type CreateOrder, SHORTEST_A2A_MINUTES } from '../protocol/create-order.fields.js';
import { type BankClock } from './bank-clock.js';
import { type Book } from './book.js';
import { holdTermOf } from './holds.js';
import { newBankId } from './ids.js';
import { type Ledger } from './ledger.js';
import { type Caller, type Merchants } from './merchants.js';
import { type Operation } from './operation.js';
import { attemptTypeOf } from './operation-types.js';
import { isExpired, type Order, ranOut } from './order.js';
import { type Settlement } from './settlement.js';
import { type Switches } from './switches.js';
import { type Views } from './views.js';

const MINUTE_MS = 60_000;
/** What "never" means: about ten years, like a subscription's order (section h.5). */
const NEVER_MS = 3_650 * 24 * 60 * MINUTE_MS;

export interface OrdersOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly ledger: Ledger;
  readonly merchants: Merchants;
  readonly views: Views;
  readonly settlement: Settlement;
  readonly switches: Switches;
}

/** Creating and reading orders and operations over the API. */
export class Orders {
  constructor(private readonly options: OrdersOptions) {}

  create(request: CreateOrder, caller: Caller): JsonObject {
    const { book, clock, merchants } = this.options;
    const type = attemptTypeOf(request.hppPayType);
    if (!type) throw new BankError('b_txn_not_allowed');
    merchants.requireAllowed(request.merchantId, caller, type);
    book.requireFresh(request.merchantId, request.merchantRequestId);
    const hold = request.hppPayType === 'PREAUTH' ? holdTermOf(request.preAuthExpDate, clock) : undefined;
    const order = this.open({ ...request, ...(hold && { hold }) }, this.lifeMsOf(request));
    this.watch(order);
    return this.options.views.order(order);
  }

  /** Writes a new order down. */
  open(request: CreateOrder & Pick<Order, 'hold' | 'subscription'>, lifeMs: number): Order {
    const { book, clock, ledger } = this.options;
    const createdAt = clock.now();
    const order: Order = {
      ...request,
      hppOrderId: newBankId(createdAt),
      ecomOrderId: randomUUID(),
      createdAt,
      expiresAt: createdAt + lifeMs,
      status: 'PENDING',
      operations: [],
    };
    book.saveOrder(order);
    const { hppOrderId, merchantRequestId, merchantId, coinAmount, hppPayType } = order;
    ledger.append('order.created', { hppOrderId, merchantRequestId, merchantId, coinAmount, hppPayType });
    return order;
  }

  private lifeMsOf({ neverExpire, hppPayType, expirationTimeMinutes }: CreateOrder): number {
    if (neverExpire) return NEVER_MS;
    const least = hppPayType === 'A2A' ? SHORTEST_A2A_MINUTES : 0;
    const usual = Math.max(least, this.options.switches.get('orderLifeMinutes'));
    return (expirationTimeMinutes ?? usual) * MINUTE_MS;
  }

  /** Also called after a restart. A subscription has its own end. */
  watch(order: Order): void {
    const { book, clock, settlement } = this.options;
    const { hppOrderId, expiresAt, neverExpire, subscription } = order;
    if (neverExpire || subscription || isExpired(order, clock.now())) return;
    clock.at(expiresAt, () => {
      const order = book.order(hppOrderId);
      if (order?.status === 'PENDING') settlement.tellClosed(order);
    });
  }

  data(hppOrderId: string, caller: Caller): JsonObject {
    const order = this.options.book.order(hppOrderId);
    if (!order || !isOwn(order, caller)) throw new BankError('b_hpp_order_not_found');
    const { clock, switches } = this.options;
    if (!switches.get('showExpiredOrders') && ranOut(order, clock.now())) throw new BankError('b_hpp_order_expired');
    return this.view(order);
  }

  operation(id: string, caller: Caller): JsonObject {
    return this.viewOperation(this.options.book.operationById(id), caller);
  }

  operationByRequest(merchantRequestId: string, caller: Caller): JsonObject {
    const found = caller.merchants
      .map(({ merchantId }) => this.options.book.operationByRequest(merchantId, merchantRequestId))
      .find((operation) => operation !== undefined);
    return { ...this.viewOperation(found, caller), merchantRequestId };
  }

  /** Order data as the merchant's query shows them. */
  view(order: Order): JsonObject {
    return this.options.views.orderData(order);
  }

  private viewOperation(operation: Operation | undefined, caller: Caller): JsonObject {
    if (!operation || !isOwn(operation, caller)) throw new BankError('payment_operation_not_found');
    return this.options.views.operation(operation);
  }
}

const isOwn = ({ merchantId }: { readonly merchantId: string }, { merchants }: Caller): boolean =>
  merchants.some((merchant) => merchant.merchantId === merchantId);
