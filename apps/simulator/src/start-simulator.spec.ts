import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCard } from './bank/cards.js';
import { cardMeans } from './bank/means.js';
import { type Caller, parseMerchant } from './bank/merchants.js';
import { type SimulatorConfig } from './config.js';
import { parseCreateOrder } from './protocol/create-order.fields.js';
import { type Simulator, startSimulator } from './start-simulator.js';

const merchant = parseMerchant({
  serviceCode: randomUUID(),
  merchantId: randomUUID(),
  name: 'Demo shop',
  clientPublicKey: generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }),
  terminal: 'live',
});

const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
const stateFile = join(folder, 'bank', 'state.json');
const running: Simulator[] = [];

const start = async (over: Partial<SimulatorConfig> = {}): Promise<Simulator> => {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, merchants: [merchant], strict: false, ...over });
  running.push(simulator);
  return simulator;
};

const caller: Caller = { protocol: '1.0', merchants: [merchant] };

const anOrder = () =>
  parseCreateOrder(
    {
      merchantRequestId: randomUUID(),
      merchantId: merchant.merchantId,
      hppPayType: 'PURCHASE',
      coinAmount: 1_000,
      paymentMethods: ['CARD'],
      successUrl: 'https://shop.example/ok',
      failUrl: 'https://shop.example/no',
      statusPageType: 'STATUS_PAGE',
      customerData: { senderCustomerId: 'c1' },
    },
    false,
  );

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a restart', () => {
  it('knows the payments, sessions and refunds of before, and no card', async () => {
    const first = await start({ stateFile });
    const session = await first.bank.sessions.authorize(merchant.serviceCode);
    const order = anOrder();
    const { hppOrderId } = first.bank.orders.create(order, caller) as { hppOrderId: string };
    first.bank.checkout.pay(first.bank.book.order(hppOrderId)!, cardMeans(findCard('4111111111111111')!));
    const [purchase] = first.bank.book.operationsOf(first.bank.book.order(hppOrderId)!);
    const { merchantId } = merchant;
    const { operationId = '' } = purchase!;
    const date = new Date().toISOString();
    const refund = { merchantRequestId: 'back', merchantId, operationId, coinAmount: 100, date };
    first.bank.refunds.create(refund, caller);
    await first.close();

    expect(readFileSync(stateFile, 'utf8')).not.toContain('4111111111111111');
    const second = await start({ stateFile, merchants: [] });
    expect(second.bank.sessions.authenticate(session.deviceId, session.refreshToken).key).toEqual(session.key);
    expect(() => second.bank.orders.create(order, caller)).toThrow('b_duplicate_field_value');
    await second.bank.clock.advance(2_000);
    expect(second.bank.orders.data(hppOrderId, caller)).toMatchObject({
      orderStatus: 'PARTIAL_REFUND',
      operations: [{ status: 'SUCCESS' }, { status: 'SUCCESS', merchantRequestId: 'back' }],
    });
    expect(second.bank.ledger.find({ kind: 'money.refunded' })).toMatchObject([{ coinAmount: 100 }]);
  });

  it('is at real time again, and what waited does not wait longer', async () => {
    const first = await start({ stateFile });
    await first.bank.clock.advance(1_800_000);
    const { hppOrderId } = first.bank.orders.create(anOrder(), caller) as { hppOrderId: string };
    first.bank.checkout.pay(first.bank.book.order(hppOrderId)!, cardMeans(findCard('4111111111111111')!));
    const [purchase] = first.bank.book.operationsOf(first.bank.book.order(hppOrderId)!);
    const date = new Date().toISOString();
    const refund = { merchantRequestId: 'late', merchantId: merchant.merchantId, coinAmount: 100, date };
    first.bank.refunds.create({ ...refund, operationId: purchase!.operationId ?? '' }, caller);
    await first.close();

    const second = await start({ stateFile, merchants: [] });
    expect(second.bank.clock.offset).toBe(0);
    const wentBack = second.bank.ledger.find({ kind: 'clock.went_back' }).at(-1) as unknown as { byMs: number };
    expect(Math.round(wentBack.byMs / 1_000)).toBe(1_800); // the two clocks are read a moment apart
    await second.bank.clock.advance(2_000);
    expect(second.bank.ledger.find({ kind: 'money.refunded', hppOrderId })).toHaveLength(1);
  });

  it('still lets an order run out, and tells of it once', async () => {
    const first = await start({ stateFile });
    const of = (merchantRequestId: string) => ({
      ...anOrder(),
      merchantRequestId,
      notificationUrl: 'http://127.0.0.1:1/',
    });
    const create = (id: string) => first.bank.orders.create(of(id), caller) as { hppOrderId: string };
    const { hppOrderId } = create('runs-out-later');
    await first.close();

    const second = await start({ stateFile, merchants: [] });
    second.bank.switches.set({ callbackOfClosedOrder: true });
    const told = () => second.bank.callbacks.list().filter((one) => one.hppOrderId === hppOrderId);
    await second.bank.clock.advance(14 * 60_000);
    expect(told()).toEqual([]);
    await second.bank.clock.advance(3_600_000);
    expect(told()).toMatchObject([{ body: { orderStatus: 'FAIL', operation: {} } }]);
  });

  it('refuses a file that is not its own in one sentence', async () => {
    const foreign = join(folder, 'foreign.json');
    writeFileSync(foreign, '[]');
    await expect(start({ stateFile: foreign })).rejects.toThrow(/^STATE_FILE ".*" is not a snapshot/);
  });
});

it('tells a state file that cannot be written in one sentence', async () => {
  const folderInPlace = join(folder, 'taken.json');
  mkdirSync(`${folderInPlace}.tmp`);
  await expect(start({ stateFile: folderInPlace })).rejects.toThrow(/^STATE_FILE ".*" cannot be written: correct/);
});

it('tells a taken port in one sentence', async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  await expect(start({ port })).rejects.toThrow(`PORT ${port} is taken by another program: stop that program`);
});

it('enforces the printed encodings in strict mode', async () => {
  const { url, bank } = await start({ strict: true });
  const { deviceId, refreshToken } = await bank.sessions.authorize(merchant.serviceCode);
  const headers = { 'x-api_version': 'v1', 'x-device_id': deviceId, 'x-refresh_token': refreshToken };
  const answer = await fetch(`${url}/ecom/execute_request/payments/v3/refund`, { method: 'POST', headers, body: '{}' });
  expect([answer.status, await answer.json()]).toMatchObject([400, { msgCode: 'b_request_is_not_correct' }]);
});

it('answers pages with their policy, and unknown calls with the envelope', async () => {
  const { url } = await start();
  const page = await fetch(`${url}/`);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('4111 1111 1111 1111');
  const unknown = await fetch(`${url}/ecom/execute_request/x`, { method: 'POST', body: '{}' });
  expect([unknown.status, await unknown.json()]).toMatchObject([404, { msgCode: 'b_service_unavailable' }]);
});
