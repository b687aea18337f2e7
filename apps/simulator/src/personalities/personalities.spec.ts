import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'undici';
import { gunzipSync } from 'node:zlib';
import { parseMerchant } from '../bank/merchants.js';
import { formatOrderDate } from '../protocol/bank-dates.js';
import { decryptCompact, encryptCompact, generatePrivateJwk, type PrivateJwk, publicHalf } from '../protocol/jwe.js';
import { type Simulator, startSimulator } from '../start-simulator.js';
import { type PersonalityName, PERSONALITIES } from './catalogue.js';
import { COMMON, parsePersonality } from './parse-personality.js';

type Json = Record<string, unknown>;

const API = '/ecom/execute_request';
const merchantKey = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({
  format: 'jwk',
}) as PrivateJwk;
const merchantOf = (over: Json = {}) =>
  parseMerchant({
    serviceCode: randomUUID(),
    merchantId: randomUUID(),
    name: 'Shop',
    clientPublicKey: publicHalf(merchantKey),
    terminal: 'live',
    ...over,
  });
const merchant = merchantOf();

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, merchants: [merchant], strict: false });
});
afterEach(() => simulator.close());

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  readonly json: Json;
}

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await request(`${simulator.url}${path}`, {
    method: 'POST',
    headers: { 'x-api_version': 'V1', ...headers },
    body: payload,
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  const text = bytes.toString();
  return {
    status: answer.statusCode,
    headers: answer.headers,
    bytes,
    text,
    get json() {
      return JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
    },
  };
}

const authorize = () => post('/api-gateway/authorize_virtual_device', { serviceCode: merchant.serviceCode });

async function session(): Promise<Json> {
  const { json } = await authorize();
  return JSON.parse(await decryptCompact(String(json['jwe']), merchantKey)) as Json;
}

async function headersOf(): Promise<Record<string, string>> {
  const { deviceId, refreshToken } = await session();
  return { 'x-device_id': String(deviceId), 'x-refresh_token': String(refreshToken) };
}

const orderBody = (): Json => ({
  merchantRequestId: randomUUID(),
  merchantId: merchant.merchantId,
  hppPayType: 'PURCHASE',
  coinAmount: 10_000,
  paymentMethods: ['CARD'],
  successUrl: 'https://shop.example/ok',
  failUrl: 'https://shop.example/no',
  statusPageType: 'STATUS_TIMER_PAGE',
  customerData: { senderCustomerId: 'c-1' },
});

interface Scene {
  readonly headers: Record<string, string>;
  readonly order: Json;
  readonly hppOrderId: string;
}

async function anOrder(): Promise<Scene> {
  const headers = await headersOf();
  const { json } = await post(`${API}/hpp/v1/create-order`, orderBody(), headers);
  return { headers, order: json, hppOrderId: String(json['hppOrderId']) };
}

const pay = (hppOrderId: string) =>
  post('/pay', `hpp_id=${hppOrderId}&card-number=4111111111111111&expiry=12/49&cvv=123`);

async function aPaidOrder(): Promise<Scene> {
  const scene = await anOrder();
  await pay(scene.hppOrderId);
  return scene;
}

const orderData = ({ headers, hppOrderId }: Scene) => post(`${API}/hpp/v1/operations`, { hppOrderId }, headers);
const operationsOf = async (scene: Scene): Promise<Json[]> => (await orderData(scene)).json['operations'] as Json[];
const purchaseOf = async (scene: Scene): Promise<Json> => (await operationsOf(scene))[0] ?? {};

async function refund(scene: Scene, over: Json = {}): Promise<Reply & { id: string }> {
  const id = randomUUID();
  const [charge] = simulator.bank.ledger.find({ kind: 'money.charged', hppOrderId: scene.hppOrderId });
  const operationId = charge?.['operationId'];
  const date = formatOrderDate(simulator.bank.clock.now());
  const body = {
    merchantRequestId: id,
    merchantId: merchant.merchantId,
    operationId,
    coinAmount: 4_000,
    date,
    ...over,
  };
  return Object.assign(await post(`${API}/payments/v3/refund`, body, scene.headers), { id });
}
const readRefund = (scene: Scene, merchantRequestId: string) =>
  post(`${API}/payments/v1/operation/by_merchant_request_id`, { merchantRequestId }, scene.headers);

const switchOn = async (name: PersonalityName, over: Json = {}): Promise<void> => {
  expect((await post('/control/personalities', { name, ...over })).status).toBe(201);
};
const advance = (advanceMs: number) => post('/control/clock', { advanceMs });
const kinds = (kind: string) => simulator.bank.ledger.find({ kind });

/** Meets each personality once and looks at what it changed. */
const OCCASIONS: Record<PersonalityName, () => Promise<void>> = {
  order_other_request_id: async () => {
    const body = orderBody();
    const { json } = await post(`${API}/hpp/v1/create-order`, body, await headersOf());
    expect(json['merchantRequestId']).not.toBe(body['merchantRequestId']);
  },
  order_other_merchant: async () => {
    expect((await anOrder()).order['merchantId']).not.toBe(merchant.merchantId);
  },
  order_other_amount: async () => {
    expect((await anOrder()).order['coinAmount']).toBe(10_001);
  },
  order_expiry: async () => {
    const { expiredOrderDate, createDate } = (await anOrder()).order;
    expect(String(expiredOrderDate) < String(createDate)).toBe(true);
  },
  order_link: async () => {
    expect((await anOrder()).order['redirectUrl']).toBe('javascript:alert(1)');
  },
  order_unusable: async () => {
    expect((await anOrder()).order).not.toHaveProperty('redirectUrl');
    expect(kinds('order.created')).toHaveLength(1);
  },
  expired_error: async () => {
    expect(await orderData(await aPaidOrder())).toMatchObject({
      status: 500,
      json: { msgCode: 'b_hpp_order_expired' },
    });
  },
  order_contradicts: async () => {
    const scene = await aPaidOrder();
    expect((await orderData(scene)).json).toMatchObject({ orderStatus: 'FAIL', operations: [{ status: 'SUCCESS' }] });
  },
  unreadable_element: async () => {
    expect(await operationsOf(await aPaidOrder())).toEqual([expect.objectContaining({ status: 'SUCCESS' }), {}]);
  },
  late_traces: async () => {
    const scene = await aPaidOrder();
    expect(await purchaseOf(scene)).not.toHaveProperty('rrn');
    await advance(20 * 60_000);
    expect(await purchaseOf(scene)).toMatchObject({ rrn: expect.any(String), approvalCode: expect.any(String) });
  },
  knows_but_not_found: async () => {
    const scene = await aPaidOrder();
    const { id } = await refund(scene);
    await advance(12 * 3_600_000);
    expect(await readRefund(scene, id)).toMatchObject({
      status: 404,
      json: { msgCode: 'payment_operation_not_found' },
    });
    expect(await operationsOf(scene)).toHaveLength(1);
    expect((await refund(scene, { merchantRequestId: id })).json).toMatchObject({ msgCode: 'b_duplicate_field_value' });
    expect(kinds('money.refunded')).toHaveLength(1);
  },
  not_found_at_first: async () => {
    const scene = await aPaidOrder();
    const { id } = await refund(scene);
    expect((await readRefund(scene, id)).status).toBe(404);
    await advance(120_000);
    expect((await readRefund(scene, id)).json).toMatchObject({ status: 'SUCCESS', merchantRequestId: id });
  },
  foreign_verdict: async () => {
    const scene = await aPaidOrder();
    const { id } = await refund(scene);
    const { json } = await readRefund(scene, id);
    expect(json).toMatchObject({ type: 'PURCHASE', status: 'FAIL' });
    expect(json['merchantRequestId']).not.toBe(id);
  },
  no_result_codes: async () => {
    expect(await purchaseOf(await aPaidOrder())).not.toHaveProperty('transactionResponseInfo');
  },
  other_result_codes: async () => {
    const info = { actionCode: '0', responseCode: '10' };
    expect(await purchaseOf(await aPaidOrder())).toMatchObject({ status: 'SUCCESS', transactionResponseInfo: info });
  },
  status_text: async () => {
    const { status } = await purchaseOf(await aPaidOrder());
    expect(status).not.toBe('SUCCESS');
    expect(String(status)).toHaveLength(7);
  },
  another_type: async () => {
    expect(await purchaseOf(await aPaidOrder())).toMatchObject({ type: 'ACCOUNT_2_ACCOUNT', status: 'SUCCESS' });
  },
  other_amount: async () => {
    expect(await purchaseOf(await aPaidOrder())).toMatchObject({ coinAmount: 9_999 });
  },
  other_currency: async () => {
    expect(await purchaseOf(await aPaidOrder())).toMatchObject({ transactionCurrency: '840' });
  },
  other_merchant: async () => {
    expect((await purchaseOf(await aPaidOrder()))['merchantId']).not.toBe(merchant.merchantId);
  },
  other_order: async () => {
    const scene = await aPaidOrder();
    expect((await purchaseOf(scene))['hppOrderId']).not.toBe(scene.hppOrderId);
  },
  test_rrn: async () => {
    expect(await purchaseOf(await aPaidOrder())).toMatchObject({ rrn: '-1' });
  },
  refund_answer_lies: async () => {
    expect((await refund(await aPaidOrder())).json).toMatchObject({ status: 'FAIL' });
    await advance(2_000);
    expect(kinds('money.refunded')).toHaveLength(1);
  },
  repeats_original_id: async () => {
    const { json } = await refund(await aPaidOrder());
    expect(json['operationId']).toBe(json['originalOperationId']);
  },
  pending_payment: async () => {
    const scene = await aPaidOrder();
    expect(await purchaseOf(scene)).toMatchObject({ status: 'PENDING' });
    await advance(600_000);
    expect(await purchaseOf(scene)).toMatchObject({ status: 'SUCCESS' });
  },
  pending_refund: async () => {
    await refund(await aPaidOrder());
    await advance(599_000);
    expect(kinds('money.refunded')).toEqual([]);
    await advance(1_000);
    expect(kinds('money.refunded')).toHaveLength(1);
  },
  charges_twice: async () => {
    await aPaidOrder();
    await advance(10_000);
    expect(kinds('money.charged')).toHaveLength(2);
  },
  back_office_refund: async () => {
    const scene = await aPaidOrder();
    await advance(1_000);
    expect((await operationsOf(scene))[1]).toMatchObject({ type: 'REFUND', status: 'SUCCESS', coinAmount: 10_000 });
  },
  callback_lost: async () => {
    const body = { ...orderBody(), notificationUrl: 'http://127.0.0.1:1/callback' };
    const { json } = await post(`${API}/hpp/v1/create-order`, body, await headersOf());
    await pay(String(json['hppOrderId']));
    expect(kinds('callback.dropped')).toHaveLength(1);
  },
  session_life: async () => {
    const scene = await anOrder();
    await advance(20 * 60_000);
    expect((await orderData(scene)).json).toMatchObject({ msgCode: 'b_expired_token' });
  },
  session_expiry: async () => {
    const given = await session();
    expect(given).not.toHaveProperty('tokenExpiration');
    expect(given).not.toHaveProperty('tokenExpirationDateTime');
  },
  session_key: async () => {
    expect(await session()).toMatchObject({ serverPublic: null, serverPublicKey: { crv: 'P-384' } });
  },
  session_unusable: async () => {
    expect(await session()).not.toHaveProperty('refreshToken');
  },
  slow_authorize: async () => {
    const waiting = authorize();
    await untilTrue(() => kinds('authorize').length === 1);
    expect(kinds('request')).toHaveLength(0);
    expect((await waiting).status).toBe(200);
  },
  overloaded: async () => {
    expect(await authorize()).toMatchObject({ status: 503, json: { msgCode: 'b_server_is_overloaded' } });
    expect(kinds('authorize')).toEqual([]);
  },
  refuses_sessions: async () => {
    const headers = await headersOf();
    const { status, json } = await post(`${API}/hpp/v1/create-order`, orderBody(), headers);
    expect({ status, json }).toMatchObject({ status: 401, json: { msgCode: 'b_session_doesnt_exists' } });
    expect(kinds('order.created')).toEqual([]);
  },
  closed_service_code: async () => {
    expect((await authorize()).json).toMatchObject({ msgCode: 'b_auth_token_expired' });
  },
  rival: async () => {
    const scene = await anOrder();
    await untilTrue(() => kinds('authorize').some(({ rival }) => rival === true));
    expect((await orderData(scene)).json).toMatchObject({ msgCode: 'b_session_doesnt_exists' });
  },
  hangs: async () => {
    const waiting = request(`${simulator.url}${API}/hpp/v1/create-order`, { method: 'POST', body: '{}' });
    await untilTrue(() => kinds('request').some(({ httpStatus }) => httpStatus === null));
    await simulator.close();
    await expect(waiting).rejects.toThrow();
  },
  fractions: async () => {
    expect(await purchaseOf(await aPaidOrder())).toMatchObject({ limits: { maxAmount: 1.5 }, coinAmount: 10_000 });
    expect(await session()).toMatchObject({ limits: { maxAmount: 1.5 } });
  },
  unknown_members: async () => {
    const { text } = await orderData(await aPaidOrder());
    expect(text).toContain('"__proto__":{"status":"FAIL"}');
    expect(await session()).toMatchObject({ extra: { operationId: 7 } });
  },
  wrong_types: async () => {
    expect(await purchaseOf(await aPaidOrder())).toMatchObject({ merchantName: 5, coinAmount: 10_000 });
  },
  nulls: async () => {
    expect((await anOrder()).order).toMatchObject({ notificationUrl: null });
  },
  msg_type_success: async () => {
    expect((await anOrder()).order).toMatchObject({ msgType: 'SUCCESS', msgCode: null, orderStatus: 'PENDING' });
  },
  odd_json: async () => {
    const { text } = await post(`${API}/hpp/v1/create-order`, orderBody(), await headersOf());
    expect(text).toMatch(/^\s+\{ "note": 1e400/);
    expect(JSON.parse(text)).toMatchObject({ note: 'twice', coinAmount: 10_000 });
  },
  bom: async () => {
    const { text } = await post(`${API}/hpp/v1/create-order`, orderBody(), await headersOf());
    expect(text.charCodeAt(0)).toBe(0xfeff);
  },
  jose_header: async () => {
    const [header = ''] = String((await authorize()).json['jwe']).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ kid: 'bank-key-1', typ: 'JOSE' });
  },
  gzip: async () => {
    const { headers, bytes } = await authorize();
    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(bytes).toString())).toMatchObject({ jwe: expect.any(String) });
  },
  media_type: async () => {
    expect((await authorize()).headers['content-type']).toBe('text/html');
  },
  date_header: async () => {
    const { headers } = await authorize();
    expect(Date.parse(String(headers['date']))).toBeGreaterThan(Date.now() + 9 * 60_000);
  },
  clock_off: async () => {
    const scene = await aPaidOrder();
    expect((await refund(scene)).json).toMatchObject({ msgCode: 'b_security_time_in_request_not_correct' });
    const date = formatOrderDate(simulator.bank.clock.now() + 10 * 60_000);
    expect((await refund(scene, { date })).json).toMatchObject({ status: 'PENDING' });
  },
  bare_status: async () => {
    const { status, headers, text } = await authorize();
    expect({ status, type: headers['content-type'] }).toEqual({ status: 404, type: 'text/html; charset=utf-8' });
    expect(text).not.toContain('msgCode');
  },
  cipher_helpers: async () => {
    const key = await generatePrivateJwk();
    const sealed = await post('/cipher/encrypt_by_jwk?message=%D0%93%D1%80%D0%BE%D1%88%D1%96', publicHalf(key));
    expect(await decryptCompact(sealed.text, key)).toBe('Гроші');
    const opened = await post(
      `/cipher/decrypt_by_jwk?message=${await encryptCompact('100 грн', publicHalf(key))}`,
      key,
    );
    expect(opened).toMatchObject({ status: 200, text: '100 грн' });
  },
};

