import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { aPaymentRequest } from '../support/gateway-client.js';
import { EDGE_OPS_KEY, type EdgeApp, startEdgeApp } from './edge-app.js';
import { aKey } from './gateway-parts.js';

/** As it came over the socket. */
interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const TOKEN = 'dG9rZW4tdGhhdC1ub2JvZHktbWF5LXNlZQ';

/** What a client sees that writes its requests by hand: whoever answers, Node, Fastify or we, it is a problem document. */
describe('the API on a bare socket', () => {
  let edge: EdgeApp;

  beforeAll(async () => {
    edge = await startEdgeApp();
  });
  afterAll(() => edge.stop());

  const raw = (request: string | Buffer): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket = connect(edge.port, '127.0.0.1', () => socket.write(request));
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('close', () => {
        resolve(readAnswer(Buffer.concat(chunks).toString()));
      });
    });
  const head = (line: string, ...headers: string[]): string =>
    [line, 'Host: gateway.example', 'Connection: close', ...headers, '', ''].join('\r\n');
  const posted = (path: string, body: string | Buffer, ...headers: string[]): Promise<RawAnswer> => {
    const bytes = Buffer.from(body);
    const top = head(
      `POST ${path} HTTP/1.1`,
      `Authorization: Bearer ${path.startsWith('/ops') ? EDGE_OPS_KEY : edge.apiKey}`,
      `Idempotency-Key: ${aKey()}`,
      `Content-Length: ${bytes.length}`,
      ...headers,
    );
    return raw(Buffer.concat([Buffer.from(top), bytes]));
  };
  const JSON_TYPE = 'Content-Type: application/json';
  /** Letters А to я only: U+0410 is 0xC0 there. */
  const inWindows1251 = (text: string): Buffer =>
    Buffer.from(
      text.replaceAll(/[А-я]/gu, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x350)),
      'latin1',
    );

  it.each<[what: string, request: () => string, status: number, code: string]>([
    ['an escape that is none', () => head('GET /v1/payments/%zz HTTP/1.1'), 400, 'VALIDATION_FAILED'],
    ['an escape of bytes that are no UTF-8', () => head('GET /v1/payments/%CF%F0 HTTP/1.1'), 400, 'VALIDATION_FAILED'],
    ['such an escape in the query', () => head('GET /v1/payments?reference=%CF%F0 HTTP/1.1'), 400, 'VALIDATION_FAILED'],
    [
      'a header of 20 kB',
      () => head('GET /v1/payments HTTP/1.1', `X-Long: ${'x'.repeat(20_000)}`),
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['an address of 20 kB', () => head(`GET /v1/${'x'.repeat(20_000)} HTTP/1.1`), 431, 'HEADERS_TOO_LARGE'],
    ['an id of 256 characters', () => head(`GET /v1/payments/${'x'.repeat(256)} HTTP/1.1`), 414, 'ADDRESS_TOO_LONG'],
    ['no HTTP at all', () => 'hello\r\n\r\n', 400, 'REQUEST_MALFORMED'],
    ['a TLS greeting', () => '\u0016\u0003\u0001\u0002\u0000\u0001', 400, 'REQUEST_MALFORMED'],
    ['another version of HTTP', () => head('GET /health/live HTTP/3.0'), 400, 'REQUEST_MALFORMED'],
    ['HTTP/2 without asking', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'REQUEST_MALFORMED'],
    ['a method that nobody knows', () => head('BREW /v1/payments HTTP/1.1'), 400, 'REQUEST_MALFORMED'],
    ['no Host', () => 'GET /v1/payments HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'REQUEST_MALFORMED'],
    ['a blank in a header name', () => head('GET /health/live HTTP/1.1', 'X Y: 1'), 400, 'REQUEST_MALFORMED'],
    [
      'two lengths',
      () => head('POST /v1/payments HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'),
      400,
      'REQUEST_MALFORMED',
    ],
    [
      'an expectation',
      () => head('POST /v1/payments HTTP/1.1', 'Expect: a miracle', 'Content-Length: 0'),
      417,
      'EXPECTATION_UNSUPPORTED',
    ],
    ['an address that is not there', () => head('GET /v2/payments HTTP/1.1'), 404, 'ROUTE_NOT_FOUND'],
    ['an absolute address', () => head('GET http://evil.example/v2 HTTP/1.1'), 404, 'ROUTE_NOT_FOUND'],
    ['a server as a whole', () => head('OPTIONS * HTTP/1.1'), 404, 'ROUTE_NOT_FOUND'],
  ])('answers %s with a problem', async (_what, request, status, code) => {
    const answer = await raw(request());
    expect([answer.status, problemOf(answer).code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/u);
    expect(problemOf(answer)).toMatchObject({
      status,
      type: expect.stringMatching(new RegExp(`^http://[^/]+/docs/problems#${code}$`, 'u')),
      instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/u),
    });
    expect(problemOf(answer).instance).toBe(`urn:uuid:${answer.headers['x-request-id']}`);
  });

  it.each<[method: string, path: string, allow: string]>([
    ['PUT', '/v1/payments', 'GET, HEAD, POST'],
    ['DELETE', '/v1/payments/pay_1', 'GET, HEAD'],
    ['PATCH', '/v1/payments/pay_1/refunds', 'GET, HEAD, POST'],
    ['OPTIONS', '/v1/payments', 'GET, HEAD, POST'],
    ['TRACE', '/health/live', 'GET, HEAD'],
    ['PROPFIND', '/%761/payments?x=1', 'GET, HEAD, POST'],
    ['GET', `/callbacks/alliance/acc_1/pay_1/${TOKEN}`, 'POST'],
    ['POST', `/return/acc_1/pay_1/${TOKEN}`, 'GET, HEAD'],
    ['PUT', '/ops/merchant-accounts/acc_1', 'GET, HEAD, PATCH'],
  ])('answers %s %s with 405 and what is allowed', async (method, path, allow) => {
    const answer = await raw(head(`${method} ${path} HTTP/1.1`, 'Content-Length: 0'));
    expect([answer.status, answer.headers['allow']]).toEqual([405, allow]);
    expect(problemOf(answer).code).toBe('METHOD_NOT_ALLOWED');
    expect(answer.body).not.toContain(TOKEN);
  });

  it('answers HEAD without a body, for a problem too', async () => {
    expect(await raw(head('HEAD /health/live HTTP/1.1'))).toMatchObject({ status: 200, body: '' });
    expect(await raw(head('HEAD /v1/payments HTTP/1.1'))).toMatchObject({ status: 401, body: '' });
    expect(await raw(head('HEAD /nowhere HTTP/1.1'))).toMatchObject({ status: 404, body: '' });
  });

  it('ends a request that does not come to its end, headers and body alike', async () => {
    const server = edge.app.getHttpServer();
    const limits = { headersTimeout: server.headersTimeout, requestTimeout: server.requestTimeout };
    expect(limits).toEqual({ headersTimeout: 10_000, requestTimeout: 30_000 });
    Object.assign(server, { headersTimeout: 100, requestTimeout: 200 }); // Node looks every two seconds
    try {
      const requests = [
        'POST /v1/payments HTTP/1.1\r\nHost: gate',
        `${head('POST /v1/payments HTTP/1.1', JSON_TYPE, 'Content-Length: 100')}{"amount":`,
      ];
      const answers = await Promise.all(requests.map((request) => raw(request)));
      for (const answer of answers) {
        expect(answer.status).toBe(408);
        expect(problemOf(answer).code).toBe('REQUEST_TIMEOUT');
        expect(problemOf(answer).instance).toBe(`urn:uuid:${answer.headers['x-request-id']}`);
      }
    } finally {
      Object.assign(server, limits);
    }
  });

  it('waits for a client that waits for leave to send', async () => {
    const answer = await posted('/v1/payments', JSON.stringify(aPaymentRequest()), JSON_TYPE, 'Expect: 100-continue');
    expect(answer.status).toBe(100);
    expect(answer.body).toContain('HTTP/1.1 201');
  });

  describe('in a body', () => {
    const payment = (description: string): string => JSON.stringify(aPaymentRequest({ description }));
    const utf16 = Buffer.from(`\ufeff${payment('x')}`, 'utf16le');

    it.each<[what: string, body: () => Buffer]>([
      ['windows-1251', () => inWindows1251(payment('Кава'))],
      ['an overlong slash', () => Buffer.from(payment('@').replace('@', '\xc0\xaf'), 'latin1')],
      ['a surrogate in three bytes', () => Buffer.from(payment('@').replace('@', '\xed\xa0\x80'), 'latin1')],
      ['half a character at the end', () => Buffer.concat([Buffer.from(payment('x')), Buffer.from([0xd0])])],
      ['UTF-16 with its mark', () => utf16],
      ['UTF-16 without', () => utf16.subarray(2)],
      ['UTF-16, the other way round', () => Buffer.from(utf16).swap16()],
      ['UTF-32', () => Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0])],
      ['a byte order mark', () => Buffer.from(`\ufeff${payment('x')}`)],
      ['half a character, escaped', () => Buffer.from(payment('@').replace('@', String.raw`\ud800`))],
      ['half a character in a name', () => Buffer.from(String.raw`{"\udc00":1}`)],
    ])('refuses %s', async (_what, body) => {
      const orders = edge.bank.orders.length;
      const answer = await posted('/v1/payments', body(), JSON_TYPE);
      expect([answer.status, problemOf(answer).code]).toEqual([400, 'BODY_NOT_JSON']);
      expect(edge.bank.orders).toHaveLength(orders);
    });

    it.each(['/v1/payments', '/v1/payments/pay_1/refunds', '/ops/merchant-accounts', '/ops/sessions/acc_1/block'])(
      'refuses bytes that are no UTF-8, and other charsets, at %s',
      async (path) => {
        const body = inWindows1251('{"reason":"Кава"}');
        const bytes = await posted(path, body, JSON_TYPE);
        expect([bytes.status, problemOf(bytes).code]).toEqual([400, 'BODY_NOT_JSON']);
        for (const charset of ['windows-1251', '"koi8-u"', 'UTF-16', 'us-ascii', 'utf-8; charset=windows-1251', '']) {
          const answer = await posted(path, '{}', `${JSON_TYPE}; charset=${charset}`);
          expect([charset, answer.status, problemOf(answer).code]).toEqual([charset, 415, 'MEDIA_TYPE_UNSUPPORTED']);
        }
      },
    );

    it('does not take one text in windows-1251 for another under the same key', async () => {
      const key = aKey();
      const send = (name: string): Promise<RawAnswer> =>
        raw(
          Buffer.concat([
            Buffer.from(
              head(
                'POST /v1/payments HTTP/1.1',
                `Authorization: Bearer ${edge.apiKey}`,
                `Idempotency-Key: ${key}`,
                JSON_TYPE,
                `Content-Length: ${inWindows1251(payment(name)).length}`,
              ),
            ),
            inWindows1251(payment(name)),
          ]),
        );
      expect([(await send('Кава')).status, (await send('Каша')).status]).toEqual([400, 400]);
    });

    it.each(['utf-8', 'UTF-8', '"utf-8"', 'utf8'])('reads charset=%s', async (charset) => {
      const answer = await posted('/v1/payments', payment('Кава'), `${JSON_TYPE}; charset=${charset}`);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([201, expect.objectContaining({ description: 'Кава' })]);
    });

    it.each<[encoding: string, body: Buffer]>([
      ['gzip', gzipSync(payment('x'))],
      ['GZIP', gzipSync(payment('x'))],
      ['br', Buffer.from(payment('x'))],
      ['gzip, identity', gzipSync(payment('x'))],
    ])('refuses Content-Encoding: %s', async (encoding, body) => {
      const answer = await posted('/v1/payments', body, JSON_TYPE, `Content-Encoding: ${encoding}`);
      expect([answer.status, problemOf(answer).code]).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED']);
      expect(answer.body).toContain('Content-Encoding');
    });

    it.each(['json', 'application', 'text/plain', 'application/problem+json', '/', ';charset=utf-8'])(
      'refuses the media type %j',
      async (type) => {
        const answer = await posted('/v1/payments', payment('x'), `Content-Type: ${type}`);
        expect([answer.status, problemOf(answer).code]).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED']);
      },
    );
  });

  it.each([
    `/%63allbacks/alliance/acc_1/pay_1/${TOKEN}`,
    `/callbacks/alliance/acc_1/pay_1/${TOKEN}/`,
    `//callbacks/alliance/acc_1/pay_1/${TOKEN}`,
    `/callbacks%2Falliance/acc_1/pay_1/${TOKEN}`,
    `/Callbacks/alliance/acc_1/pay_1/${TOKEN}`,
    `/callbacks/alliance/acc_1/${TOKEN}`,
    `/callbacks/alliance/acc_1/pay_1/${TOKEN}%zz`,
    `/callbacks/alliance/acc_1/pay_1/${TOKEN}${'x'.repeat(100)}`,
    `/r%65turn/acc_1/pay_1/${TOKEN}`,
    `http://gateway.example/callbacks/alliance/acc_1/pay_1/${TOKEN}`,
    `/v1/payments/ap_live_${TOKEN}xxxxx`,
    `/v1/payments?key=${TOKEN}`,
  ])('logs no secret of %s', async (path) => {
    edge.requestLog.splice(0);
    for (const method of ['POST', 'GET']) await raw(head(`${method} ${path} HTTP/1.1`, 'Content-Length: 0'));
    expect(JSON.stringify(edge.requestLog)).not.toContain(TOKEN);
  });
});

function readAnswer(text: string): RawAnswer {
  const [top = '', ...rest] = text.split('\r\n\r\n');
  const [line = '', ...lines] = top.split('\r\n');
  const headers = lines.map((header): [string, string] => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
  });
  return { status: Number(line.split(' ')[1]), headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n') };
}

const problemOf = ({ body }: RawAnswer) => JSON.parse(body) as { readonly code?: string; readonly instance?: string };
