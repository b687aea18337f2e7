import { type LoggerService } from '@nestjs/common';
import { type FastifyInstance } from 'fastify';
import { type Params } from 'nestjs-pino';
import { destination, type DestinationStream } from 'pino';
import { type Measures } from '../measures/measures.js';
import { pathOf } from './request-path.js';

/** Addresses whose last segment is a secret. */
const SECRET_TAIL = /^(\/(?:callbacks\/alliance|return)\/[^/]+\/[^/]+)\/.*$/u;
/** What a merchant calls a customer may be an e-mail address. */
const CUSTOMER = /^(\/v1\/customers\/)[^/]+/u;
/** Characters. Longer than the ids of payments and accounts, so it may be a key that somebody took for an id. */
const LONG_SEGMENT = /[^/]{41,}/gu;
/** Asked every few seconds; nobody reads the answers in a log. */
const SILENT = '/health/';
/** What leads nowhere is not logged: it may be an address with a token, spelled wrongly. */
const NO_ROUTE = '(no route)';

/** An address as it may be logged: decoded, without query and token. */
export const loggableUrl = (url: string): string =>
  pathOf(url)?.replace(SECRET_TAIL, '$1/…').replace(CUSTOMER, '$1…').replace(LONG_SEGMENT, '…') ?? NO_ROUTE;

/** Bytes of log that wait for a standard output that takes none, before lines are dropped. */
const LOG_BACKLOG_BYTES = 1_000_000;

/** Standard output. When its disk is full or its reader is gone, lines are dropped and the gateway lives. */
function logStream(): DestinationStream {
  const stream = destination({ dest: 1, sync: true, maxLength: LOG_BACKLOG_BYTES });
  stream.on('error', () => undefined);
  return stream;
}

/** Structured logs. An error is logged by its name and code only: its message may quote a stranger's input. */
export const logOptions = (level: string): Params => ({
  pinoHttp: {
    stream: logStream(),
    level,
    base: { app: 'gateway' },
    autoLogging: false,
    serializers: { err: (error: Error) => ({ type: error.name, code: (error as { code?: string }).code }) },
    hooks: { logMethod: withoutErrorText },
  },
});

/** Pino makes an error's own message the text of the line when there is no other. */
function withoutErrorText(this: unknown, args: unknown[], method: (...args: unknown[]) => void): void {
  const [first, ...rest] = args;
  method.apply(this, first instanceof Error && rest.length === 0 ? [first, 'error'] : args);
}

/**
 * One line a request: what was asked of us, how it ended and what it made. Never a body, never another header. An
 * allow-list, not a block-list.
 */
export function logRequests(server: FastifyInstance, logger: LoggerService, measures: Measures): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? NO_ROUTE : (request.routeOptions.url ?? NO_ROUTE);
    measures.requests.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1_000,
    );
    if (!request.url.startsWith(SILENT)) {
      const { id, method } = request;
      const url = request.is404 ? NO_ROUTE : loggableUrl(request.url);
      const ms = Math.round(reply.elapsedTime);
      const created = reply.statusCode === 201 ? reply.getHeader('location') : undefined;
      const made = typeof created === 'string' ? { created: loggableUrl(created) } : {};
      logger.log({ requestId: id, method, url, statusCode: reply.statusCode, ms, ...made, msg: 'request' });
    }
    done();
  });
}
