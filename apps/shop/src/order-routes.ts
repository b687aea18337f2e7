import { type FastifyInstance } from 'fastify';
import { type Checkout } from './checkout.js';
import { type Orders } from './orders.js';
import { type OrderView, orderPage, orderState } from './pages/order-page.js';
import { type CookieWriter, isUuid, readVisit } from './visit.js';

interface OrderParts {
  readonly orders: Orders;
  readonly checkout: Checkout;
  readonly cookies: CookieWriter;
}

type OrderRoute = { Params: { id: string } };

export function registerOrderRoutes(shop: FastifyInstance, { orders, checkout, cookies }: OrderParts): void {
  shop.get<OrderRoute>('/orders/:id', async (request, reply) => {
    const view = await find(request.params.id, (id) => checkout.paymentOf(id));
    if (view) return reply.html(orderPage(readVisit(request), view));
    reply.callNotFound();
    return reply;
  });

  shop.get<OrderRoute>('/orders/:id/status', async (request, reply) => {
    const view = await find(request.params.id, (id) => checkout.lastSeen(id));
    if (view) return reply.send(orderState(readVisit(request), view));
    reply.callNotFound();
    return reply;
  });

  shop.post<OrderRoute>('/orders/:id/again', (request, reply) => {
    const lines = orders.find(request.params.id)?.lines;
    if (lines) cookies.keepCart(reply, new Map(lines.map(({ product, quantity }) => [product.id, quantity])));
    return reply.redirect('/cart', 303);
  });

  /** Whoever knows the id may look: it is random, and the page names no customer. */
  async function find(id: string, paymentOf: Checkout['paymentOf']): Promise<OrderView | undefined> {
    if (!isUuid(id)) return undefined;
    const payment = await paymentOf(id);
    const order = orders.find(id);
    return payment || order ? { id, order, payment } : undefined;
  }
}
