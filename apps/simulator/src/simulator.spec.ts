import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { parseMerchant } from './bank/merchants.js';
import { type Simulator, startSimulator } from './start-simulator.js';

/* ---- a merchant's side of the wire, on node:crypto alone, so that a mistake in the bank's own codec shows ---- */

const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const lengthAndData = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** Concat KDF of RFC 7518, section 4.6.2, for ECDH-ES+A256KW without apu and apv. */
const wrappingKey = (secret: Buffer): Buffer => {
  const empty = Buffer.alloc(4);
  const info = Buffer.concat([lengthAndData('ECDH-ES+A256KW'), empty, empty, Buffer.from([0, 0, 1, 0])]);
  return createHash('sha256')
    .update(Buffer.from([0, 0, 0, 1]))
    .update(secret)
    .update(info)
    .digest();
};
const KW_IV = Buffer.alloc(8, 0xa6);

const seal = (json: unknown, recipient: JsonWebKey): string => {
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const publicKey = createPublicKey({ key: recipient, format: 'jwk' });
  const kek = wrappingKey(diffieHellman({ privateKey: ephemeral.privateKey, publicKey }));
  const cek = randomBytes(32);
  const wrap = createCipheriv('id-aes256-wrap', kek, KW_IV);
  const encryptedKey = Buffer.concat([wrap.update(cek), wrap.final()]);
  const header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', epk: ephemeral.publicKey.export({ format: 'jwk' }) };
  const protectedHeader = b64(Buffer.from(JSON.stringify(header)));
  const iv = randomBytes(12);
  const gcm = createCipheriv('aes-256-gcm', cek, iv);
  gcm.setAAD(Buffer.from(protectedHeader));
  const ciphertext = Buffer.concat([gcm.update(JSON.stringify(json)), gcm.final()]);
  return [protectedHeader, b64(encryptedKey), b64(iv), b64(ciphertext), b64(gcm.getAuthTag())].join('.');
};

type Json = Record<string, unknown>;

const open = (jwe: string, privateKey: KeyObject): Json => {
  const [header = '', key = '', iv = '', ciphertext = '', tag = ''] = jwe.split('.');
  const { epk } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { epk: JsonWebKey };
  const publicKey = createPublicKey({ key: epk, format: 'jwk' });
  const kek = wrappingKey(diffieHellman({ privateKey, publicKey }));
  const unwrap = createDecipheriv('id-aes256-wrap', kek, KW_IV);
  const cek = Buffer.concat([unwrap.update(Buffer.from(key, 'base64url')), unwrap.final()]);
  const gcm = createDecipheriv('aes-256-gcm', cek, Buffer.from(iv, 'base64url'), { authTagLength: 16 });
  gcm.setAAD(Buffer.from(header));
  gcm.setAuthTag(Buffer.from(tag, 'base64url'));
  const text = Buffer.concat([gcm.update(Buffer.from(ciphertext, 'base64url')), gcm.final()]).toString();
  return JSON.parse(text) as Json;
};

interface Session {
  readonly deviceId: string;
  readonly refreshToken: string;
  readonly serverPublic: JsonWebKey;
}
interface Reply {
  readonly status: number;
  readonly body: Json;
}

const E = '/ecom/execute_request';
const CREATE = `${E}/hpp/v1/create-order`;
const ORDER = `${E}/hpp/v1/operations`;
const REFUND = `${E}/payments/v3/refund`;
const OPERATION = `${E}/payments/v1/operations`;
const BY_REQUEST = `${E}/payments/v1/operation/by_merchant_request_id`;

const keys = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const merchant = parseMerchant({
  serviceCode: randomUUID(),
  merchantId: randomUUID(),
  name: 'Demo shop',
  clientPublicKey: keys.publicKey.export({ format: 'jwk' }),
  terminal: 'test',
});
const { merchantId, serviceCode } = merchant;

let bank: Simulator;
let session: Session;

const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(bank.url + path, { method: 'POST', body, headers, redirect: 'manual', signal: AbortSignal.timeout(2_000) });

const parse = async (answer: Response): Promise<Reply> => {
  const body = (await answer.json()) as Json;
  const { jwe } = body;
  return { status: answer.status, body: typeof jwe === 'string' ? open(jwe, keys.privateKey) : body };
};

const authorize = async (code = serviceCode): Promise<Reply> =>
  parse(
    await post('/api-gateway/authorize_virtual_device', JSON.stringify({ serviceCode: code }), {
      'x-api_version': 'V1',
    }),
  );

const authHeaders = (used: Session = session) => ({
  'x-api_version': 'V1',
  'x-device_id': used.deviceId,
  'x-refresh_token': used.refreshToken,
});

