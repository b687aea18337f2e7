import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { SWITCHES } from './bank/switches.js';
import { parseCreateOrder } from './protocol/create-order.fields.js';
import { type Json, MerchantAtBank, type Reply } from '../test/merchant-at-bank.js';

const HOUR_MS = 3_600_000;

let at: MerchantAtBank;
beforeAll(async () => {
  at = await MerchantAtBank.start();
});
beforeEach(() => {
  at.reset();
});
afterAll(() => at.simulator.close());

const advance = (advanceMs: number) => at.control('POST', 'clock', { advanceMs });

interface Held {
  readonly hppOrderId: string;
  readonly operationId: string;
  readonly hold: Json;
}

const orderData = async (hppOrderId: string): Promise<Json> =>
  (await at.call('/hpp/v1/operations', { hppOrderId })).body;

async function held(over: Json = {}, pan?: string): Promise<Held> {
  const { body } = await at.order(over);
  const hppOrderId = String(body['hppOrderId']);
  await at.pay(hppOrderId, pan);
  const [hold = {}] = (await orderData(hppOrderId))['operations'] as Json[];
  return { hppOrderId, operationId: String(hold['operationId']), hold };
}

const complete = ({ operationId }: Held, over: Json = {}): Promise<Reply> =>
  at.call('/payments/v1/completion', {
    merchantRequestId: randomUUID(),
    merchantId: at.merchant.merchantId,
    originalOperationId: operationId,
    coinAmount: 1_000,
    date: at.date(),
    ...over,
  });

const refund = (operationId: unknown, over: Json = {}): Promise<Reply> =>
  at.call('/payments/v3/refund', {
    merchantRequestId: randomUUID(),
    merchantId: at.merchant.merchantId,
    operationId,
    coinAmount: 1_000,
    date: at.date(),
    ...over,
  });

const msgCode = async (reply: Promise<Reply>): Promise<unknown> => (await reply).body['msgCode'];
const stateOf = async ({ operationId }: Held): Promise<Json | undefined> => {
  const { body } = await at.control('GET', 'holds');
  return (body['holds'] as Json[]).find((one) => one['operationId'] === operationId);
};

describe('a hold', () => {
  it('is shown with its expiry, and holds money without taking it', async () => {
    const preAuthExpDate = at.date(3 * HOUR_MS);
    const { hppOrderId, hold } = await held({ preAuthExpDate });
    expect(hold).toMatchObject({ type: 'PREAUTH', status: 'SUCCESS', transactionType: 195, preAuthExpDate });
    expect(await orderData(hppOrderId)).toMatchObject({ hppPayType: 'PREAUTH', orderStatus: 'SUCCESS' });
    expect(at.money()).toEqual(['money.held 1000']);
  });

  it('is asked for on the page, which says until when', async () => {
    const { body } = await at.order({ language: 'en' });
    const page = await (await fetch(String(body['redirectUrl']))).text();
    expect(page).toContain('data-testid="hold"');
    expect(page).toMatch(/Hold\s+UAH/);
  });

  it('is refused to a card that is, and holds nothing', async () => {
    const { hppOrderId, hold } = await held({}, '4000000000009995');
    expect(hold).toMatchObject({ type: 'PREAUTH', status: 'FAIL' });
    expect((await orderData(hppOrderId))['orderStatus']).toBe('FAIL');
    expect(at.money()).toEqual([]);
  });

  it.each([
    ['under 2 hours', 2 * HOUR_MS - 60_000],
    ['over 28 days', 28 * 24 * HOUR_MS + 60_000],
    ['in the past', -HOUR_MS],
  ])('of %s is refused', async (_name, aheadMs) => {
    const { body } = await at.order({ preAuthExpDate: at.date(aheadMs) });
    expect(body).toMatchObject({ validation: { errors: [{ field: 'preAuthExpDate' }] } });
  });

  it('may be dated by real time while the bank is ahead, and lasts as long', async () => {
    const byRealTime = at.date(3 * HOUR_MS);
    await advance(12 * HOUR_MS);
    const one = await held({ preAuthExpDate: byRealTime });
    await advance(2 * HOUR_MS);
    expect(await stateOf(one)).toMatchObject({ state: 'held' });
    await advance(HOUR_MS);
    expect(await stateOf(one)).toMatchObject({ state: 'lapsed' });
  });
});

