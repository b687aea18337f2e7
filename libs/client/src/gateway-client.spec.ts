import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type ApiDocument, apiTypesOf } from '../generate/api-types.js';
import { GatewayClient, GatewayError } from './index.js';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Reply = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>] | 'hangs up';

describe('GatewayClient', () => {
  let server: Server;
  let gateway: GatewayClient;
  let replies: Reply[] = [];
  const seen: Seen[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    gateway = new GatewayClient({ baseUrl: `http://127.0.0.1:${port}/shop/`, apiKey: 'ap_test_key' });
  });
  afterAll(() => void server.close());
  beforeEach(() => seen.splice(0));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
    const reply = replies.length > 1 ? replies.shift()! : replies[0]!;
    if (reply === 'hangs up') request.socket.destroy();
    else response.writeHead(reply[0], reply[2]).end(typeof reply[1] === 'string' ? reply[1] : JSON.stringify(reply[1]));
  }
  const problem = (status: number, over: object = {}, headers: Record<string, string> = {}): Reply => [
    status,
    { code: 'NO', detail: 'no', outcome: 'none', retry: 'never', ...over },
    { 'x-request-id': 'id-1', ...headers },
  ];
  const create = () =>
    gateway.call('createPayment', {
      body: {
        ...{ amount: 100, currency: 'UAH', returnUrl: 'https://shop.example/' },
        ...{ customer: { id: 'c' }, paymentMethod: { type: 'hosted_page' } },
      },
      idempotencyKey: 'order-1',
      waitSeconds: 20,
    });
  const failure = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

  it('sends what the operation takes, and gives the answer as it came', async () => {
    replies = [[201, { id: 'pay_1', status: 'teleported', news: 7 }]];
    expect(await create()).toEqual({ id: 'pay_1', status: 'teleported', news: 7 });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/shop/v1/payments' });
    expect(seen[0]!.headers).toMatchObject({
      ...{ authorization: 'Bearer ap_test_key', 'idempotency-key': 'order-1', prefer: 'wait=20' },
      'content-type': 'application/json',
    });
    expect(JSON.parse(seen[0]!.body)).toMatchObject({ amount: 100 });
  });

  it('writes ids and filters into the address', async () => {
    replies = [[200, { data: [], nextCursor: null }]];
    await gateway.call('listPayments', { query: { limit: 2, status: 'failed', metadata: { 'order no': '7&8' } } });
    await gateway.call('getPayment', { path: { id: 'a/b' } });
    expect(seen.map(({ url }) => decodeURIComponent(url.replaceAll('+', ' ')))).toEqual([
      '/shop/v1/payments?limit=2&status=failed&metadata[order no]=7&8',
      '/shop/v1/payments/a/b',
    ]);
    expect(seen[1]!.url).toContain('a%2Fb');
  });

  it.each<[string, Reply]>([
    ['a socket that ends', 'hangs up'],
    ['a problem that says "same key"', problem(503, { retry: 'same_key', outcome: 'unknown' }, { 'retry-after': '0' })],
    ['a problem that says "later" and when', problem(429, { retry: 'later' }, { 'retry-after': '0' })],
    ['the page of a proxy', [502, '<html>', { 'retry-after': '0' }]],
  ])('sends the same again under the same key after %s', async (_what, first) => {
    replies = [first, [201, { id: 'pay_1' }]];
    expect(await create()).toEqual({ id: 'pay_1' });
    expect(seen.map(({ headers, body }) => [headers['idempotency-key'], body])).toEqual([
      ['order-1', seen[0]!.body],
      ['order-1', seen[0]!.body],
    ]);
  });

  it.each<[string, Reply]>([
    ['"never"', problem(422)],
    ['"later" without a time', problem(503, { retry: 'later' })],
    ['a time longer than it waits', problem(429, { retry: 'later' }, { 'retry-after': '60' })],
  ])('does not send again what is answered with %s', async (_what, reply) => {
    replies = [reply];
    expect(await failure(create())).toBeInstanceOf(GatewayError);
    expect(seen).toHaveLength(1);
  });

  it('gives up after so many repeats', async () => {
    replies = [problem(503, { retry: 'same_key' }, { 'retry-after': '0' })];
    expect(await failure(create())).toMatchObject({ code: 'NO', status: 503, retry: 'same_key', requestId: 'id-1' });
    expect(seen).toHaveLength(3);
  });

  it('never repeats a POST that has no key', async () => {
    replies = ['hangs up'];
    const lost = await failure(gateway.call('testWebhookEndpoint', { path: { id: 'we_1' } }));
    expect(lost).toMatchObject({ code: 'GATEWAY_UNREACHABLE', status: 0, outcome: 'unknown', retry: 'same_key' });
    expect(seen).toHaveLength(1);
  });

  it('tells what is wrong with a request', async () => {
    replies = [problem(400, { code: 'VALIDATION_FAILED', errors: [{ path: 'amount', message: 'is required' }] })];
    expect(await failure(create())).toMatchObject({
      ...{ name: 'GatewayError', code: 'VALIDATION_FAILED', outcome: 'none', retry: 'never', requestId: 'id-1' },
      errors: [{ path: 'amount', message: 'is required' }],
    });
  });

  it('ends with the time of an attempt, and when the caller does not want it any more', async () => {
    const { port } = server.address() as AddressInfo;
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const impatient = new GatewayClient({ baseUrl, apiKey: 'k', timeoutMs: 20, retries: 0 });
    expect(await failure(impatient.call('getBalance', {}))).toMatchObject({
      code: 'GATEWAY_UNREACHABLE',
      outcome: 'none',
    });
    const signal = AbortSignal.abort();
    expect(await failure(impatient.call('getBalance', { signal }))).toMatchObject({ name: 'AbortError' });
    expect(port).toBeGreaterThan(0);
    silent.closeAllConnections();
    silent.close();
  });

  it('reads a list page after page', async () => {
    const pages: Reply[] = [
      [200, { data: [{ id: '1' }, { id: '2' }], nextCursor: 'next' }],
      [200, { data: [{ id: '3' }], nextCursor: null }],
    ];
    replies = pages;
    const ids: string[] = [];
    for await (const { id } of gateway.each('listPayments', { query: { reference: 'r' } })) ids.push(id);
    expect(ids).toEqual(['1', '2', '3']);
    expect(seen.map(({ url }) => url)).toEqual([
      '/shop/v1/payments?reference=r',
      '/shop/v1/payments?reference=r&cursor=next',
    ]);
  });

  it('ends the feed of events where there are no more for now', async () => {
    replies = [
      [200, { data: [{ id: 'evt_1' }], nextCursor: 'a', hasMore: false }],
      [200, { data: [], nextCursor: 'b', hasMore: false }],
    ];
    const ids: string[] = [];
    for await (const { id } of gateway.each('listEvents', {})) ids.push(id);
    expect(ids).toEqual(['evt_1']);
  });
});

it('the types are those of the API document', () => {
  const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as ApiDocument;
  expect(readFileSync('libs/client/src/api-types.ts', 'utf8')).toBe(apiTypesOf(document));
});