const call = async (path: string, body: Json, used?: Session): Promise<Reply> =>
  parse(await post(path, JSON.stringify(body), { ...authHeaders(used), 'content-type': 'application/json' }));

const callSealed = async (path: string, body: Json): Promise<Reply> =>
  parse(await post(path, seal(body, session.serverPublic), { ...authHeaders(), 'content-type': 'text/plain' }));

const anOrder = (over: Json = {}): Json => ({
  merchantRequestId: randomUUID(),
  merchantId,
  hppPayType: 'PURCHASE',
  coinAmount: 1_000,
  paymentMethods: ['CARD'],
  successUrl: 'https://shop.example/ok',
  failUrl: 'https://shop.example/no',
  statusPageType: 'STATUS_REDIRECT_MERCHANT_PAGE',
  customerData: { senderCustomerId: 'c1', senderFirstName: 'Іван' },
  ...over,
});

const create = async (over: Json = {}): Promise<string> =>
  String((await call(CREATE, anOrder(over))).body['hppOrderId']);
const orderData = async (hppOrderId: string): Promise<Json> => (await call(ORDER, { hppOrderId })).body;
const operationsOf = (order: Json): Json[] => order['operations'] as Json[];

const form = (path: string, fields: Record<string, string>): Promise<Response> =>
  post(path, new URLSearchParams(fields).toString(), { 'content-type': 'application/x-www-form-urlencoded' });

const pay = (hppOrderId: string, pan = '4111 1111 1111 1111', over: Record<string, string> = {}): Promise<Response> =>
  form('/pay', { hpp_id: hppOrderId, 'card-number': pan, expiry: '12/29', cvv: '123', ...over });

const aRefund = (operationId: unknown, over: Json = {}): Json => ({
  merchantRequestId: randomUUID(),
  merchantId,
  operationId,
  coinAmount: 1_000,
  date: new Date(bank.bank.clock.now()).toISOString().replace('T', ' ').replace('Z', '+00:00'),
  ...over,
});

const paidOperation = async (over: Json = {}): Promise<{ hppOrderId: string; operationId: string }> => {
  const hppOrderId = await create(over);
  await pay(hppOrderId);
  return { hppOrderId, operationId: String(operationsOf(await orderData(hppOrderId))[0]?.['operationId']) };
};

const control = async (path: string, body?: Json): Promise<Json> => {
  const answer = body
    ? await post(`/control/${path}`, JSON.stringify(body))
    : await fetch(`${bank.url}/control/${path}`);
  return (await answer.json()) as Json;
};
const ledger = async (query: string): Promise<Json[]> => (await control(`ledger?${query}`))['entries'] as Json[];

