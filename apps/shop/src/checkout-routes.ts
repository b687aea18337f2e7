import { randomUUID } from 'node:crypto';
import { type FastifyInstance, type FastifyReply } from 'fastify';
import { cartLines, totalAmount } from './cart.js';
import { type CheckoutForm, checkoutForm, customerOf, formProblems, gatewayProblems } from './checkout-form.js';
import { type Checkout } from './checkout.js';
import { GatewayError } from './gateway-client.js';
import { type Order, type Orders } from './orders.js';
import { checkoutPage } from './pages/checkout-page.js';
import { payUrl } from './pages/order-page.js';
import { type CookieWriter, type Visit, isUuid, readVisit } from './visit.js';

const EMPTY_FORM: CheckoutForm = { name: '', email: '' };

export interface CheckoutParts {
  readonly orders: Orders;
  readonly checkout: Checkout;
  readonly cookies: CookieWriter;
}

export function registerCheckoutRoutes(shop: FastifyInstance, { orders, checkout, cookies }: CheckoutParts): void {
  shop.get('/checkout', (request, reply) => {
    const visit = readVisit(request);
    const lines = cartLines(visit.cart);
    if (lines.length === 0) return reply.redirect('/cart', 303);
    return reply.html(checkoutPage(visit, { orderId: randomUUID(), lines, form: EMPTY_FORM }));
  });

  shop.post('/checkout', async (request, reply) => {
    const visit = readVisit(request);
    const { orderId } = request.body as { orderId?: unknown };
    if (!isUuid(orderId)) return reply.redirect('/checkout', 303);
    const placed = orders.find(orderId);
    if (placed) return pay(placed, visit, reply);
    if (visit.cart.size === 0) return reply.redirect(`/orders/${orderId}`, 303);
    return place(orderId, { visit, form: checkoutForm.parse(request.body) }, reply);
  });

  function place(orderId: string, { visit, form }: { visit: Visit; form: CheckoutForm }, reply: FastifyReply) {
    const lines = cartLines(visit.cart);
    const problems = formProblems(form, visit.t);
    if (problems) return reply.code(422).html(checkoutPage(visit, { orderId, lines, form, problems }));
    const customer = customerOf(form, visit.customerId ?? randomUUID());
    const order = { id: orderId, lines, amount: totalAmount(lines), customer, language: visit.language };
    orders.save(order);
    cookies.keepCustomer(reply, customer.id);
    return pay(order, visit, reply);
  }

  async function pay(order: Order, visit: Visit, reply: FastifyReply): Promise<FastifyReply> {
    try {
      const payment = await checkout.pay(order);
      cookies.keepCart(reply, new Map());
      return await reply.redirect(payUrl(payment) ?? `/orders/${order.id}`, 303);
    } catch (error) {
      if (error instanceof GatewayError && error.fields.length > 0) return correct(order, { visit, error }, reply);
      throw error;
    }
  }

  /** Nothing was created, so the order is dropped; the corrected form is a new order with a new idempotency key. */
  function correct(order: Order, { visit, error }: { visit: Visit; error: GatewayError }, reply: FastifyReply) {
    orders.remove(order.id);
    const { firstName, lastName = '', email } = order.customer;
    const form = { name: `${firstName} ${lastName}`.trim(), email };
    const problems = gatewayProblems(error.fields, visit.t);
    return reply.code(422).html(checkoutPage(visit, { orderId: randomUUID(), lines: order.lines, form, problems }));
  }
}
