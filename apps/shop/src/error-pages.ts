import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { GatewayError } from './gateway-client.js';
import { type Html } from './html.js';
import { type Notice, noticePage, payAgain, reload, startOver, toCatalogue } from './pages/notice-page.js';
import { type Visit, isUuid, readVisit } from './visit.js';

/** Logs name the kind of error and the route, never its message: that may quote what a customer typed. */
export function registerErrorPages(shop: FastifyInstance, log: Logger): void {
  shop.setNotFoundHandler((request, reply) => {
    const visit = readVisit(request);
    const { notFoundTitle: title, notFoundText: text } = visit.t;
    return reply.code(404).html(noticePage(visit, { title, text, action: toCatalogue(visit) }));
  });

  shop.setErrorHandler((error, request, reply) => {
    const visit = readVisit(request);
    const route = request.routeOptions.url;
    if (error instanceof GatewayError) {
      const { code, httpStatus } = error;
      log.warn({ code, httpStatus, reason: reasonOf(error), route }, 'no payment from the gateway');
      void reply.code(isPassing(error) ? 503 : 502).header('retry-after', '10');
      return reply.html(noticePage(visit, gatewayNotice(error, visit, retry(error, request, visit))));
    }
    const status = statusOf(error);
    if (status >= 500) log.error({ kind: nameOf(error), route }, 'failed');
    const { brokenTitle: title, brokenText: text } = visit.t;
    return reply.code(status).html(noticePage(visit, { title, text, action: toCatalogue(visit) }));
  });
}

/** Down, busy with this very payment (409) or asked too often (429): the same request may work in a moment. */
const isPassing = ({ httpStatus }: GatewayError): boolean => httpStatus >= 500 || [409, 429].includes(httpStatus);

function gatewayNotice(error: GatewayError, { t }: Visit, action: Html): Notice {
  const { code } = error;
  return isPassing(error)
    ? { title: t.unavailableTitle, text: t.unavailableText, code, action }
    : { title: t.refusedTitle, text: t.refusedText, code, action };
}

/** What may pass is sent again as the same order; what was refused for good starts over as a new one. */
function retry(error: GatewayError, request: FastifyRequest, visit: Visit): Html {
  const { orderId } = (request.body ?? {}) as { orderId?: unknown };
  if (!isUuid(orderId)) return reload(visit);
  return isPassing(error) ? payAgain(orderId, visit.t.tryAgain) : startOver(visit);
}

/** What fetch says of a broken connection, such as ECONNREFUSED. */
function reasonOf({ cause }: GatewayError): unknown {
  return (cause as { cause?: { code?: unknown } } | undefined)?.cause?.code ?? nameOf(cause);
}

const nameOf = (error: unknown): string | undefined => (error as Error | undefined)?.name;

function statusOf(error: unknown): number {
  const { statusCode = 500 } = error as { statusCode?: number };
  return statusCode >= 400 ? statusCode : 500;
}
