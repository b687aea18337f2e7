import Fastify, { type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import { CardFieldsOffer } from './card-fields.js';
import { registerCartRoutes } from './cart-routes.js';
import { registerCheckoutRoutes } from './checkout-routes.js';
import { Checkout } from './checkout.js';
import { registerErrorPages } from './error-pages.js';
import { GatewayClient } from './gateway-client.js';
import { isLanguage } from './i18n.js';
import { registerOrderRoutes } from './order-routes.js';
import { Orders } from './orders.js';
import { CARD_SCRIPT } from './pages/card-script.js';
import { POLL_SCRIPT } from './pages/poll-script.js';
import { FAVICON, ORNAMENT } from './pages/pictures.js';
import { STYLES } from './pages/styles.js';
import { type ShopConfig } from './shop-config.js';
import { CookieWriter } from './visit.js';
import { registerWebhookRoutes } from './webhook-routes.js';
import { Webhooks } from './webhooks.js';

declare module 'fastify' {
  interface FastifyReply {
    html(page: string): FastifyReply;
    /** What the content security policy lets in, where the page shows the gateway's card fields. */
    cardFieldsOrigins: readonly string[] | null;
  }
}

const ASSETS: Readonly<Record<string, { type: string; text: string }>> = {
  '/styles.css': { type: 'text/css; charset=utf-8', text: STYLES },
  '/card.js': { type: 'text/javascript; charset=utf-8', text: CARD_SCRIPT },
  '/poll.js': { type: 'text/javascript; charset=utf-8', text: POLL_SCRIPT },
  '/favicon.svg': { type: 'image/svg+xml', text: FAVICON },
  '/ornament.svg': { type: 'image/svg+xml', text: ORNAMENT },
};

/** @param now milliseconds since 1970 */
export function createShop(config: ShopConfig, log: Logger, now = Date.now): FastifyInstance {
  const secure = config.publicUrl.protocol === 'https:';
  const shop = Fastify({ bodyLimit: 8 * 1024 });
  const orders = new Orders();
  const cookies = new CookieWriter(secure);
  const { publicUrl, webhookSecrets } = config;
  const gateway = new GatewayClient(config.gatewayUrl, config.gatewayApiKey);
  const checkout = new Checkout(orders, gateway, { publicUrl, hasWebhooks: webhookSecrets.length > 0, now });

  readForms(shop);
  protectPages(shop, secure);
  shop.decorateReply('cardFieldsOrigins', null);
  shop.decorateReply('html', function (page) {
    return this.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page);
  });
  shop.addHook('onRequest', (request, reply, done) => {
    const { lang } = request.query as { lang?: unknown };
    if (isLanguage(lang)) cookies.keepLanguage(reply, lang);
    done();
  });
  registerAssets(shop);
  registerCartRoutes(shop, cookies);
  const cardFields = new CardFieldsOffer(gateway, now);
  registerCheckoutRoutes(shop, { orders, checkout, cardFields, cookies });
  registerOrderRoutes(shop, { orders, checkout, cookies });
  registerWebhookRoutes(shop, new Webhooks(webhookSecrets, checkout), log);
  registerErrorPages(shop, log);
  return shop;
}

function readForms(shop: FastifyInstance): void {
  shop.removeAllContentTypeParsers();
  shop.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body.toString())));
  });
  shop.addHook('preValidation', (request, _reply, done) => {
    request.body ??= {}; // a form without fields has no body at all
    done();
  });
}

function protectPages(shop: FastifyInstance, secure: boolean): void {
  // Chrome applies form-action to redirects too, and checkout redirects to the bank's page, whose address only the gateway knows.
  const formAction = secure ? "'self' https:" : "'self' https: http:";
  const rest = `form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`;
  /** @param others origins of the card fields */
  const policyOf = (others: readonly string[]): string => {
    const scripts = `script-src ${["'self'", ...others].join(' ')}`;
    const frames = others.length > 0 ? `frame-src ${others.join(' ')}; ` : '';
    return `default-src 'none'; style-src 'self'; ${scripts}; img-src 'self'; connect-src 'self'; ${frames}${rest}`;
  };
  shop.addHook('onSend', async (_request, reply) => {
    void reply.headers({
      'content-security-policy': policyOf(reply.cardFieldsOrigins ?? []),
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
  });
}

function registerAssets(shop: FastifyInstance): void {
  shop.get('/health', () => ({ status: 'ok' }));
  for (const [path, { type, text }] of Object.entries(ASSETS)) {
    shop.get(path, (_request, reply) => reply.type(type).header('cache-control', 'public, max-age=300').send(text));
  }
}