describe('a completion', () => {
  it('takes all of it once', async () => {
    const one = await held();
    const { body } = await complete(one);
    const named = { preauthOperationId: one.operationId, preauthCoinAmount: 1_000, rrnPreauth: one.hold['rrn'] };
    expect(body).toMatchObject({ type: 'COMPLETION', status: 'PENDING', transactionType: 196, ...named });
    expect(await msgCode(complete(one))).toBe('b_cannot_process_logic_transaction'); // the first is on its way
    await advance(2_000);
    const byRequest = { merchantRequestId: body['merchantRequestId'] };
    const found = await at.call('/payments/v1/operation/by_merchant_request_id', byRequest);
    expect(found.body).toMatchObject({ operationId: body['operationId'], status: 'SUCCESS' });
    expect(await msgCode(complete(one))).toBe('b_cannot_process_logic_transaction');
    expect(await orderData(one.hppOrderId)).toMatchObject({ orderStatus: 'SUCCESS' });
    expect(at.money()).toEqual(['money.held 1000', 'money.captured 1000']);
  });

  it.each([
    [800, ['money.held 1000', 'money.captured 800', 'money.released 200 completion']],
    [1_200, ['money.held 1000', 'money.captured 1200']],
  ])('of %i is within 20 %%', async (coinAmount, money) => {
    const one = await held();
    expect(await msgCode(complete(one, { coinAmount }))).toBeUndefined();
    await advance(2_000);
    expect(at.money()).toEqual(money);
    expect(await stateOf(one)).toMatchObject({ state: 'captured', left: 0, captured: coinAmount });
    await advance(4 * HOUR_MS);
    expect(at.money()).toEqual(money);
  });

  it.each([799, 1_201, 0])('of %i is not', async (coinAmount) => {
    const one = await held();
    expect(await msgCode(complete(one, { coinAmount }))).toMatch(/b_invalid_request|b_request_is_not_correct/);
    expect(at.money()).toEqual(['money.held 1000']);
  });

  it('may be of any part once the switch is set', async () => {
    await at.control('POST', 'switches', { completionTolerancePercent: 100 });
    const one = await held();
    await complete(one, { coinAmount: 1 });
    await advance(2_000);
    expect(at.money()).toEqual(['money.held 1000', 'money.captured 1', 'money.released 999 completion']);
  });

  it.each<[string, (one: Held) => Json, string]>([
    ['an order id', ({ hppOrderId }) => ({ originalOperationId: hppOrderId }), 'b_operation_not_found'],
    ['an old date', () => ({ date: '2020-01-01 00:00:00.00+02:00' }), 'b_security_time_in_request_not_correct'],
    ['another terminal', () => ({ merchantId: randomUUID() }), 'b_merchant_not_found'],
    ['the id of the order', () => ({ merchantRequestId: 'taken' }), 'b_duplicate_field_value'],
  ])('with %s is refused', async (_name, over, code) => {
    const one = await held({ merchantRequestId: 'taken' });
    expect(await msgCode(complete(one, over(one)))).toBe(code);
  });

  it('of a purchase is refused', async () => {
    const one = await held({ hppPayType: 'PURCHASE' });
    expect(await msgCode(complete(one))).toBe('b_cannot_process_logic_transaction');
  });

  it('that fails leaves the money held, and another may follow', async () => {
    await at.control('POST', 'scripts', { type: 'COMPLETION', actionCode: '1', responseCode: '00' });
    const one = await held();
    await complete(one);
    await advance(2_000);
    expect(await stateOf(one)).toMatchObject({ state: 'held', left: 1_000, capturing: false });
    await complete(one);
    await advance(2_000);
    expect(at.money()).toEqual(['money.held 1000', 'money.captured 1000']);
  });

  it('may be final in the answer', async () => {
    await at.control('POST', 'scripts', { type: 'COMPLETION', delayMs: 0 });
    const { body } = await complete(await held());
    expect(body).toMatchObject({ status: 'SUCCESS', transactionResponseInfo: { description: 'Операція успішна' } });
    expect(body).not.toHaveProperty('approvalCode');
  });

  it('is refunded like a purchase, under another transactionType', async () => {
    const one = await held();
    const { body } = await complete(one, { coinAmount: 900 });
    await advance(2_000);
    expect(await msgCode(refund(one.operationId))).toBe('b_payment_invalid_refund_status');
    expect(await msgCode(refund(body['operationId'], { coinAmount: 901 }))).toBe('b_payment_invalid_refund_amount');
    expect((await refund(body['operationId'], { coinAmount: 400 })).body).toMatchObject({ transactionType: 214 });
    await advance(2_000);
    expect(await orderData(one.hppOrderId)).toMatchObject({ orderStatus: 'PARTIAL_REFUND' });
    expect(at.money().at(-1)).toBe('money.refunded 400');
  });
});

