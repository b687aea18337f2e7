import { type CartLine } from './cart.js';
import { type Payment } from './gateway-client.js';
import { type Language } from './i18n.js';

export interface Customer {
  /** The shop's own id of this browser, not a name. */
  readonly id: string;
  readonly firstName: string;
  readonly lastName?: string;
  readonly email: string;
}

export interface Order {
  readonly id: string;
  readonly lines: readonly CartLine[];
  /** Kopiyky. */
  readonly amount: number;
  readonly customer: Customer;
  readonly language: Language;
  /** The gateway's id, once the gateway has answered. */
  readonly paymentId?: string;
  /** The payment as it was last seen. */
  readonly seen?: { readonly payment: Payment; readonly atMs: number };
}

/** A real shop keeps orders in a database; a demo may forget the oldest ones. */
const MOST_ORDERS = 5_000;

export class Orders {
  readonly #orders = new Map<string, Order>();

  find(id: string): Order | undefined {
    return this.#orders.get(id);
  }

  save(order: Order): void {
    this.#orders.set(order.id, order);
    if (this.#orders.size > MOST_ORDERS) this.remove([...this.#orders.keys()][0] ?? '');
  }

  remove(id: string): void {
    this.#orders.delete(id);
  }
}
