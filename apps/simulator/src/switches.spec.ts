import { createPublicKey, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Json, MerchantAtBank } from '../test/merchant-at-bank.js';
import { SWITCHES } from './bank/switches.js';
import { registerRows } from './registers/register-row.js';

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
const refund = (operationId: string, over: Json = {}) =>
  at.call('/payments/v3/refund', {
    ...{ merchantRequestId: randomUUID(), merchantId: at.merchant.merchantId },
    ...{ operationId, coinAmount: 1_000, date: at.date() },
    ...over,
  });
const aPurchase = (over: Json = {}): Json => ({ hppPayType: 'PURCHASE', preAuthExpDate: undefined, ...over });

it('a switch takes what it is for, and nothing else', async () => {
  for (const wrong of [{ balanceUnit: 'pounds' }, { expiredSessionCode: 'b_ok' }, { finalDelayMs: -1 }, { nothing: 1 }])
    expect((await turn(wrong)).status).toBe(400);
  expect((await at.control('GET', 'switches')).body['switches']).toMatchObject({ balanceUnit: 'kopiyky' });
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

describe('callbacks', () => {
  const received: Json[] = [];
  let answers: number | 'never' = 200;
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push(JSON.parse(body) as Json);
      if (answers !== 'never') response.writeHead(answers).end();
    });
  });
  let notificationUrl: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    notificationUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  });
  beforeEach(() => {
    received.length = 0;
    answers = 200;
  });
  afterAll(() => {
    receiver.closeAllConnections();
    receiver.close();
  });

  it('an order that is cancelled or runs out is told, once each, with an empty operation (U9)', async () => {
    const ended = async (): Promise<void> => {
      const { body } = await at.order(aPurchase({ notificationUrl }));
      await at.form('/pay/cancel', { hpp_id: String(body['hppOrderId']) });
      await at.order(aPurchase({ notificationUrl }));
      const paid = await at.order(aPurchase({ notificationUrl }));
      await at.pay(paid.body['hppOrderId']);
      await advance(16 * 60_000);
    };
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
  });

  /** Nothing else becomes due while its callbacks are tried. */
  const forEver = (over: Json = {}): Json => aPurchase({ neverExpire: true, ...over });

  /** Bank time from the first delivery of a callback that nobody takes to each that followed, in fives of seconds. */
  const deliveries = async (): Promise<readonly number[]> => {
    answers = 500;
    await at.pay((await at.order(forEver({ notificationUrl }))).body['hppOrderId']);
    await advance(6_000_000);
    const sentAt = at.bank.callbacks.list().flatMap(({ attempts }) => attempts.map((one) => Date.parse(one.at)));
    return sentAt.map((one) => Math.floor((one - (sentAt[0] ?? 0)) / 5_000));
  };

  it.each([
    ['as they are', {}, [0, 1, 7, 67, 427, 1_147]],
    ['from the first', { callbackDelaysFrom: 'first' }, [0, 1, 6, 60, 360, 720]],
    ['host to host alone', { retriedCallbacks: 'host_to_host' }, [0]],
  ])('are repeated, their delays %s (U8)', async (_name, switches, fives) => {
    await turn(switches);
    expect(await deliveries()).toEqual(fives);
  });

  it('of host-to-host operations are repeated either way (U8)', async () => {
    await turn({ retriedCallbacks: 'host_to_host' });
    await at.pay((await at.order(forEver())).body['hppOrderId']);
    answers = 500;
    const [{ operationId = '' } = {}] = at.bank.book.allOperations();
    await refund(operationId, { notificationUrl });
    await advance(6_000_000);
    expect(received).toHaveLength(6);
  });

  it('that nobody answers are given up after the time that is wanted (U8)', async () => {
    answers = 'never';
    await turn({ callbackTimeoutMs: 20 });
    await at.pay((await at.order(aPurchase({ notificationUrl }))).body['hppOrderId']);
    await advance(1);
    expect(at.bank.ledger.find({ kind: 'callback.sent' })).toMatchObject([{ httpStatus: null }]);
  });
});