/** A merchant's callback address that answers with the statuses it is given, then 200. */
class Receiver {
  readonly received: { headers: IncomingMessage['headers']; body: string }[] = [];
  statuses: number[] = [];
  url = '';
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      this.received.push({ headers: request.headers, body });
      response.writeHead(this.statuses.shift() ?? 200).end('OK');
    });
  });
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/notify`;
  }
  json(index: number): Json {
    return JSON.parse(this.received[index]?.body ?? '{}') as Json;
  }
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const receiver = new Receiver();

beforeAll(async () => {
  await receiver.start();
  bank = await startSimulator({ host: '127.0.0.1', port: 0, merchants: [merchant], strict: false });
});
beforeEach(async () => {
  await post('/control/reset', '');
  receiver.received.length = 0;
  receiver.statuses = [];
  session = (await authorize()).body as unknown as Session;
});
afterAll(async () => {
  receiver.stop();
  await bank.close();
});

describe('a payment from session to refund', () => {
  it('is authorized, ordered, paid on the page, queried and refunded', async () => {
    const order = await call(CREATE, anOrder());
    expect(order).toMatchObject({ status: 200, body: { orderStatus: 'PENDING', coinAmount: 1_000, nbuQrCode: null } });
    const hppOrderId = String(order.body['hppOrderId']);
    expect(hppOrderId).toMatch(/^\d{13}[\w-]{11}$/);
    expect(order.body['redirectUrl']).toMatch(new RegExp(`^http://localhost:\\d+/pay\\?hpp_id=${hppOrderId}$`));

    const left = await pay(hppOrderId);
    expect([left.status, left.headers.get('location')]).toEqual([303, 'https://shop.example/ok']);

    const paid = await orderData(hppOrderId);
    const [purchase] = operationsOf(paid);
    expect(paid['orderStatus']).toBe('SUCCESS');
    expect(purchase).toMatchObject({ type: 'PURCHASE', status: 'SUCCESS', rrn: '-1', transactionType: 35 });
    expect(purchase).toMatchObject({ cardNumberMask: '411111••••••1111', senderFirstName: 'Іван' });
    expect(purchase).not.toHaveProperty('merchantRequestId');
    expect(purchase).not.toHaveProperty('approvalCode');

    const refund = await callSealed(REFUND, aRefund(purchase?.['operationId'], { coinAmount: 400 }));
    expect(refund.body).toMatchObject({
      type: 'REFUND',
      status: 'PENDING',
      originalOperationId: purchase?.['operationId'],
    });
    expect(refund.body['transactionResponseInfo']).toEqual({ description: 'Операція успішна' });
    expect(refund.body['operationId']).not.toBe(purchase?.['operationId']);

    await control('clock', { advanceMs: 2_000 });
    const final = await call(OPERATION, { id: refund.body['operationId'] });
    expect(final.body).toMatchObject({
      status: 'SUCCESS',
      transactionResponseInfo: { actionCode: '0', responseCode: '00' },
    });
    const byRequest = await call(BY_REQUEST, { merchantRequestId: refund.body['merchantRequestId'] });
    expect(byRequest.body['operationId']).toBe(refund.body['operationId']);
    expect((await orderData(hppOrderId))['orderStatus']).toBe('PARTIAL_REFUND');
    expect(await ledger('kind=money.charged')).toMatchObject([{ coinAmount: 1_000 }]);
    expect(await ledger('kind=money.refunded')).toMatchObject([{ coinAmount: 400 }]);
  });

  it('asks for the code of a 3DS card', async () => {
    const hppOrderId = await create();
    const acs = String((await pay(hppOrderId, '5555555555554444')).headers.get('location')).split('?')[0] ?? '';
    expect(acs).toMatch(/^\/acs\//);
    expect((await orderData(hppOrderId))['orderStatus']).toBe('REQUIRED_3DS');
    expect((await form(acs, { action: 'confirm', otp: '0000' })).status).toBe(422);
    expect((await form(acs, { action: 'confirm', otp: '1234' })).headers.get('location')).toBe(
      'https://shop.example/ok',
    );
    expect(operationsOf(await orderData(hppOrderId))).toMatchObject([
      { status: 'SUCCESS', statusThreeDs: 'Y', eci: '05' },
    ]);
  });

  it.each([
    ['a declined card', '4000000000000002', 1_000, '1/00'],
    ['a card without funds', '4000000000009995', 1_000, '1/16'],
    ['kopiyky 05', '4111111111111111', 1_005, '1/00'],
    ['kopiyky 06', '4111111111111111', 1_006, '1/16'],
  ])('fails with %s', async (_name, pan, coinAmount, codes) => {
    const [actionCode, responseCode] = codes.split('/');
    const hppOrderId = await create({ coinAmount });
    expect((await pay(hppOrderId, pan)).headers.get('location')).toBe('https://shop.example/no');
    const order = await orderData(hppOrderId);
    expect(order['orderStatus']).toBe('FAIL');
    expect(operationsOf(order)).toMatchObject([
      { status: 'FAIL', transactionResponseInfo: { actionCode, responseCode } },
    ]);
    expect((await pay(hppOrderId)).status).toBe(409);
    expect(await ledger('kind=money.charged')).toEqual([]);
  });

  it('takes the printed sample of create-order', async () => {
    const path = 'test/fixtures/alliance/hpp-create-order.purchase.request.json';
    const sample = JSON.parse(readFileSync(path, 'utf8')) as Json;
    expect((await call(CREATE, { ...sample, merchantId })).body['orderStatus']).toBe('PENDING');
  });

  it('shows an expired order as FAIL and refuses to take a card for it', async () => {
    const hppOrderId = await create({ expirationTimeMinutes: 1 });
    await control('clock', { advanceMs: 60_000 });
    expect(await orderData(hppOrderId)).toMatchObject({ orderStatus: 'FAIL', operations: [] });
    const page = await fetch(`${bank.url}/pay?hpp_id=${hppOrderId}`);
    expect(await page.text()).toContain('data-testid="order-closed"');
  });

  it('can be cancelled by the payer', async () => {
    const hppOrderId = await create();
    expect((await form('/pay/cancel', { hpp_id: hppOrderId })).headers.get('location')).toBe('https://shop.example/no');
    expect(await orderData(hppOrderId)).toMatchObject({ orderStatus: 'CANCELED', operations: [] });
  });

  it('never takes a card it does not know, and never shows what was typed', async () => {
    const answer = await pay(await create(), '4242 4242 4242 4242', { cvv: '987' });
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toContain('aria-invalid="true"');
    expect(page).not.toMatch(/4242|987/);
  });
});

