import { type JsonObject } from '../strict-json.js';

/** Claims of profile D. */
export interface OrderClaims extends JsonObject {
  readonly sub: string;
  readonly iat: number;
  /** Unix seconds: the deadline. */
  readonly exp: number;
  readonly amt: number;
  readonly cur: string;
  readonly ref: string;
  readonly prp: string;
  readonly url: string;
}

export interface MerchantOrder {
  readonly id: string;
  /** Of the token that made it: the same token gives the same order (G19). */
  readonly tokenHash: string;
  readonly recipientGuid: string;
  readonly claims: OrderClaims;
  readonly status: 'Created' | 'In Progress' | 'Success' | 'Canceled';
  readonly reason: string;
  readonly code: number | null;
  readonly messageGuid?: string;
}

/** What a p2p payment message pays: made by the staff's lever, for no public page has the call that makes one. */
export interface P2pOrder {
  readonly id: string;
  readonly initiatorGuid: string;
  readonly recipientGuid: string;
  /** IBAN of the receiver. */
  readonly account: string;
  /** Epoch milliseconds of bank time. */
  readonly expiresAt: number;
  readonly messageGuid?: string;
}

export interface PaymentMessage {
  readonly guid: string;
  readonly family: 'ecommerce' | 'p2p';
  readonly initiatorGuid: string;
  readonly recipientGuid: string;
  /** Epoch milliseconds of bank time. */
  readonly createdAt: number;
  /** Of the gross settlement register that has it. */
  readonly registerId?: string;
  readonly orderId: string;
  /** Claims of profile C. */
  readonly claims: JsonObject;
  readonly status: 'Pending' | 'Success' | 'Reject';
  readonly reason: string;
}

export interface PlatformBookSnapshot {
  readonly orders: readonly MerchantOrder[];
  readonly p2pOrders: readonly P2pOrder[];
  readonly messages: readonly PaymentMessage[];
}

/** Orders of merchants and the payment messages that pay them. */
export class PlatformBook {
  private readonly orders = new Map<string, MerchantOrder>();
  private readonly p2pOrders = new Map<string, P2pOrder>();
  private readonly messages = new Map<string, PaymentMessage>();

  saveOrder(order: MerchantOrder): MerchantOrder {
    this.orders.set(order.id, order);
    return order;
  }

  order(id: string): MerchantOrder | undefined {
    return this.orders.get(id.toLowerCase());
  }

  findOrder(isWanted: (order: MerchantOrder) => boolean): MerchantOrder | undefined {
    return [...this.orders.values()].find(isWanted);
  }

  saveP2pOrder(order: P2pOrder): P2pOrder {
    this.p2pOrders.set(order.id, order);
    return order;
  }

  p2pOrder(id: string): P2pOrder | undefined {
    return this.p2pOrders.get(id.toLowerCase());
  }

  saveMessage(message: PaymentMessage): PaymentMessage {
    this.messages.set(message.guid, message);
    return message;
  }

  message(guid: string): PaymentMessage | undefined {
    return this.messages.get(guid.toLowerCase());
  }

  /** Paid, and in no gross settlement register yet. */
  unsettled(): readonly PaymentMessage[] {
    return [...this.messages.values()].filter(({ status, registerId }) => status === 'Success' && !registerId);
  }

  /** The message of one bank whose claim has this value. */
  messageWith(initiatorGuid: string, claim: string, value: unknown): PaymentMessage | undefined {
    return [...this.messages.values()].find(
      (message) => message.initiatorGuid === initiatorGuid && message.claims[claim] === value,
    );
  }

  clear(): void {
    this.orders.clear();
    this.p2pOrders.clear();
    this.messages.clear();
  }

  snapshot(): PlatformBookSnapshot {
    return {
      orders: [...this.orders.values()],
      p2pOrders: [...this.p2pOrders.values()],
      messages: [...this.messages.values()],
    };
  }

  load({ orders, p2pOrders, messages }: PlatformBookSnapshot): void {
    for (const order of orders) this.saveOrder(order);
    for (const order of p2pOrders) this.saveP2pOrder(order);
    for (const message of messages) this.saveMessage(message);
  }
}
