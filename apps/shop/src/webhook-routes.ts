import { type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import { WebhookError } from '#libs/webhook-receiver';
import { webhooksPage, webhooksState } from './pages/webhooks-page.js';
import { readVisit } from './visit.js';
import { type Webhooks } from './webhooks.js';

/** Bytes. An event has less than two thousand. */
const BODY_LIMIT = 64 * 1_024;

export function registerWebhookRoutes(shop: FastifyInstance, webhooks: Webhooks, log: Logger): void {
  shop.get('/webhooks', (request, reply) => reply.html(webhooksPage(readVisit(request), webhooks)));

  shop.get('/webhooks/state', (request) => webhooksState(readVisit(request), webhooks));

  if (!webhooks.isOn) return;
  shop.register((route, _options, done) => {
    takeWebhooks(route, webhooks, log);
    done();
  });
}

/** In a scope of its own, so that only this route gets the bytes as they came. */
function takeWebhooks(route: FastifyInstance, webhooks: Webhooks, log: Logger): void {
  route.removeAllContentTypeParsers();
  route.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  route.post('/webhooks', { bodyLimit: BODY_LIMIT }, async ({ headers, body }, reply) => {
    try {
      await webhooks.take({ headers, body: Buffer.isBuffer(body) ? body : '' });
      return await reply.code(204).send();
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error; // 5xx: the gateway sends it again
      log.warn({ code: error.code }, 'webhook refused');
      return reply.code(error.status).send();
    }
  });
}
