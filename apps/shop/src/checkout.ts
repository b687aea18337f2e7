import { type GatewayClient, type Payment } from './gateway-client.js';
import { type Order, type Orders } from './orders.js';

/** Takes an order to the gateway, and finds its payment again. */
export class Checkout {
  readonly #flights = new Map<string, Promise<Payment>>();

  constructor(
    private readonly orders: Orders,
    private readonly gateway: GatewayClient,
    private readonly publicUrl: URL,
  ) {}

  /** One payment per order: a double click shares the first call, a later retry is caught by the idempotency key. */
  pay(order: Order): Promise<Payment> {
    if (order.paymentId) return this.gateway.payment(order.paymentId);
    const inFlight = this.#flights.get(order.id);
    if (inFlight) return inFlight;
    const flight = this.#createPayment(order).finally(() => this.#flights.delete(order.id));
    this.#flights.set(order.id, flight);
    return flight;
  }

  /** By the payment id; by the order id when the shop has lost its memory or never got the gateway's answer. */
  paymentOf(orderId: string): Promise<Payment | undefined> {
    const paymentId = this.orders.find(orderId)?.paymentId;
    return paymentId ? this.gateway.payment(paymentId) : this.gateway.paymentByReference(orderId);
  }

  async #createPayment(order: Order): Promise<Payment> {
    const { id, amount, language, customer } = order;
    const returnUrl = new URL(`orders/${id}`, this.publicUrl).href;
    const payment = await this.gateway.createPayment(
      { amount, currency: 'UAH', reference: id, returnUrl, language, customer },
      id,
    );
    this.orders.save({ ...order, paymentId: payment.id });
    return payment;
  }
}
