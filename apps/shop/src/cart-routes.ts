import { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { withQuantity } from './cart.js';
import { findProduct } from './catalogue.js';
import { cartPage } from './pages/cart-page.js';
import { cataloguePage } from './pages/catalogue-page.js';
import { type CookieWriter, readVisit } from './visit.js';

const cartForm = z.object({
  product: z.string().catch('').transform(findProduct),
  quantity: z.coerce.number().int().catch(0),
});

export function registerCartRoutes(shop: FastifyInstance, cookies: CookieWriter): void {
  shop.get('/', (request, reply) => reply.html(cataloguePage(readVisit(request))));

  shop.get('/cart', (request, reply) => reply.html(cartPage(readVisit(request))));

  shop.post('/cart/add', (request, reply) => {
    const { cart } = readVisit(request);
    const { product } = cartForm.parse(request.body);
    if (product) cookies.keepCart(reply, withQuantity(cart, product.id, (cart.get(product.id) ?? 0) + 1));
    return reply.redirect('/', 303);
  });

  shop.post('/cart/set', (request, reply) => {
    const { product, quantity } = cartForm.parse(request.body);
    if (product) cookies.keepCart(reply, withQuantity(readVisit(request).cart, product.id, quantity));
    return reply.redirect('/cart', 303);
  });
}
