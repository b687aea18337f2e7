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

export interface PaymentMessage {
  readonly guid: string;
  readonly initiatorGuid: string;
  readonly orderId: string;
  /** Claims of profile C. */
  readonly claims: JsonObject;
  readonly status: 'Pending' | 'Success' | 'Reject';
  readonly reason: string;
}

export interface PlatformBookSnapshot {
  readonly orders: readonly MerchantOrder[];
  readonly messages: readonly PaymentMessage[];
}

/** Orders of merchants and the payment messages that pay them. */
export class PlatformBook {
  private readonly orders = new Map<string, MerchantOrder>();
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

  saveMessage(message: PaymentMessage): PaymentMessage {
    this.messages.set(message.guid, message);
    return message;
  }

  message(guid: string): PaymentMessage | undefined {
    return this.messages.get(guid.toLowerCase());
  }

  /** The message of one bank whose claim has this value. */
  messageWith(initiatorGuid: string, claim: string, value: unknown): PaymentMessage | undefined {
    return [...this.messages.values()].find(
      (message) => message.initiatorGuid === initiatorGuid && message.claims[claim] === value,
    );
  }

  clear(): void {
    this.orders.clear();
    this.messages.clear();
  }

  snapshot(): PlatformBookSnapshot {
    return { orders: [...this.orders.values()], messages: [...this.messages.values()] };
  }

  load({ orders, messages }: PlatformBookSnapshot): void {
    for (const order of orders) this.saveOrder(order);
    for (const message of messages) this.saveMessage(message);
  }
}
