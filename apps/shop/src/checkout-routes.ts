import { randomUUID } from 'node:crypto';
import { type FastifyInstance, type FastifyReply } from 'fastify';
import { type CardFieldsOffer } from './card-fields.js';
import { cartLines, totalAmount } from './cart.js';
import {
  type CheckoutForm,
  checkoutForm,
  customerOf,
  enteredCard,
  type EnteredCard,
  formProblems,
  gatewayProblems,
} from './checkout-form.js';
import { type Checkout } from './checkout.js';
import { type CardFields, GatewayError } from './gateway-client.js';
import { type Order, type Orders } from './orders.js';
import { checkoutPage, type CheckoutView } from './pages/checkout-page.js';
import { payUrl } from './pages/order-page.js';
import { type CookieWriter, type Visit, isUuid, readVisit } from './visit.js';

const EMPTY_FORM: CheckoutForm = { name: '', email: '', way: 'page' };

export interface CheckoutParts {
  readonly orders: Orders;
  readonly checkout: Checkout;
  readonly cardFields: CardFieldsOffer;
  readonly cookies: CookieWriter;
}

export function registerCheckoutRoutes(
  shop: FastifyInstance,
  { orders, checkout, cardFields, cookies }: CheckoutParts,
): void {
  shop.get('/checkout', (request, reply) => {
    const visit = readVisit(request);
    const lines = cartLines(visit.cart);
    if (lines.length === 0) return reply.redirect('/cart', 303);
    return show(reply, visit, { orderId: randomUUID(), lines, form: EMPTY_FORM });
  });

  shop.post('/checkout', async (request, reply) => {
    const visit = readVisit(request);
    const { orderId } = request.body as { orderId?: unknown };
    if (!isUuid(orderId)) return reply.redirect('/checkout', 303);
    const placed = orders.find(orderId);
    const entered = enteredCard(request.body, request.headers.accept);
    if (placed) return pay(placed, { visit, entered }, reply);
    if (visit.cart.size === 0) return reply.redirect(`/orders/${orderId}`, 303);
    return place(orderId, { visit, form: checkoutForm.parse(request.body), entered }, reply);
  });

  function place(
    orderId: string,
    { visit, form, entered }: Asked & { readonly form: CheckoutForm },
    reply: FastifyReply,
  ) {
    const lines = cartLines(visit.cart);
    const card = form.way === 'card' ? entered : undefined;
    const problems =
      formProblems(form, visit.t) ?? (form.way === 'card' && !card ? { card: visit.t.cardProblem } : undefined);
    if (problems) return show(reply.code(422), visit, { orderId, lines, form, problems });
    const customer = customerOf(form, visit.customerId ?? randomUUID());
    const order = { id: orderId, lines, amount: totalAmount(lines), customer, language: visit.language };
    orders.save(order);
    cookies.keepCustomer(reply, customer.id);
    return pay(order, { visit, entered: card }, reply);
  }

  async function pay(order: Order, { visit, entered }: Asked, reply: FastifyReply): Promise<FastifyReply> {
    try {
      const payment = await checkout.pay(order, entered);
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
    const form = { name: `${firstName} ${lastName}`.trim(), email, way: 'page' as const };
    const problems = gatewayProblems(error.fields, visit.t);
    return show(reply.code(422), visit, { orderId: randomUUID(), lines: order.lines, form, problems });
  }

  async function show(reply: FastifyReply, visit: Visit, view: CheckoutView): Promise<FastifyReply> {
    const fields = await cardFields.current();
    if (fields) reply.cardFieldsOrigins = originsOf(fields);
    return reply.html(checkoutPage(visit, { ...view, ...(fields && { cardFields: fields }) }));
  }
}

const originsOf = ({ frameUrl, scripts }: CardFields): readonly string[] => [
  ...new Set([scripts.cardFields.url, frameUrl].map((url) => new URL(url).origin)),
];

/** Who asks, and the card that they entered on the page. */
interface Asked {
  readonly visit: Visit;
  readonly entered: EnteredCard | undefined;
}
