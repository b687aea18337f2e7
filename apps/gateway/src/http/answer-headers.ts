import { type FastifyInstance } from 'fastify';

/** Seconds after which a repeat or a look is worth it, where a request is under way at the bank. */
const LOOK_AGAIN_SECONDS = 2;
export const REQUEST_ID_HEADER = 'x-request-id';
/** How the views of all resources begin. */
const RESOURCE = /^\{"object":"([a-z_]+)","id":"([\w-]+)"/u;

/**
 * Headers that belong to every answer: the request's id, where to find what was created, and when to look again.
 * @param basePath of PUBLIC_URL, so that a `Location` holds behind a proxy, too
 */
export function addAnswerHeaders(server: FastifyInstance, basePath: string): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (request.url.startsWith('/v1/')) {
      const created = reply.statusCode === 201 && typeof payload === 'string' ? RESOURCE.exec(payload) : null;
      if (created) void reply.header('location', `${basePath}${addressOf(created)}`);
      if (reply.statusCode === 202 && !reply.hasHeader('retry-after'))
        void reply.header('retry-after', LOOK_AGAIN_SECONDS);
    }
    done(null, payload);
  });
}

/** A resource's collection is its name in the plural: `payment_link` → `/v1/payment-links/…`. */
const addressOf = ([, object = '', id = '']: RegExpExecArray): string => `/v1/${object.replaceAll('_', '-')}s/${id}`;
