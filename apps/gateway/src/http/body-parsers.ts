import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { HttpProblem } from './http-problem.js';
import { parseStrictJson } from './strict-json.js';

/** Bytes; also the most a callback of the bank may have. */
export const BODY_LIMIT = 64 * 1024;
/** Bodies under this path are kept as they came. */
const VERBATIM = '/callbacks/';

/** JSON for the API, bytes for callbacks, nothing else. Registered in place of Nest's own parsers. */
export function registerBodyParsers(server: FastifyInstance): void {
  const options = { parseAs: 'buffer' as const, bodyLimit: BODY_LIMIT };
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', options, (request, body: Buffer, done) => {
    settle(done, () => (isVerbatim(request) ? body : parseJson(body)));
  });
  server.addContentTypeParser('*', options, (request, body: Buffer, done) => {
    settle(done, () => {
      if (isVerbatim(request)) return body;
      throw new HttpProblem('MEDIA_TYPE_UNSUPPORTED', 'The body must be application/json.');
    });
  });
}

const isVerbatim = (request: FastifyRequest): boolean => request.url.startsWith(VERBATIM);

function parseJson(body: Buffer): unknown {
  return body.length === 0 ? undefined : parseStrictJson(body.toString('utf8'));
}

function settle(done: (error: Error | null, body?: unknown) => void, read: () => unknown): void {
  try {
    done(null, read());
  } catch (error) {
    done(error as Error);
  }
}