describe('sessions', () => {
  it('end when a new one begins, and their key with them', async () => {
    const old = session;
    session = (await authorize()).body as unknown as Session;
    const answer = await call(ORDER, { hppOrderId: 'x' }, old);
    expect(answer).toMatchObject({ status: 401, body: { msgCode: 'b_session_doesnt_exists', msgType: 'ERROR' } });
    session = { ...session, serverPublic: old.serverPublic };
    expect(await callSealed(REFUND, {})).toMatchObject({
      status: 200,
      body: { msgCode: 'b_encryptor_failed_decrypt_message' },
    });
  });

  it('expire after 24 hours of bank time', async () => {
    await control('clock', { advanceMs: 24 * 3_600_000 });
    expect(await call(ORDER, { hppOrderId: 'x' })).toMatchObject({ status: 401, body: { msgCode: 'b_expired_token' } });
  });

  it('expire on demand', async () => {
    await control('sessions/expire', { merchantId });
    expect((await call(ORDER, { hppOrderId: 'x' })).body['msgCode']).toBe('b_expired_token');
  });

  it.each([
    [{ 'x-device_id': randomUUID() }, 401, 'b_unknown_device'],
    [{ 'x-device_id': '' }, 401, 'b_unknown_device'],
    [{ 'x-refresh_token': '' }, 200, 'b_refresh_token_absent'],
    [{ 'x-refresh_token': randomUUID() }, 401, 'b_session_doesnt_exists'],
    [{ 'x-api_version': 'V9' }, 400, 'b_request_is_not_correct'],
  ])('refuse %j', async (headers, status, msgCode) => {
    const answer = await parse(await post(ORDER, '{}', { ...authHeaders(), ...headers }));
    expect(answer).toMatchObject({ status, body: { msgCode } });
  });

  it('are not opened for an unknown service code', async () => {
    expect(await authorize(randomUUID())).toMatchObject({
      status: 200,
      body: { msgCode: 'b_virtual_device_not_found' },
    });
    expect((await ledger('kind=authorize')).at(-1)).toMatchObject({ ok: false });
    expect(JSON.stringify(await ledger(''))).not.toContain(serviceCode);
  });
});

describe('refusals', () => {
  it('refuses a merchantRequestId twice, across calls', async () => {
    const { operationId } = await paidOperation({ merchantRequestId: 'once' });
    const duplicate = { status: 400, body: { msgCode: 'b_duplicate_field_value' } };
    expect(await call(CREATE, anOrder({ merchantRequestId: 'once' }))).toMatchObject(duplicate);
    expect(await call(REFUND, aRefund(operationId, { merchantRequestId: 'once' }))).toMatchObject(duplicate);
  });

  it('refuses to refund wrongly', async () => {
    const { hppOrderId, operationId } = await paidOperation();
    const codeOf = async (over: Json) => (await callSealed(REFUND, aRefund(operationId, over))).body['msgCode'];
    expect(await codeOf({ operationId: hppOrderId })).toBe('b_operation_not_found');
    expect(await codeOf({ coinAmount: 1_001 })).toBe('b_payment_invalid_refund_amount');
    expect(await codeOf({ merchantId: randomUUID() })).toBe('b_merchant_not_found');
    expect(await codeOf({ coinAmount: 600 })).toBeUndefined();
    expect(await codeOf({ coinAmount: 401 })).toBe('b_payment_invalid_refund_amount');
    expect(await codeOf({ coinAmount: 10, date: '2020-01-01 00:00:00.00+02:00' })).toBe(
      'b_security_time_in_request_not_correct',
    );
    expect(operationsOf(await orderData(hppOrderId)).at(-1)).toMatchObject({ status: 'FAIL', coinAmount: 10 });
  });
});