describe('a hold is given back', () => {
  it('by a refund', async () => {
    const one = await held();
    expect((await refund(one.operationId)).body).toMatchObject({ type: 'REFUND', transactionType: 213 });
    expect(await msgCode(complete(one))).toBe('b_cannot_process_logic_transaction');
    await advance(2_000);
    expect(await msgCode(complete(one))).toBe('b_cannot_process_logic_transaction');
    expect(await stateOf(one)).toMatchObject({ state: 'released', left: 0, released: 1_000 });
    expect(at.money()).toEqual(['money.held 1000', 'money.released 1000 refund']);
    await advance(4 * HOUR_MS);
    expect(at.money()).toHaveLength(2);
  });

  it('in part, and the rest is what a completion is measured by', async () => {
    const one = await held();
    await refund(one.operationId, { coinAmount: 500 });
    await advance(2_000);
    expect(await msgCode(complete(one, { coinAmount: 1_000 }))).toBe('b_invalid_request');
    await complete(one, { coinAmount: 450 });
    await advance(2_000);
    const money = ['money.released 500 refund', 'money.captured 450', 'money.released 50 completion'];
    expect(at.money()).toEqual(['money.held 1000', ...money]);
  });

  it('not while its completion is on its way', async () => {
    const one = await held();
    await complete(one);
    expect(await msgCode(refund(one.operationId))).toBe('b_payment_invalid_refund_status');
  });

  it('by the bank once its time is over', async () => {
    const one = await held();
    await advance(3 * HOUR_MS);
    expect(await stateOf(one)).toMatchObject({ state: 'lapsed', left: 0, released: 1_000 });
    expect(at.money()).toEqual(['money.held 1000', 'money.released 1000 expiry']);
    expect(await msgCode(complete(one))).toBe('b_cannot_process_logic_transaction');
    expect(await msgCode(refund(one.operationId))).toBe('b_payment_invalid_refund_status');
    const { operations } = await orderData(one.hppOrderId);
    expect(operations).toMatchObject([{ type: 'PREAUTH', status: 'SUCCESS' }]);
  });

  it('under another status when the switch says so', async () => {
    await at.control('POST', 'switches', { lapsedHoldStatus: 'FAIL' });
    const one = await held();
    await advance(3 * HOUR_MS);
    expect((await orderData(one.hppOrderId))['operations']).toMatchObject([{ type: 'PREAUTH', status: 'FAIL' }]);
  });

  it('after a completion that was on its way at the time has failed', async () => {
    const one = await held();
    await advance(3 * HOUR_MS - 1_000);
    await at.control('POST', 'scripts', { type: 'COMPLETION', actionCode: '1', responseCode: '00' });
    await complete(one);
    await advance(1_000);
    expect(await stateOf(one)).toMatchObject({ state: 'held', capturing: true });
    await advance(1_000);
    expect(at.money()).toEqual(['money.held 1000', 'money.released 1000 expiry']);
  });
});

describe('the control API of holds', () => {
  it('captures, releases and lets lapse', async () => {
    const [one, two, three] = [await held(), await held(), await held()];
    expect((await at.control('POST', `holds/${one.operationId}/capture`, { coinAmount: 900 })).status).toBe(201);
    await advance(2_000);
    expect((await at.control('POST', `holds/${two.operationId}/release`, {})).status).toBe(201);
    expect((await at.control('POST', `holds/${three.operationId}/lapse`)).status).toBe(200);
    expect(await stateOf(one)).toMatchObject({ state: 'captured', captured: 900 });
    expect(await stateOf(two)).toMatchObject({ state: 'released' });
    expect(await stateOf(three)).toMatchObject({ state: 'lapsed' });
    for (const deed of ['capture', 'release', 'lapse'])
      expect((await at.control('POST', `holds/${two.operationId}/${deed}`, {})).status).toBe(400);
  });

  it.each<[string, Json]>([
    ['switches', { nonsense: 1 }],
    ['switches', { completionTolerancePercent: 'all' }],
    ['switches', { completionTolerancePercent: -1 }],
    ['scripts', { type: 'PAYDAY' }],
    ['scripts', { type: 'COMPLETION', delayMs: 1.5 }],
  ])('of %s refuses %j in one sentence', async (path, body) => {
    expect(await at.control('POST', path, body)).toMatchObject({
      status: 400,
      body: { error: expect.any(String) as string },
    });
  });
});

it('switches are described in the README, each of them', () => {
  const readme = readFileSync('apps/simulator/README.md', 'utf8').replaceAll(/ +/g, ' ');
  for (const [name, { value, what }] of Object.entries(SWITCHES))
    expect(readme).toContain(`| \`${name}\` | ${JSON.stringify(value)} | ${what} |`);
});

it('a hold without its date is refused by a strict bank', () => {
  const order = {
    merchantRequestId: 'r-1',
    merchantId: 'm-1',
    hppPayType: 'PREAUTH',
    coinAmount: 1,
    paymentMethods: ['CARD'],
    successUrl: 'https://shop.example/ok',
    failUrl: 'https://shop.example/no',
    statusPageType: 'STATUS_PAGE',
    customerData: { senderCustomerId: 'c1' },
  };
  expect(() => parseCreateOrder(order, true)).toThrow('b_request_is_not_correct');
  expect(parseCreateOrder(order, false)).not.toHaveProperty('preAuthExpDate');
});

it('callbacks tell the hold with its order, and a completion flat to its own address', async () => {
  const received: Json[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push(JSON.parse(body) as Json);
      response.end('OK');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  try {
    const notificationUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`;
    const one = await held({ notificationUrl });
    await advance(1);
    await complete(one, { notificationUrl });
    await advance(2_000);
    expect(received).toMatchObject([
      { hppPayType: 'PREAUTH', orderStatus: 'SUCCESS', operation: { type: 'PREAUTH', status: 'SUCCESS' } },
      { type: 'COMPLETION', status: 'SUCCESS', preauthOperationId: one.operationId },
    ]);
    await advance(24 * HOUR_MS);
    expect(received).toHaveLength(2);
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});
