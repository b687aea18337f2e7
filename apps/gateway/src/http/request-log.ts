import { type FastifyRequest } from 'fastify';
import { type Params } from 'nestjs-pino';

interface LoggedRequest {
  readonly id: unknown;
  readonly method: string;
  readonly raw?: FastifyRequest['raw'];
  readonly url: string;
}

/** Routes whose last path segment is a secret or that run every few seconds. */
const SECRET_TAIL = /^(\/(?:callbacks\/alliance|return)\/[^/]+\/[^/]+)\/.*$/u;

/** An address as it may be logged: no query, no token. */
export const loggableUrl = (url: string): string => (url.split('?')[0] ?? '').replace(SECRET_TAIL, '$1/…');

/** Structured logs of what happened, never of what was said: no bodies, no headers. An allow-list, not a block-list. */
export const logOptions = (level: string): Params => ({
  pinoHttp: {
    level,
    base: { app: 'gateway' },
    autoLogging: { ignore: (request) => request.url?.startsWith('/health/') === true },
    serializers: {
      req: ({ id, method, url }: LoggedRequest) => ({ id, method, url: loggableUrl(url) }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
      err: (error: Error) => ({ type: error.name, code: (error as { code?: string }).code }),
    },
    wrapSerializers: false,
  },
});
