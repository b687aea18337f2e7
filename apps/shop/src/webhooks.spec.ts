import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { signWebhook } from '#libs/webhook-receiver';
import { createShop } from './shop-server.js';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const ORDER = '0b6e5f0e-6f1c-4c1a-9d39-6f3f5b1f8a11';
const BANK = 'https://bank.example/pay?hpp_id=1';

/** What the gateway says of the payment, and how often it was asked. */
let payment: Record<string, unknown>;
let asked: string[];
let status: number;
let gateway: Server;
let shop: FastifyInstance;
let url: string;
let logged: string;
let nowMs: number;

beforeEach(async () => {
  [asked, status, logged, nowMs] = [[], 200, '', Date.now()];
  payment = {
    ...{
      object: 'payment',
      id: 'pay_1',
      status: 'requires_action',
      amount: 84_000,
      amountRefunded: 0,
      reference: ORDER,
    },
    ...{ redirectUrl: BANK, livemode: false, failure: null, updatedAt: '2026-01-01T00:00:00.000Z' },
  };
  gateway = createServer((request, response) => {
    asked.push(request.method ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(payment));
  }).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  const gatewayUrl = new URL(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);
  const publicUrl = new URL('https://shop.example/');
  const config = { port: 0, host: '127.0.0.1', publicUrl, gatewayUrl, gatewayApiKey: 'ap_test_secret' };
  const log = pino({}, { write: (line: string) => void (logged += line) });
  shop = createShop({ ...config, webhookSecrets: [SECRET] }, log, () => nowMs);
  url = await shop.listen({ port: 0, host: '127.0.0.1' });
  await checkOut();
  asked = [];
});
afterEach(async () => {
  await shop.close();
  gateway.closeAllConnections();
  gateway.close();
});

function checkOut(): Promise<Response> {
  const body = new URLSearchParams({ orderId: ORDER, name: 'Олена Петренко', email: 'olena@example.com' });
  const headers = { cookie: 'cart=clay-cup:2' };
  return fetch(`${url}/checkout`, { method: 'POST', body, headers, redirect: 'manual' });
}

async function tell(sequence: number, { secret = SECRET, type = 'payment.succeeded' } = {}): Promise<number> {
  const subject = { type: 'payment', id: 'pay_1' };
  const event = { id: `evt_${sequence}`, type, subject, sequence, data: { paymentId: 'pay_1' } };
  const body = JSON.stringify({ object: 'event', ...event, livemode: false, createdAt: '2026-01-01T00:00:01.000Z' });
  const signed = signWebhook({ id: event.id, timestamp: Math.floor(Date.now() / 1_000), body }, [secret]);
  const headers = { ...signed, 'content-type': 'application/json; charset=utf-8' };
  return (await fetch(`${url}/webhooks`, { method: 'POST', headers, body })).status;
}
const stateOf = async (): Promise<string> =>
  ((await (await fetch(`${url}/orders/${ORDER}/status`)).json()) as { status: string }).status;
const becomes = (next: string, at: string): void =>
  void (payment = { ...payment, status: next, updatedAt: `2026-01-01T00:00:${at}.000Z` });
const page = async (path = '/webhooks'): Promise<string> => (await fetch(url + path)).text();

it('marks an order paid when it is told, and does not ask in between', async () => {
  expect(await stateOf()).toBe('requires_action');
  becomes('succeeded', '01');
  expect(await stateOf()).toBe('requires_action');
  expect(asked).toEqual([]);
  expect(await tell(2)).toBe(204);
  expect(await stateOf()).toBe('succeeded');
  expect(asked).toEqual(['GET']);
});

it('asks all the same when it has heard nothing for a while, and when the page is opened', async () => {
  becomes('succeeded', '01');
  nowMs += 10_001;
  expect(await stateOf()).toBe('succeeded');
  becomes('failed', '02');
  expect(await page(`/orders/${ORDER}`)).toContain('data-status="failed"');
});

it('does not set an order back by what comes late or twice', async () => {
  becomes('succeeded', '05');
  expect(await tell(3)).toBe(204);
  becomes('processing', '03'); // an answer of before, still on its way
  expect([await tell(2), await tell(3)]).toEqual([204, 204]);
  expect(asked).toEqual(['GET']);
  expect(await stateOf()).toBe('succeeded');
});

it('believes nobody else', async () => {
  becomes('succeeded', '01');
  expect(await tell(2, { secret: `whsec_${Buffer.alloc(32, 2).toString('base64')}` })).toBe(400);
  expect(await stateOf()).toBe('requires_action');
  expect(logged).toContain('WEBHOOK_SIGNATURE_WRONG');
  expect((await fetch(`${url}/webhooks`, { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(413);
  expect(logged).not.toMatch(/olena|whsec|pay_1/iu);
});

it('wants to be told again when it could not ask', async () => {
  [status, payment] = [503, {}];
  expect(await tell(2)).toBe(503);
  expect(await page()).toContain('data-outcome="failed"');
  status = 200;
});

it('shows what arrives', async () => {
  expect(await page()).toContain('Nothing has arrived yet');
  await tell(2);
  await tell(2);
  await tell(1, { type: 'webhook_endpoint.test' });
  await tell(9, { secret: `whsec_${Buffer.alloc(32, 2).toString('base64')}` });
  const shown = await page();
  const outcomes = [...shown.matchAll(/data-outcome="(\w+)"/gu)].map(([, outcome]) => outcome);
  expect(outcomes).toEqual(['refused', 'handled', 'repeated', 'handled']);
  expect(shown).toContain('payment.succeeded');
  const state = (await (await fetch(`${url}/webhooks/state`)).json()) as { panel: string };
  expect(shown).toContain(state.panel.trim().slice(0, 40));
});

it('takes none without a secret, and says so', async () => {
  const gatewayUrl = new URL(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);
  const config = { port: 0, host: '127.0.0.1', publicUrl: gatewayUrl, gatewayUrl, gatewayApiKey: 'ap_test_secret' };
  const other = createShop({ ...config, webhookSecrets: [] }, pino({ level: 'silent' }));
  expect((await other.inject({ method: 'POST', url: '/webhooks', payload: {} })).statusCode).not.toBe(204);
  expect((await other.inject('/webhooks')).body).toContain('asks the gateway how payments are');
  await other.close();
});
