import { createServer } from 'node:http';
import { AppProcess } from '../support/app-process.js';
import { freePort } from '../support/free-port.js';
import { aPaymentRequest, type Problem } from '../support/gateway-client.js';
import { type Stack, startStack } from '../support/stack.js';

/** Whoever sends something wrong is told what, in words and in a stable code. */
describe('bad input', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ withShop: false });
  }, 60_000);
  afterAll(() => stack.stop());

  it.each<[what: string, body: unknown, path: string, message: RegExp]>([
    ['an unknown currency', aPaymentRequest({ currency: 'XAU' }), 'currency', /UAH/u],
    ['an amount as text', aPaymentRequest({ amount: '100' }), 'amount', /whole number of minor units/u],
    ['an amount of nothing', aPaymentRequest({ amount: 0 }), 'amount', /at least 1/u],
    ['a missing customer id', aPaymentRequest({ customer: { firstName: 'Олена' } }), 'customer.id', /is required/u],
    ['a member that nobody knows', aPaymentRequest({ amonut: 1 }), 'amonut', /not known/u],
    ['a relative return address', aPaymentRequest({ returnUrl: '/thanks' }), 'returnUrl', /absolute/u],
    ['a fraction', '{"amount":10.5}', 'amount', /whole/u],
    ['an exponent', '{"amount":1e2}', 'amount', /whole/u],
  ])('%s', async (_what, body, path, message) => {
    const before = await stack.bank.ledger();
    const { status, headers, body: problem } = await stack.client.call<Problem>('POST', '/v1/payments', { body });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(problem).toMatchObject({ code: 'VALIDATION_FAILED', status: 400, outcome: 'none', retry: 'never' });
    const { type } = problem as Problem & { type: string };
    expect(await (await fetch(type)).text()).toContain('id="VALIDATION_FAILED"');
    const found = problem.errors?.find((error) => error.path === path);
    expect(found?.message).toMatch(message);
    expect(await stack.bank.ledger()).toHaveLength(before.length); // the bank never heard of it
  });

  it.each<[what: string, options: Parameters<Stack['client']['call']>[2], status: number, code: string]>([
    ['no JSON', { body: '{"amount":' }, 400, 'BODY_NOT_JSON'],
    ['a member twice', { body: '{"amount":1,"amount":2}' }, 400, 'BODY_NOT_JSON'],
    ['too large a body', { body: JSON.stringify({ description: 'x'.repeat(70_000) }) }, 413, 'BODY_TOO_LARGE'],
    [
      'another media type',
      { body: 'amount=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    ['no idempotency key', { body: aPaymentRequest(), idempotencyKey: null }, 400, 'IDEMPOTENCY_KEY_MISSING'],
    [
      'an idempotency key with blanks',
      { body: aPaymentRequest(), idempotencyKey: 'a b' },
      400,
      'IDEMPOTENCY_KEY_INVALID',
    ],
    ['no API key', { body: aPaymentRequest(), headers: { authorization: '' } }, 401, 'API_KEY_MISSING'],
    [
      'a wrong API key',
      { body: aPaymentRequest(), headers: { authorization: `Bearer ap_test_${'x'.repeat(43)}` } },
      401,
      'API_KEY_INVALID',
    ],
  ])('%s', async (_what, options, status, code) => {
    const answer = await stack.client.call<Problem>('POST', '/v1/payments', options);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.body.detail).toMatch(/\.$/u);
  });

  it('the same key for another request, and the same request again', async () => {
    const first = await stack.client.createPayment({ amount: 100 }, 'key-1');
    expect((await stack.client.createPayment({ amount: 200 }, 'key-1')).body).toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    });
    const again = await stack.client.createPayment({ amount: 100 }, 'key-1');
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it.each([
    ['GET', '/v1/payments/pay_nothing', 404, 'PAYMENT_NOT_FOUND'],
    ['POST', '/v1/payments/pay_nothing/refunds', 404, 'PAYMENT_NOT_FOUND'],
    ['GET', '/v1/payments?limit=1000', 400, 'VALIDATION_FAILED'],
    ['GET', '/v1/payments?cursor=nonsense', 400, 'CURSOR_INVALID'],
    ['GET', '/v2/payments', 404, 'ROUTE_NOT_FOUND'],
  ])('%s %s', async (method, path, status, code) => {
    const body = method === 'POST' ? {} : undefined;
    const answer = await stack.client.call<Problem>(method, path, { body });
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  });

  it('a payment that is still open cannot be refunded', async () => {
    const { body } = await stack.client.createPayment();
    expect((await stack.client.refund(body.id)).body).toMatchObject({ status: 409, code: 'PAYMENT_NOT_REFUNDABLE' });
  });

  describe('in the configuration', () => {
    const jwk = (over: Record<string, unknown>): string =>
      JSON.stringify({ ...(JSON.parse(stack.merchant.privateKey) as object), ...over });
    const environment = (): Record<string, string> => ({
      DATABASE_URL: stack.database.url,
      DATA_DIR: stack.dataDir,
      ALLIANCE_BASE_URL: stack.simulatorUrl,
      ALLIANCE_MERCHANT_ID: stack.merchant.bank.merchantId,
      ALLIANCE_SERVICE_CODE: stack.merchant.bank.serviceCode,
      ALLIANCE_PRIVATE_KEY: stack.merchant.privateKey,
    });

    it.each<[what: string, over: () => Record<string, string>, sentence: RegExp]>([
      [
        'a key that is no JSON',
        () => ({ ALLIANCE_PRIVATE_KEY: 'MIG2AgEAMBAG' }),
        /^ALLIANCE_PRIVATE_KEY is not JSON/mu,
      ],
      [
        'a key with a short coordinate',
        () => ({ ALLIANCE_PRIVATE_KEY: jwk({ x: 'AAAA' }) }),
        /^ALLIANCE_PRIVATE_KEY .*"?x"?/mu,
      ],
      [
        'a key without its private half',
        () => ({ ALLIANCE_PRIVATE_KEY: jwk({ d: undefined }) }),
        /^ALLIANCE_PRIVATE_KEY .*"?d"?/mu,
      ],
      ['half an account', () => ({ ALLIANCE_SERVICE_CODE: '' }), /^ALLIANCE_SERVICE_CODE is missing/mu],
      ['a role that does not exist', () => ({ ROLE: 'boss' }), /^ROLE must be api, worker or all/mu],
      [
        'a database that is not there',
        () => ({ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' }),
        /^DATABASE_URL points to a server that does not answer/mu,
      ],
    ])('%s: one clear sentence, and nothing secret', async (_what, over, sentence) => {
      const env = { ...environment(), PORT: String(await freePort()), ...over() };
      const { code, output: failure } = await AppProcess.runToEnd('gateway', { env });
      expect(code).toBe(1);
      expect(failure).toMatch(sentence);
      expect(failure).not.toContain(stack.merchant.bank.serviceCode);
      expect(failure).not.toContain((JSON.parse(stack.merchant.privateKey) as { d: string }).d);
    });

    it('a port that is taken', async () => {
      const port = await freePort();
      const squatter = createServer().listen(port, '127.0.0.1');
      const env = { ...environment(), PORT: String(port) };
      const { code, output } = await AppProcess.runToEnd('gateway', { env });
      expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining(`PORT ${port} is taken`) });
      squatter.close();
    });
  });
});