describe('callbacks', () => {
  it('tell the order and are repeated until HTTP 200, on the bank clock', async () => {
    receiver.statuses = [500, 204];
    const hppOrderId = await create({ notificationUrl: receiver.url });
    await pay(hppOrderId);
    await control('clock', { advanceMs: 1_000 });
    expect(receiver.received).toHaveLength(1);
    await control('clock', { advanceMs: 3_000 });
    expect(receiver.received).toHaveLength(1);
    await control('clock', { advanceMs: 40_000 });
    expect(receiver.received).toHaveLength(3);
    expect(receiver.json(2)).toMatchObject({ hppOrderId, orderStatus: 'SUCCESS', operation: { status: 'SUCCESS' } });
    expect(await ledger('kind=callback.sent')).toMatchObject([
      { httpStatus: 500 },
      { httpStatus: 204 },
      { httpStatus: 200 },
    ]);
  });

  it('stop after six deliveries', async () => {
    receiver.statuses = Array<number>(9).fill(503);
    await pay(await create({ notificationUrl: receiver.url }));
    await control('clock', { advanceMs: 24 * 3_600_000 });
    expect(receiver.received).toHaveLength(6);
  });

  it('are sealed for the merchant on request', async () => {
    const hppOrderId = await create({ notificationUrl: receiver.url, notificationEncryption: 'true' });
    await pay(hppOrderId);
    await control('clock', { advanceMs: 1_000 });
    expect(receiver.received[0]?.headers['x-encrypted_body']).toBe('true');
    expect(open(receiver.received[0]?.body ?? '', keys.privateKey)).toMatchObject({ hppOrderId });
  });

  it('tell a refund to its own address, flat', async () => {
    const { operationId } = await paidOperation();
    await callSealed(REFUND, aRefund(operationId, { notificationUrl: receiver.url, coinAmount: 17 }));
    await control('clock', { advanceMs: 2_000 });
    expect(receiver.json(0)).toMatchObject({ type: 'REFUND', status: 'FAIL', originalOperationId: operationId });
  });

  it.each([
    ['drop', []],
    ['duplicate', ['SUCCESS', 'SUCCESS']],
    ['reorder', ['SUCCESS', 'PENDING']],
  ])('can %s', async (mode, statuses) => {
    await control('callbacks', { mode });
    await pay(await create({ notificationUrl: receiver.url }));
    await control('clock', { advanceMs: 1_000 });
    expect(receiver.received.map((_, index) => receiver.json(index)['orderStatus'])).toEqual(statuses);
  });

  it('can run ahead of the query', async () => {
    await control('callbacks', { mode: 'early', emptyOperation: true });
    const hppOrderId = await create({ notificationUrl: receiver.url });
    await pay(hppOrderId);
    await control('clock', { advanceMs: 1_000 });
    expect(receiver.json(0)).toMatchObject({ orderStatus: 'SUCCESS', operation: {} });
    expect((await orderData(hppOrderId))['orderStatus']).toBe('PENDING');
    await control('clock', { advanceMs: 2_000 });
    expect((await orderData(hppOrderId))['orderStatus']).toBe('SUCCESS');
  });
});

describe('faults', () => {
  const refundUnder = async (fault: Json): Promise<{ seen: unknown; refunds: number }> => {
    const { hppOrderId, operationId } = await paidOperation();
    await control('faults', { ...fault, path: 'refund' });
    const seen: unknown = await callSealed(REFUND, aRefund(operationId)).then(
      ({ status, body }) => ({ status, msgCode: body['msgCode'] }),
      (error: unknown) => error,
    );
    return { seen, refunds: operationsOf(await orderData(hppOrderId)).length - 1 };
  };

  it.each<[Json, unknown, number]>([
    [{ kind: 'timeout_before' }, expect.objectContaining({ name: 'TimeoutError' }), 0],
    [{ kind: 'timeout_after' }, expect.objectContaining({ name: 'TimeoutError' }), 1],
    [{ kind: 'reset_before' }, expect.objectContaining({ message: 'fetch failed' }), 0],
    [{ kind: 'reset_after' }, expect.objectContaining({ message: 'fetch failed' }), 1],
    [{ kind: 'http_error', httpStatus: 502 }, expect.objectContaining({ name: 'SyntaxError' }), 0],
    [{ kind: 'html_200' }, expect.objectContaining({ name: 'SyntaxError' }), 0],
    [{ kind: 'truncated_jwe' }, expect.anything(), 1],
    [{ kind: 'truncated_json' }, expect.objectContaining({ name: 'SyntaxError' }), 1],
    [{ kind: 'error', msgCode: 'b_server_is_overloaded' }, { status: 503, msgCode: 'b_server_is_overloaded' }, 0],
    [{ kind: 'slow', delayMs: 50 }, { status: 200, msgCode: undefined }, 1],
  ])('%j fires once and is written down', async (fault, seen, refunds) => {
    expect(await refundUnder(fault)).toEqual({ seen, refunds });
    expect(await ledger('kind=fault.fired')).toMatchObject([{ fault: fault['kind'], path: REFUND }]);
    expect((await control('faults'))['faults']).toMatchObject([{ kind: fault['kind'], times: 1, fired: 1 }]);
    const [request] = await ledger('kind=request&path=refund');
    expect(request).toMatchObject({ merchantRequestId: expect.any(String) as string, fault: fault['kind'] });
  });
});
