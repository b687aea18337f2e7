import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createShop } from './shop-server.js';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}
type Answer = readonly [status: number, body: unknown];

const API_KEY = 'ap_test_secret';
const CART = 'cart=clay-cup:2.honey:1';
const BANK = 'https://bank.example/pay?hpp_id=1';
const ORDER = '0b6e5f0e-6f1c-4c1a-9d39-6f3f5b1f8a11';

const aPayment = (over: Record<string, unknown> = {}) => ({
  object: 'payment',
  id: 'pay_1',
  status: 'requires_action',
  amount: 110_000,
  amountRefunded: 0,
  reference: ORDER,
  redirectUrl: BANK,
  livemode: false,
  failure: null,
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...over,
});

/** Another process over a real socket: remembers what it was asked, answers what it is told to. */
class StandInGateway {
  readonly received: Received[] = [];
  answer: (request: Received) => Answer = () => [201, aPayment()];
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response));

  async start(): Promise<URL> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  stop(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks = await request.toArray();
    const text = Buffer.concat(chunks as Buffer[]).toString();
    const { method = '', url: path = '', headers } = request;
    const received = { method, path, headers, body: text ? (JSON.parse(text) as unknown) : undefined };
    this.received.push(received);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const [status, body] = this.answer(received);
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

let gateway: StandInGateway;
let shop: FastifyInstance;
let url: string;
let logged: string;

beforeEach(async () => {
  gateway = new StandInGateway();
  logged = '';
  const gatewayUrl = new URL('pay/', await gateway.start());
  const log = pino({}, { write: (line: string) => void (logged += line) });
  const publicUrl = new URL('https://shop.example/cups/');
  const config = { port: 0, host: '127.0.0.1', publicUrl, gatewayUrl, gatewayApiKey: API_KEY };
  shop = createShop({ ...config, webhookSecrets: [] }, log);
  url = await shop.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(async () => {
  await shop.close();
  await gateway.stop();
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers, redirect: 'manual' });

const post = (path: string, form: Record<string, string>, cookie = CART) =>
  fetch(url + path, { method: 'POST', body: new URLSearchParams(form), headers: { cookie }, redirect: 'manual' });

const checkOut = (over: Record<string, string> = {}) =>
  post('/checkout', { orderId: ORDER, name: 'Олена Петренко', email: 'olena@example.com', ...over });

describe('cart', () => {
  it('adds, changes and removes by cookie', async () => {
    const cookieOf = async (answer: Promise<Response>) => (await answer).headers.getSetCookie()[0]?.split(';')[0];
    expect(await cookieOf(post('/cart/add', { product: 'honey' }))).toBe('cart=clay-cup:2.honey:2');
    expect(await cookieOf(post('/cart/set', { product: 'honey', quantity: '5' }))).toBe('cart=clay-cup:2.honey:5');
    expect(await cookieOf(post('/cart/set', { product: 'honey', quantity: '0' }))).toBe('cart=clay-cup:2');
    expect(await cookieOf(post('/cart/add', { product: 'gold-bar' }))).toBeUndefined();
  });

  it.each([[{}], [{ product: 'gold-bar', quantity: '1' }], [{ quantity: 'NaN' }]])(
    'takes no harm from %j',
    async (form) => {
      for (const path of ['/cart/add', '/cart/set']) {
        const answer = await post(path, form);
        expect([answer.status, answer.headers.getSetCookie()]).toEqual([303, []]);
      }
    },
  );

  it('shows prices of the catalogue whatever the cookie says', async () => {
    const page = await (await get('/cart', { cookie: 'cart=honey:2:1.clay-cup:1' })).text();
    expect(page).toContain('₴420.00');
    expect(page).not.toContain('₴520.00');
  });
});

describe('language', () => {
  it('follows the browser, then the switch, and remembers', async () => {
    expect(await (await get('/', { 'accept-language': 'uk-UA,en;q=0.5' })).text()).toContain('lang="uk"');
    const switched = await get('/cart?lang=uk');
    expect(switched.headers.getSetCookie()[0]).toMatch(
      /^lang=uk; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(await (await get('/cart', { cookie: 'lang=uk' })).text()).toContain('Ваш кошик');
  });
});

describe('checkout', () => {
  it('sends one right request for a double click, and both clicks arrive at the bank', async () => {
    const answers = await Promise.all([checkOut(), checkOut()]);
    expect(answers.map((answer) => [answer.status, answer.headers.get('location')])).toEqual([
      [303, BANK],
      [303, BANK],
    ]);
    expect(gateway.received).toHaveLength(1);
    expect(gateway.received[0]).toMatchObject({
      method: 'POST',
      path: '/pay/v1/payments',
      headers: { authorization: `Bearer ${API_KEY}`, 'idempotency-key': ORDER, 'content-type': 'application/json' },
      body: {
        amount: 2 * 42_000 + 26_000,
        currency: 'UAH',
        reference: ORDER,
        returnUrl: `https://shop.example/cups/orders/${ORDER}`,
        language: 'en',
        customer: {
          id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
          firstName: 'Олена',
          lastName: 'Петренко',
          email: 'olena@example.com',
        },
      },
    });
  });

  it('a later click looks the payment up instead of making another', async () => {
    await checkOut();
    expect((await checkOut()).headers.get('location')).toBe(BANK);
    expect(gateway.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /pay/v1/payments',
      'GET /pay/v1/payments/pay_1',
    ]);
  });

  it('goes to the order page while the bank has not answered', async () => {
    gateway.answer = () => [202, aPayment({ status: 'created', redirectUrl: null })];
    expect((await checkOut()).headers.get('location')).toBe(`/orders/${ORDER}`);
  });

  it('shows a refused name beside the form, keeps what was typed and makes it a new order', async () => {
    gateway.answer = () => [
      422,
      {
        type: 'about:blank',
        title: 'x',
        status: 422,
        code: 'VALIDATION_FAILED',
        errors: [{ path: 'customer.firstName', message: 'forbidden' }],
      },
    ];
    const answer = await checkOut({ name: 'UNKNOWN "Test"' });
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toContain('The bank does not accept this name.');
    expect(page).toContain('value="UNKNOWN &quot;Test&quot;"');
    expect(page).toContain('value="olena@example.com"');
    expect(page).not.toContain(ORDER);
  });

  it('checks the form before asking the gateway', async () => {
    const answer = await checkOut({ name: ' ', email: 'olena@' });
    expect(answer.status).toBe(422);
    expect((await answer.text()).match(/aria-invalid/g)).toHaveLength(2);
    expect(gateway.received.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('shows the code of any other refusal', async () => {
    gateway.answer = () => [403, { type: 'about:blank', title: 'x', status: 403, code: 'KEY_REVOKED' }];
    const answer = await checkOut();
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain('KEY_REVOKED');
  });

  it('offers the same order again while the gateway is busy with it', async () => {
    gateway.answer = () => [409, { type: 'about:blank', title: 'x', status: 409, code: 'IDEMPOTENCY_IN_FLIGHT' }];
    const answer = await checkOut();
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain(`name="orderId" value="${ORDER}"`);
  });

  it('says 503 when the gateway is down; trying again sends the same order under the same key', async () => {
    gateway.answer = () => [502, '<html>bad gateway</html>'];
    const answer = await checkOut();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await answer.text()).toContain(`name="orderId" value="${ORDER}"`);

    gateway.answer = () => [201, aPayment()];
    expect((await post('/checkout', { orderId: ORDER })).headers.get('location')).toBe(BANK);
    expect(gateway.received.map(({ headers }) => headers['idempotency-key'])).toEqual([ORDER, ORDER]);
    expect(gateway.received[1]!.body).toEqual(gateway.received[0]!.body);
  });

  it('says 503 when nobody listens, and logs neither customer nor key', async () => {
    await gateway.stop();
    expect((await checkOut()).status).toBe(503);
    expect(logged).toContain('ECONNREFUSED');
    expect(logged).not.toMatch(/olena|Олена|ap_test/i);
  });
});

describe('a card on the page', () => {
  const fields = {
    shopOrigins: ['https://shop.example'],
    frameUrl: 'https://pay.example/hosted-fields/acc_1',
    scripts: { cardFields: { url: 'https://pay.example/browser/card-fields.1.js', integrity: 'sha384-x' } },
  };
  const card = { way: 'card', encryptedNumber: 'a.b.c.d.e', encryptedData: 'f.g.h.i.j', browser: '{"language":"uk"}' };

  it('is offered where the gateway has card fields, and its policy lets them in on that page alone', async () => {
    gateway.answer = () => [200, fields];
    const answer = await get('/checkout', { cookie: CART });
    expect(await answer.text()).toContain('data-frame-url="https://pay.example/hosted-fields/acc_1"');
    const policy = answer.headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self' https://pay.example;");
    expect(policy).toContain('frame-src https://pay.example;');
    expect((await get('/cart')).headers.get('content-security-policy')).not.toContain('pay.example');
    await get('/checkout', { cookie: CART });
    expect(gateway.received.map(({ path }) => path)).toEqual(['/pay/v1/hosted-fields']);
  });

  it.each([404, 502])('is not offered where the gateway answers %d', async (status) => {
    gateway.answer = () => [status, { type: 'about:blank', title: 'x', status, code: 'PAYMENT_KEY_NOT_FOUND' }];
    const page = await (await get('/checkout', { cookie: CART })).text();
    expect(page).toContain('data-testid="pay"');
    expect(page).not.toContain('way-card');
  });

  it('goes to the gateway as it was encrypted', async () => {
    expect((await checkOut(card)).headers.get('location')).toBe(BANK);
    expect(gateway.received[0]!.body).toMatchObject({
      paymentMethod: { type: 'card', encryptedNumber: 'a.b.c.d.e', encryptedData: 'f.g.h.i.j' },
      browser: { language: 'uk', acceptHeader: '*/*' },
    });
  });

  it('that was not encrypted begins no payment', async () => {
    gateway.answer = () => [200, fields];
    const answer = await checkOut({ ...card, encryptedData: '' });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('The card could not be read.');
    expect(gateway.received.map(({ method }) => method)).toEqual(['GET']);
  });

  it('of an order that was begun already leads to the payment that was begun', async () => {
    const mismatch = { type: 'about:blank', title: 'x', status: 422, code: 'IDEMPOTENCY_MISMATCH' };
    gateway.answer = ({ method }) => (method === 'POST' ? [422, mismatch] : [200, { data: [aPayment()] }]);
    expect((await checkOut(card)).headers.get('location')).toBe(BANK);
    expect(gateway.received.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });
});

describe('order page', () => {
  it('finds the payment by its reference after a restart', async () => {
    gateway.answer = () => [200, { data: [aPayment({ status: 'succeeded' })], nextCursor: null }];
    const page = await (await get(`/orders/${ORDER}`)).text();
    expect(gateway.received[0]!.path).toBe(`/pay/v1/payments?reference=${ORDER}&limit=1`);
    expect(page).toContain('data-status="succeeded"');
    expect(page).not.toContain('http-equiv="refresh"');
  });

  it('polls the shop, with and without scripts, and never shows the key', async () => {
    await checkOut();
    gateway.answer = () => [200, aPayment()];
    const page = await (await get(`/orders/${ORDER}`)).text();
    expect(page).toContain(`data-poll="/orders/${ORDER}/status"`);
    expect(page).toContain('http-equiv="refresh"');
    expect(page).toContain(`href="${BANK}"`);
    expect(page).not.toMatch(/ap_test|olena/i);
  });

  it('gives the script a state to show', async () => {
    gateway.answer = () => [200, { data: [aPayment({ status: 'failed', failure: { code: '<new>', message: 'x' } })] }];
    const state = (await (await get(`/orders/${ORDER}/status`)).json()) as Record<string, unknown>;
    expect(state).toMatchObject({ status: 'failed', pollAfterMs: null });
    expect(state['panel']).toContain('<code>&lt;new&gt;</code>');
  });

  it.each(['/orders/1', `/orders/${ORDER}`, '/nowhere', '//evil.example/?lang=uk'])(
    'has nothing at %s',
    async (path) => {
      gateway.answer = () => [200, { data: [] }];
      expect((await get(path)).status).toBe(404);
    },
  );
});

it('sends a strict policy and answers /health', async () => {
  const page = await get('/');
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'self'; script-src 'self';/,
  );
  expect(await (await get('/health')).json()).toEqual({ status: 'ok' });
});