/** Options that make an occasion short. */
const QUICK: Partial<Record<PersonalityName, Json>> = { rival: { everyMs: 20 }, slow_authorize: { delayMs: 300 } };

async function untilTrue(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('personalities', () => {
  it.each(Object.keys(PERSONALITIES) as PersonalityName[])('%s', async (name) => {
    await switchOn(name, QUICK[name]);
    await OCCASIONS[name]();
    expect(kinds('personality.fired')).toContainEqual(expect.objectContaining({ personality: name }));
  });

  it('are described in the README, each of them', () => {
    const readme = readFileSync('apps/simulator/README.md', 'utf8').replaceAll(/ +/g, ' ');
    const missing = Object.entries(PERSONALITIES).filter(
      ([name, { what }]) => !readme.includes(`| \`${name}\` | ${what} |`),
    );
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  it('have no option that hides one of all', () => {
    const hidden = Object.entries(PERSONALITIES).filter(([, { options }]) =>
      Object.keys(options).some((name) => name in COMMON),
    );
    expect(hidden).toEqual([]);
  });

  it('act a number of times, for a time, for one merchant, on one path', async () => {
    const other = merchantOf();
    simulator.bank.merchants.add(other);
    const scene = await anOrder();
    const status = async () => (await orderData(scene)).status;
    await switchOn('overloaded', { times: 1 });
    expect([await status(), await status()]).toEqual([503, 200]);
    await switchOn('overloaded', { forMs: 60_000 });
    expect(await status()).toBe(503);
    await advance(60_000);
    expect(await status()).toBe(200);
    await switchOn('overloaded', { merchantId: other.merchantId });
    expect(await status()).toBe(200);
    expect((await post('/api-gateway/authorize_virtual_device', { serviceCode: other.serviceCode })).status).toBe(503);
    await switchOn('overloaded', { path: 'create-order' });
    expect(await status()).toBe(200);
    expect((await post(`${API}/hpp/v1/create-order`, orderBody(), scene.headers)).status).toBe(503);
  });

  it('are gone when they are switched off', async () => {
    await switchOn('overloaded');
    await request(`${simulator.url}/control/personalities?name=overloaded`, { method: 'DELETE' });
    expect((await authorize()).status).toBe(200);
    await switchOn('gzip');
    await post('/control/reset', {});
    expect((await authorize()).headers['content-encoding']).toBeUndefined();
  });

  it.each([
    [{ name: 'moody' }, /name must be one of order_other_request_id/],
    [{ name: 'rival', everyMs: '30000' }, /everyMs must be a number/],
    [{ name: 'rival', every: 30_000 }, /rival has no option every: it has everyMs, times/],
    [{ name: 'gzip', times: 0.5 }, /times must be a whole number/],
  ])('%j is refused', (body, message) => {
    expect(() => parsePersonality(body)).toThrow(message);
  });
});

it('the cipher helpers are off by default', async () => {
  expect((await post('/cipher/encrypt_by_jwk?message=x', publicHalf(merchantKey))).status).toBe(404);
});

it.each(['//api-gateway/authorize_virtual_device', '//api-gateway//authorize_virtual_device'])(
  '%s opens a session',
  async (path) => {
    expect((await post(path, { serviceCode: merchant.serviceCode })).json).toMatchObject({ jwe: expect.any(String) });
  },
);
