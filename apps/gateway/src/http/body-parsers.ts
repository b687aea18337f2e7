import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { findCardNumber, holdsCardNumber } from './card-numbers.js';
import { HttpProblem } from './http-problem.js';
import { isCallback, isUpload } from './request-path.js';
import { parseRequestJson } from './strict-json.js';

/** Bytes; also the most a callback of the bank may have. */
export const BODY_LIMIT = 64 * 1024;
const BYTES = 'application/octet-stream';
/** What a file is called within the server, whatever its sender calls it. */
const FILE = 'application/x-file';
/** A byte order mark is kept, so that the parser refuses it: JSON has none. Source: RFC 8259 section 8.1. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** JSON in UTF-8 for the API, bytes for callbacks, a stream for files, nothing else. Registered in place of Nest's own parsers. */
export function registerBodyParsers(server: FastifyInstance): void {
  const options = { parseAs: 'buffer' as const, bodyLimit: BODY_LIMIT };
  server.removeAllContentTypeParsers();
  server.addHook('onRequest', (request, _reply, done) => {
    // Fastify refuses an odd media type before any parser sees the body; the bank's is no reason to lose a callback.
    if (isCallback(request.url) && hasBody(request)) request.raw.headers['content-type'] = BYTES;
    if (isUpload(request.url) && hasBody(request)) request.raw.headers['content-type'] = FILE;
    done();
  });
  server.addHook('onRequest', ({ url, headers }, _reply, done) => {
    const outside = [decodedQueryOf(url), headers['idempotency-key'] ?? ''];
    if (!isCallback(url) && outside.flat().some(holdsCardNumber)) {
      done(new HttpProblem('CARD_NUMBER_REFUSED', 'The query or a header holds what looks like a card number.'));
    } else done();
  });
  server.addContentTypeParser('application/json', options, (request, body: Buffer, done) => {
    settle(done, () => (isCallback(request.url) ? body : readJson(request, body)));
  });
  server.addContentTypeParser(FILE, (request, payload, done) => {
    if (isUpload(request.url)) done(null, payload);
    else done(new HttpProblem('MEDIA_TYPE_UNSUPPORTED', 'The body must be application/json.'));
  });
  server.addContentTypeParser('*', options, (request, body: Buffer, done) => {
    settle(done, () => {
      if (isCallback(request.url)) return body;
      if (body.length === 0) return undefined;
      throw new HttpProblem('MEDIA_TYPE_UNSUPPORTED', 'The body must be application/json.');
    });
  });
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;

/** @throws HttpProblem `MEDIA_TYPE_UNSUPPORTED` | `BODY_NOT_JSON` | `VALIDATION_FAILED` */
function readJson({ headers }: FastifyRequest, body: Buffer): unknown {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw new HttpProblem(
      'MEDIA_TYPE_UNSUPPORTED',
      'The body must not be compressed: send it without Content-Encoding.',
    );
  }
  if (!isUtf8(headers['content-type'] ?? '')) {
    throw new HttpProblem('MEDIA_TYPE_UNSUPPORTED', 'The body must be in UTF-8: no other charset is read.');
  }
  return body.length === 0 ? undefined : withoutCardNumbers(parseRequestJson(decode(body)));
}

/** Card data comes encrypted or not at all. Nothing of it is repeated. @throws HttpProblem `CARD_NUMBER_REFUSED` */
function withoutCardNumbers(body: unknown): unknown {
  const found = findCardNumber(body);
  if (!found) return body;
  const path = found.join('.');
  const where = path === '' ? 'The body' : `The member "${path}"`;
  throw new HttpProblem('CARD_NUMBER_REFUSED', `${where} holds what looks like a card number.`, {
    errors: [{ path, message: 'must not hold a card number' }],
  });
}

/** What cannot be decoded is refused elsewhere. */
function decodedQueryOf(url: string): string {
  const query = url.split('?').slice(1).join('?').replaceAll('+', ' ');
  try {
    return decodeURIComponent(query);
  } catch {
    return query;
  }
}

/** Whether a media type names no charset but UTF-8. Every one counts, since readers differ in which they believe. */
const isUtf8 = (mediaType: string): boolean =>
  [...mediaType.matchAll(/;\s*charset\*?\s*=\s*([^;]*)/giu)].every(([, charset = '']) =>
    /^"?utf-?8"?$/iu.test(charset.trim()),
  );

function decode(body: Buffer): string {
  try {
    return UTF8.decode(body);
  } catch {
    throw new HttpProblem('BODY_NOT_JSON', 'The body holds bytes that are no UTF-8.');
  }
}

function settle(done: (error: Error | null, body?: unknown) => void, read: () => unknown): void {
  try {
    done(null, read());
  } catch (error) {
    done(error as Error);
  }
}
