import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';
import { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { v7 } from 'uuid';
import { refuseOtherMethods } from './allowed-methods.js';
import { addAnswerHeaders, REQUEST_ID_HEADER } from './answer-headers.js';
import { registerBodyParsers } from './body-parsers.js';
import { HTTP_PROBLEMS, HttpProblem, type HttpProblemCode } from './http-problem.js';
import { type ProblemDocument, ProblemDocuments } from './problem-document.js';
import { basePathOf, isReadableQuery, rootOf, routedUrl } from './request-path.js';

const PROBLEM_TYPE = 'application/problem+json';

/** From the first byte of a request to its last. 64 KB take this long at 20 kbit/s. Milliseconds. */
const REQUEST_MS = 30_000;
const HEADERS_MS = 10_000;
/** How often Node looks for requests past these limits. Milliseconds. */
const CHECK_EVERY_MS = 2_000;

/** Characters of one part of an address: those of a merchant's own id of a customer. */
const LONGEST_PART = 255;

/** An HTTP server whose own refusals are problem documents, too. @param publicUrl @param trustedProxies see `GatewayConfig` */
export function createHttpAdapter(publicUrl: string, trustedProxies: readonly string[] = []): FastifyAdapter {
  const basePath = basePathOf(publicUrl);
  const documents = new ProblemDocuments(HTTP_PROBLEMS, rootOf(publicUrl));
  const problem = (code: HttpProblemCode, detail: string, id: string): ProblemDocument =>
    documents.of({ code, detail }, id);
  const adapter = new FastifyAdapter({
    forceCloseConnections: 'idle',
    return503OnClosing: false, // it would be no problem document; what is on its way is answered by us, see Drain
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    genReqId: () => v7(),
    rewriteUrl: ({ url = '/' }) => routedUrl(url, basePath),
    routerOptions: { maxParamLength: LONGEST_PART },
    requestTimeout: REQUEST_MS,
    // Node would answer a missing Host with no body at all; see requireReadable.
    http: { requireHostHeader: false, headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_EVERY_MS },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const document =
        error.statusCode === 414
          ? problem('ADDRESS_TOO_LONG', 'A part of the address is longer than any id.', request.id)
          : problem('VALIDATION_FAILED', 'The address is not properly percent-encoded UTF-8.', request.id);
      void reply.header(REQUEST_ID_HEADER, request.id);
      void reply.status(document.status).type(PROBLEM_TYPE).send(JSON.stringify(document));
    },
    clientErrorHandler: (error, socket) => {
      const id = v7();
      refuseUnreadable(error, { socket, id }, (code, detail) => problem(code, detail, id));
    },
  });
  const server = adapter.getInstance();
  refuseExpectations(server.server, (id) => problem('EXPECTATION_UNSUPPORTED', 'Only 100-continue is known.', id));
  addAnswerHeaders(server, basePath);
  refuseOtherMethods(server);
  requireReadable(adapter);
  registerBodyParsers(server);
  return adapter;
}

/** What Node's parser finds wrong before there is a request: codes of its `clientError` event. */
const UNREADABLE: Readonly<Record<string, [HttpProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'Address and headers together are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'The request was not complete in time.'],
};

/** Answers on the bare socket, unless part of another answer is on its way. Never quotes what came. */
function refuseUnreadable(
  error: NodeJS.ErrnoException,
  { socket, id }: { readonly socket: Duplex; readonly id: string },
  problem: (code: HttpProblemCode, detail: string) => ProblemDocument,
): void {
  const { _httpMessage: answer } = socket as Duplex & { readonly _httpMessage?: ServerResponse };
  if (error.code !== 'ECONNRESET' && socket.writable && answer?.headersSent !== true) {
    const document = problem(...(UNREADABLE[error.code ?? ''] ?? ['REQUEST_MALFORMED', 'This is no HTTP request.']));
    const body = JSON.stringify(document);
    socket.write(
      `HTTP/1.1 ${document.status} ${document.title}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
        `X-Request-Id: ${id}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroy(error);
}

function refuseExpectations(server: Server, problem: (id: string) => ProblemDocument): void {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const id = v7();
    const document = problem(id);
    const body = JSON.stringify(document);
    const headers = { 'content-type': PROBLEM_TYPE, 'content-length': Buffer.byteLength(body), connection: 'close' };
    response.writeHead(document.status, { [REQUEST_ID_HEADER]: id, ...headers }).end(body);
  });
}

/** A host is required by RFC 9112 section 3.2. */
function requireReadable(adapter: FastifyAdapter): void {
  adapter.getInstance().addHook('onRequest', ({ raw, url }, _reply, done) => {
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined) {
      done(new HttpProblem('REQUEST_MALFORMED', 'The request names no host.'));
    } else if (isReadableQuery(url)) done();
    else done(new HttpProblem('VALIDATION_FAILED', 'The query is not properly percent-encoded UTF-8.'));
  });
}