describe('an order that runs out (U13)', () => {
  const unpaid = async (over: Json = {}): Promise<unknown> => (await at.order(aPurchase(over))).body['hppOrderId'];
  const statusOf = async (hppOrderId: unknown) => (await at.call(ORDER, { hppOrderId })).body['orderStatus'];

  it('does so after the time that is wanted, unless the request names one', async () => {
    await turn({ orderLifeMinutes: 90 });
    const transfer = { hppPayType: 'A2A', purpose: 'Order 1', merchantComment: 'Payment of order 1' };
    const orders = [await unpaid({ expirationTimeMinutes: 5 }), await unpaid(), await unpaid(transfer)];
    await advance(89 * 60_000);
    expect(await Promise.all(orders.map(statusOf))).toEqual(['FAIL', 'PENDING', 'PENDING']);
    await advance(60_000);
    expect(await Promise.all(orders.map(statusOf))).toEqual(['FAIL', 'FAIL', 'FAIL']);
  });

  it.each(['CANCELED', 'PENDING'])('may be %s then, and is as closed as ever', async (expiredOrderStatus) => {
    await turn({ expiredOrderStatus });
    const hppOrderId = await unpaid();
    await advance(15 * 60_000);
    expect(await statusOf(hppOrderId)).toBe(expiredOrderStatus);
    const page = await fetch(`${at.simulator.url}/pay?hpp_id=${String(hppOrderId)}`);
    expect(await page.text()).toContain('data-testid="order-closed"');
  });

  it('may not be shown any more', async () => {
    await turn({ showExpiredOrders: false });
    const [hppOrderId, paid] = [await unpaid(), await unpaid()];
    await at.pay(paid);
    expect(await statusOf(hppOrderId)).toBe('PENDING');
    await advance(15 * 60_000);
    const { status, body } = await at.call(ORDER, { hppOrderId });
    expect([status, body['msgCode']]).toEqual([500, 'b_hpp_order_expired']);
    expect(await statusOf(paid)).toBe('SUCCESS');
  });
});

it('a transfer between accounts can be refunded (U17)', async () => {
  const order = { hppPayType: 'A2A', purpose: 'Order 1', merchantComment: 'Payment of order 1' };
  const hppOrderId = (await at.order(aPurchase(order))).body['hppOrderId'];
  await at.control('POST', `orders/${String(hppOrderId)}/transfer`);
  const [{ operationId = '' } = {}] = at.bank.book.allOperations();
  expect((await refund(operationId)).body['msgCode']).toBe('b_payment_refund_not_supported');
  await turn({ refundOfTransfer: true });
  expect((await refund(operationId)).body).toMatchObject({ type: 'REFUND', transactionType: 76 });
  await advance(2_000);
  expect(at.money()).toEqual(['money.charged 1000', 'money.refunded 1000']);
});

it('the bank takes a commission, and its register says the same (U32)', async () => {
  await turn({ commissionBasisPoints: 155 });
  const hppOrderId = (await at.order(aPurchase())).body['hppOrderId'];
  await at.pay(hppOrderId);
  await turn({ commissionBasisPoints: 0 });
  const [{ operationId = '' } = {}] = at.bank.book.allOperations();
  await refund(operationId);
  await advance(2_000);
  const { operations } = (await at.call(ORDER, { hppOrderId })).body;
  expect(operations).toMatchObject([{ merchantCommission: 16 }, { merchantCommission: 0 }]);
  const [from, to] = [0, at.bank.clock.now() + 1];
  const rows = registerRows(at.bank.book, at.merchant.merchantId, { from, to });
  expect(rows.map(({ merchantCommission }) => merchantCommission)).toEqual(['16', '0']);
});

it('a refund of everything may leave PARTIAL_REFUND (U14), and be final later (U19)', async () => {
  await turn({ refundedOrderStatus: 'PARTIAL_REFUND', finalDelayMs: 60_000 });
  const hppOrderId = (await at.order(aPurchase())).body['hppOrderId'];
  await at.pay(hppOrderId);
  const [{ operationId = '' } = {}] = at.bank.book.allOperations();
  await refund(operationId);
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

describe('the README', () => {
  const readme = readFileSync('apps/simulator/README.md', 'utf8');
  const [, table = ''] = /<!-- left open -->(.*)<!-- \/left open -->/su.exec(readme) ?? [];
  const rows = [...table.matchAll(/^\| (U\d+) +\|(?:[^|]+\|){2} (.+?) +\|$/gmu)];
  const answers = new Map(rows.map(([, question = '', answer = '']) => [question, answer]));
  /** Section p.4 of the protocol reference. */
  const QUESTIONS = Array.from({ length: 33 }, (_, number) => `U${number + 1}`);

  it('answers each question that the documents leave open, once', () => {
    expect(rows.map(([, question]) => question)).toEqual(QUESTIONS);
  });

  it.each(QUESTIONS)('names the switches of %s, or why there is none', (question) => {
    const switches = Object.entries(SWITCHES)
      .filter(([, { what }]) => what.endsWith(`(${question})`))
      .map(([name]) => `\`${name}\``);
    const answer = answers.get(question) ?? '';
    if (switches.length === 0) expect(answer).toMatch(/^none: \S.{15,}/u);
    else expect(answer.split(', ').toSorted()).toEqual(switches.toSorted());
  });
});
