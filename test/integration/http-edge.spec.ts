import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type ProblemDocument } from '../../apps/gateway/src/http/problem-document.js';
import { AccountProvisioner } from '../../apps/gateway/src/payments/bank-access/account-provisioner.js';
import { aMerchant } from '../support/demo-merchant.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { EDGE_OPS_KEY, type EdgeApp, startEdgeApp } from './edge-app.js';
import { aKey } from './gateway-parts.js';

/** The whole gateway as it is put together for production, but for the bank behind its port. */
describe('the API over HTTP', () => {
  let edge: EdgeApp;
  let app: NestFastifyApplication;
  let headers: Record<string, string>;

  beforeAll(async () => {
    edge = await startEdgeApp();
    app = edge.app;
    headers = { authorization: `Bearer ${edge.apiKey}` };
  });
  afterAll(() => edge.stop());

  const post = (url: string, body: unknown, over: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      payload: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': aKey(), ...over },
    });

  it('takes a payment and replays it byte for byte', async () => {
    const key = { 'idempotency-key': aKey() };
    const first = await post('/v1/payments', aPaymentRequest(), key);
    expect(first.statusCode).toBe(201);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    const second = await post('/v1/payments', aPaymentRequest(), key);
    expect([second.statusCode, second.body, second.headers['idempotent-replayed']]).toEqual([201, first.body, 'true']);
    const read = await app.inject({ url: `/v1/payments/${first.json<{ id: string }>().id}`, headers });
    expect(read.json()).toEqual(first.json());
  });

  it('takes what the page at /docs sends as it is shipped', async () => {
    const { components } = (await app.inject({ url: '/openapi.json' })).json<{
      components: { examples: Record<string, { value: object }> };
    }>();
    const made = await post('/v1/payments', components.examples['CreatePayment']!.value);
    expect([made.statusCode, made.json()]).toEqual([
      201,
      expect.objectContaining({ amount: 12_550, reference: 'order-1001' }),
    ]);
  });

  it('says where to find what was made, and which request it was', async () => {
    const made = await post('/v1/payments', aPaymentRequest());
    const { id } = made.json<{ id: string }>();
    expect(made.headers.location).toBe(`/v1/payments/${id}`);
    const found = await app.inject({ url: made.headers.location!, headers });
    expect(found.json()).toMatchObject({ id });
    expect(found.headers.location).toBeUndefined();
    const wrong = await post('/v1/payments', {});
    expect(wrong.json<ProblemDocument>().instance).toBe(`urn:uuid:${String(wrong.headers['x-request-id'])}`);
    expect(made.headers['x-request-id']).not.toBe(wrong.headers['x-request-id']);
  });

  it('says when to look again at what is under way', async () => {
    const { onOrder } = edge.bank;
    edge.bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
    const made = await post('/v1/payments', aPaymentRequest());
    edge.bank.onOrder = onOrder;
    expect([made.statusCode, made.headers['retry-after'], made.headers.location]).toEqual([202, '2', undefined]);
  });

  it.each(['payment', 'verification'])(
    'sends nobody to pay a %s whose time is over; another can be made at once',
    async (what) => {
      const body =
        what === 'payment' ? aPaymentRequest() : { returnUrl: 'https://shop.example/', customer: { id: 'c' } };
      const made = await post(`/v1/${what}s`, body);
      const { id } = made.json<{ id: string }>();
      expect(made.json()).toMatchObject({
        acceptsPayment: true,
        redirectUrl: expect.stringContaining('https://') as string,
      });
      await edge.database.query(`UPDATE payment SET expires_at = now() - interval '1 second' WHERE id = $1`, [id]);
      const over = { id, status: 'requires_action', acceptsPayment: false, redirectUrl: null };
      expect((await app.inject({ url: `/v1/${what}s/${id}`, headers })).json()).toMatchObject(over);
      if (what === 'payment') {
        const { data } = (await app.inject({ url: '/v1/payments?limit=1', headers })).json<{ data: object[] }>();
        expect(data[0]).toMatchObject(over);
      }
      expect((await post(`/v1/${what}s`, body)).json()).toMatchObject({ acceptsPayment: true });
    },
  );

  it('describes the routes of operators to operators', async () => {
    expect((await app.inject({ url: '/ops/openapi.json' })).statusCode).toBe(401);
    const answer = await app.inject({ url: '/ops/openapi.json', headers: { authorization: `Bearer ${EDGE_OPS_KEY}` } });
    expect(answer.json()).toMatchObject({
      openapi: '3.1.0',
      paths: { '/ops/sessions': { get: { operationId: 'session.list' } } },
    });
  });

  it.each<[string, () => ReturnType<typeof post>, number, string]>([
    ['no API key', () => app.inject({ url: '/v1/payments' }), 401, 'API_KEY_MISSING'],
    [
      'a wrong scheme',
      () => app.inject({ url: '/v1/payments', headers: { authorization: 'Basic x' } }),
      401,
      'API_KEY_MISSING',
    ],
    [
      'an unknown API key',
      () => app.inject({ url: '/v1/payments', headers: { authorization: `Bearer ap_test_${'x'.repeat(43)}` } }),
      401,
      'API_KEY_INVALID',
    ],
    ['no body', () => post('/v1/payments', ''), 400, 'VALIDATION_FAILED'],
    ['a fraction', () => post('/v1/payments', '{"amount":1.5}'), 400, 'VALIDATION_FAILED'],
    ['half a document', () => post('/v1/payments', '{"amount":'), 400, 'BODY_NOT_JSON'],
    ['two amounts', () => post('/v1/payments', '{"amount":1,"amount":2}'), 400, 'BODY_NOT_JSON'],
    ['a NUL in a text', () => post('/v1/payments', aPaymentRequest({ description: 'a\u0000' })), 400, 'BODY_NOT_JSON'],
    [
      'half a character in a note',
      () => post('/v1/payments', aPaymentRequest({ metadata: { a: '\ud800' } })),
      400,
      'BODY_NOT_JSON',
    ],
    [
      'another media type',
      () => post('/v1/payments', 'a=1', { 'content-type': 'text/plain' }),
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    ['too large a body', () => post('/v1/payments', `"${'x'.repeat(65_536)}"`), 413, 'BODY_TOO_LARGE'],
    [
      'a blank Idempotency-Key',
      () => post('/v1/payments', aPaymentRequest(), { 'idempotency-key': '' }),
      400,
      'IDEMPOTENCY_KEY_MISSING',
    ],
    [
      'a key with a space',
      () => post('/v1/payments', aPaymentRequest(), { 'idempotency-key': 'a b' }),
      400,
      'IDEMPOTENCY_KEY_INVALID',
    ],
    [
      'a key too long',
      () => post('/v1/payments', aPaymentRequest(), { 'idempotency-key': 'k'.repeat(256) }),
      400,
      'IDEMPOTENCY_KEY_INVALID',
    ],
    [
      'a payment that is not there',
      () => app.inject({ url: '/v1/payments/pay_none', headers }),
      404,
      'PAYMENT_NOT_FOUND',
    ],
    ['a NUL in an id', () => app.inject({ url: '/v1/payments/pay_%00', headers }), 400, 'VALIDATION_FAILED'],
    ['a NUL in a query', () => app.inject({ url: '/v1/payments?reference=%00', headers }), 400, 'VALIDATION_FAILED'],
    ['an unknown query', () => app.inject({ url: '/v1/payments?page=2', headers }), 400, 'VALIDATION_FAILED'],
    ['a cursor of its own make', () => app.inject({ url: '/v1/payments?cursor=2', headers }), 400, 'CURSOR_INVALID'],
    ['a refund of nothing', () => post('/v1/payments/pay_none/refunds', {}), 404, 'PAYMENT_NOT_FOUND'],
    ['a route that is not there', () => app.inject({ url: '/v2/payments', headers }), 404, 'ROUTE_NOT_FOUND'],
  ])('answers %s with a problem', async (_what, ask, status, code) => {
    const answer = await ask();
    expect([answer.statusCode, answer.json<ProblemDocument>().code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/u);
  });

  it('names every member that is wrong', async () => {
    const answer = await post('/v1/payments', aPaymentRequest({ amount: 0, currency: 'GBP', customer: {} }));
    const { errors } = answer.json<ProblemDocument>();
    expect(errors?.map(({ path }) => path).toSorted()).toEqual(['amount', 'currency', 'customer.id']);
  });

  it('keeps no key of a request that was not valid', async () => {
    const key = { 'idempotency-key': aKey() };
    expect((await post('/v1/payments', aPaymentRequest({ amount: 0 }), key)).statusCode).toBe(400);
    expect((await post('/v1/payments', aPaymentRequest(), key)).statusCode).toBe(201);
  });

  it('does not let one account see, refund or replay what is another\u2019s', async () => {
    const key = { 'idempotency-key': aKey() };
    const first = (await post('/v1/payments', aPaymentRequest(), key)).json<{ id: string }>();
    const { bank: merchant, privateKey, apiKey } = aMerchant();
    await app.get(AccountProvisioner).provision({
      name: 'Another merchant',
      environment: 'test',
      baseUrl: 'https://bank.example',
      merchantId: merchant.merchantId,
      serviceCode: merchant.serviceCode,
      privateKey,
      apiKey,
    });
    const theirs = { authorization: `Bearer ${apiKey}` };
    expect((await app.inject({ url: `/v1/payments/${first.id}`, headers: theirs })).statusCode).toBe(404);
    expect((await app.inject({ url: `/v1/payments/${first.id}/refunds`, headers: theirs })).statusCode).toBe(404);
    expect((await post(`/v1/payments/${first.id}/refunds`, {}, theirs)).statusCode).toBe(404);
    const other = await post('/v1/payments', aPaymentRequest(), { ...key, ...theirs });
    expect(other.statusCode).toBe(201);
    expect(other.json<{ id: string }>().id).not.toBe(first.id);
  });

  it('is alive and ready', async () => {
    expect((await app.inject({ url: '/health/live' })).json()).toMatchObject({ status: 'ok' });
    expect((await app.inject({ url: '/health/ready' })).json()).toMatchObject({ status: 'ok' });
  });
});
