import { createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Json, MerchantAtBank } from '../test/merchant-at-bank.js';

let at: MerchantAtBank;
beforeAll(async () => {
  at = await MerchantAtBank.start();
});
beforeEach(() => {
  at.reset();
});
afterAll(() => at.simulator.close());

const API = '/ecom/execute_request';
const ORDER = '/hpp/v1/operations';
const turn = (switches: Json) => at.control('POST', 'switches', switches);
const advance = (advanceMs: number) => at.control('POST', 'clock', { advanceMs });
const aPurchase = (over: Json = {}): Json => ({ hppPayType: 'PURCHASE', preAuthExpDate: undefined, ...over });

it('a switch takes what it is for, and nothing else', async () => {
  for (const wrong of [{ balanceUnit: 'pounds' }, { expiredSessionCode: 'b_ok' }, { finalDelayMs: -1 }, { nothing: 1 }])
    expect((await turn(wrong)).status).toBe(400);
  expect((await at.control('GET', 'switches')).body['switches']).toMatchObject({ balanceUnit: 'kopecks' });
});

describe('how a session is refused (U1)', () => {
  const refused = async (headers: Record<string, string>): Promise<readonly unknown[]> => {
    const { status, body } = await at.post(API + ORDER, '{"hppOrderId":"x"}', headers);
    return [status, body['msgCode']];
  };
  const session = () => {
    const [current] = at.bank.sessions.snapshot().current;
    return { 'x-device_id': current?.deviceId ?? '', 'x-refresh_token': current?.refreshToken ?? '' };
  };

  it.each([
    ['absentTokenCode', 'b_session_doesnt_exist', 401],
    ['unknownDeviceCode', 'b_virtual_device_not_found', 200],
    ['supersededSessionCode', 'b_used_token', 401],
    ['expiredSessionCode', 'b_previous_auth_token_expired', 401],
  ])('%s', async (name, code, status) => {
    await at.call(ORDER, { hppOrderId: 'x' });
    await turn({ [name]: code });
    const own = session();
    const cases: Readonly<Record<string, () => Promise<Record<string, string>>>> = {
      absentTokenCode: () => Promise.resolve({ 'x-device_id': own['x-device_id'] }),
      unknownDeviceCode: () => Promise.resolve({ ...own, 'x-device_id': 'nobody' }),
      supersededSessionCode: async () => {
        await at.bank.rivalAuthorize();
        return own;
      },
      expiredSessionCode: () => {
        at.bank.sessions.expire();
        return Promise.resolve(own);
      },
    };
    expect(await refused((await cases[name]?.()) ?? {})).toEqual([status, code]);
  });
});

it.each([
  [
    'spki',
    ({ publicKey }: Json) => ({ key: Buffer.from(String(publicKey), 'base64'), format: 'der', type: 'spki' }) as const,
  ],
  ['jwk', ({ publicKey }: Json) => ({ key: publicKey as Json, format: 'jwk' }) as const],
])('the key endpoints show a key as %s (U4)', async (form, read) => {
  await turn({ signingKeyForm: form });
  const { kid } = at.bank.keys.signer('payments');
  const { body } = await at.post('/ecom/keys/public_key/get_v1', JSON.stringify({ kid }));
  expect(createPublicKey(read(body)).asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
});

it('the key endpoints show bare PEM (U4)', async () => {
  await turn({ signingKeyForm: 'bare_pem' });
  const { kid } = at.bank.keys.signer('payments');
  const answer = await fetch(`${at.simulator.url}/ecom/keys/public_key/get_v1`, {
    method: 'POST',
    body: JSON.stringify({ kid }),
  });
  expect(createPublicKey(await answer.text()).asymmetricKeyType).toBe('ec');
});

it('a business error of a signed call comes in the clear (U5), of a sealed one still sealed', async () => {
  await turn({ signBusinessErrors: false });
  const header = { alg: 'ES256', kid: at.kid, ts: Date.now(), targetUrl: '/ecom/jws/payments/operations_v1' };
  const { signed } = await import('../test/merchant-at-bank.js');
  const url = `${at.simulator.url}/ecom/jws/payments/operations_v1`;
  const answer = await fetch(url, { method: 'POST', body: signed(header, { id: 'nobody' }, at.signingKey) });
  expect(await answer.json()).toMatchObject({ msgCode: 'payment_operation_not_found' });
});

it('an order that is cancelled or runs out is told, once each, with an empty operation (U9)', async () => {
  const received: Json[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push(JSON.parse(body) as Json);
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const notificationUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const ended = async (): Promise<void> => {
    const { body } = await at.order(aPurchase({ notificationUrl }));
    await at.form('/pay/cancel', { hpp_id: String(body['hppOrderId']) });
    await at.order(aPurchase({ notificationUrl }));
    const paid = await at.order(aPurchase({ notificationUrl }));
    await at.pay(paid.body['hppOrderId']);
    await advance(16 * 60_000);
  };
  try {
    await ended();
    expect(received.map(({ orderStatus }) => orderStatus)).toEqual(['SUCCESS']);
    await turn({ callbackOfClosedOrder: true });
    await ended();
    const told = received
      .slice(1)
      .map(({ orderStatus, operation }) => [orderStatus, Object.keys(operation as Json).length > 0]);
    expect(told).toEqual([
      ['CANCELED', false],
      ['SUCCESS', true],
      ['FAIL', false],
    ]);
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});

it('a refund of everything may leave PARTIAL_REFUND (U14), and be final later (U19)', async () => {
  await turn({ refundedOrderStatus: 'PARTIAL_REFUND', finalDelayMs: 60_000 });
  const hppOrderId = (await at.order(aPurchase())).body['hppOrderId'];
  await at.pay(hppOrderId);
  const [{ operationId = '' } = {}] = at.bank.book.allOperations();
  await at.call('/payments/v3/refund', {
    ...{
      merchantRequestId: 'r-1',
      merchantId: at.merchant.merchantId,
      operationId,
      coinAmount: 1_000,
      date: at.date(),
    },
  });
  await advance(59_000);
  expect((await at.call(ORDER, { hppOrderId })).body['orderStatus']).toBe('SUCCESS');
  await advance(1_000);
  expect((await at.call(ORDER, { hppOrderId })).body['orderStatus']).toBe('PARTIAL_REFUND');
  expect(at.money()).toEqual(['money.charged 1000', 'money.refunded 1000']);
});

it('the pages send the browser back with the status that is wanted (U18), balances are in hryvnias (U20)', async () => {
  await turn({ pageReturnStatus: 302, balanceUnit: 'hryvnias' });
  expect((await at.pay((await at.order(aPurchase())).body['hppOrderId'])).status).toBe(302);
  expect((await at.callSigned('/balance/get_v1', {})).body).toMatchObject({ balanceAmount: 10 });
});
