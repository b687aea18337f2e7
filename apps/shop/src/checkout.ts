import { type EnteredCard } from './checkout-form.js';
import { type GatewayClient, GatewayError, type Payment } from './gateway-client.js';
import { type Order, type Orders } from './orders.js';

export interface CheckoutOptions {
  readonly publicUrl: URL;
  /** Whether the gateway tells of changes. */
  readonly hasWebhooks: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** With webhooks, the gateway is asked about an open order only so often: for the one that may have got lost. Milliseconds. */
const NET_MS = 10_000;

/** Takes an order to the gateway, and knows how its payment is. */
export class Checkout {
  readonly #flights = new Map<string, Promise<Payment>>();

  constructor(
    private readonly orders: Orders,
    private readonly gateway: GatewayClient,
    private readonly options: CheckoutOptions,
  ) {}

  /** One payment per order: a double click shares the first call, a later retry is caught by the idempotency key. */
  pay(order: Order, entered?: EnteredCard): Promise<Payment> {
    if (order.paymentId) return this.gateway.payment(order.paymentId);
    const inFlight = this.#flights.get(order.id);
    if (inFlight) return inFlight;
    const flight = this.#createPayment(order, entered).finally(() => this.#flights.delete(order.id));
    this.#flights.set(order.id, flight);
    return flight;
  }

  /** As the gateway has it now. By the order id when the shop has lost its memory or never got the gateway's answer. */
  async paymentOf(orderId: string): Promise<Payment | undefined> {
    const paymentId = this.orders.find(orderId)?.paymentId;
    const payment = await (paymentId ? this.gateway.payment(paymentId) : this.gateway.paymentByReference(orderId));
    if (payment) this.#keep(orderId, payment);
    return payment;
  }

  /** As it was last seen, where webhooks tell of changes; as the gateway has it otherwise. */
  async lastSeen(orderId: string): Promise<Payment | undefined> {
    const seen = this.orders.find(orderId)?.seen;
    const isRecent = seen !== undefined && this.options.now() - seen.atMs < NET_MS;
    return this.options.hasWebhooks && isRecent ? seen.payment : this.paymentOf(orderId);
  }

  /** An event told that something happened to the payment: what is true now, the gateway knows. */
  async look(paymentId: string): Promise<void> {
    const payment = await this.gateway.payment(paymentId).catch((error: unknown) => {
      if (error instanceof GatewayError && error.httpStatus === 404) return undefined; // not one of ours
      throw error;
    });
    if (payment && payment.reference !== null) this.#keep(payment.reference, payment);
  }

  async #createPayment(order: Order, entered?: EnteredCard): Promise<Payment> {
    const { id, amount, language, customer } = order;
    const returnUrl = new URL(`orders/${id}`, this.options.publicUrl).href;
    const common = { amount, currency: 'UAH', reference: id, returnUrl, language, customer } as const;
    const byCard = entered && ({ paymentMethod: { type: 'card', ...entered.card }, browser: entered.browser } as const);
    const payment = await this.gateway.createPayment({ ...common, ...byCard }, id).catch((error: unknown) => {
      // A card is encrypted anew each time, so a repeat is never the same request: what was begun first counts.
      if (error instanceof GatewayError && error.code === 'IDEMPOTENCY_MISMATCH') return this.#begun(id, error);
      throw error;
    });
    this.#keep(id, payment);
    return payment;
  }

  async #begun(orderId: string, error: GatewayError): Promise<Payment> {
    const payment = await this.gateway.paymentByReference(orderId);
    if (!payment) throw error;
    return payment;
  }

  /** Two answers may overtake each other: the later state stays. */
  #keep(orderId: string, payment: Payment): void {
    const order = this.orders.find(orderId);
    if (!order) return;
    const known = order.seen?.payment;
    const latest = known && known.updatedAt > payment.updatedAt ? known : payment;
    this.orders.save({ ...order, paymentId: payment.id, seen: { payment: latest, atMs: this.options.now() } });
  }
}
