import { createPublicKey, type JsonWebKey, randomUUID, verify } from 'node:crypto';
import { type Json, PartyServer, read, TestKey } from '../../../test/dcm-party.js';
import { type Simulator, startSimulator } from '../../start-simulator.js';
import { parseCounterparty } from '../counterparties.js';

const [PAYER, PAYEE, SHOP] = [randomUUID(), randomUUID(), randomUUID()];
const [bank, shop] = [new TestKey(), new TestKey()];
let jwksFetches = 0;
const world = new PartyServer((path) => {
  if (path !== '/jwks') return undefined;
  jwksFetches += 1;
  return JSON.stringify({ keys: [shop.jwk] });
});
let simulator: Simulator;

interface Reply {
  readonly status: number;
  readonly body: Json;
}
const send = async (method: string, path: string, init: { headers?: Record<string, string>; body?: string } = {}) => {
  const answer = await fetch(simulator.url + path, { method, ...init, signal: AbortSignal.timeout(8_000) });
  return { status: answer.status, body: (await answer.json()) as Json } satisfies Reply;
};
const control = (path: string, body: Json): Promise<Reply> =>
  send('POST', `/control/${path}`, { body: JSON.stringify(body) });
const advance = (seconds: number): Promise<Reply> => control('clock', { advanceMs: seconds * 1_000 });
const checks = async (): Promise<unknown[]> =>
  ((await send('GET', '/control/ledger?kind=dcm.refused')).body['entries'] as Json[]).map(({ check }) => check);

const now = (): number => Math.floor(simulator.bank.clock.now() / 1_000);
const requestToken = (over: Json = {}): string => bank.sign({ iat: now(), jti: randomUUID(), ...over });
const cx = (token = requestToken()) => ({ 'cx-authorization': token });

const orderToken = (over: Json = {}): string => {
  const claims = { sub: SHOP, iat: now(), exp: now() + 900, amt: 1_000, cur: 'UAH', prp: 'Goods' };
  return shop.sign({ ...claims, ref: randomUUID(), url: 'https://shop.example/return', ...over });
};
const order = (token = orderToken(), query = ''): Promise<Reply> =>
  send('POST', `/dcm/api/v1/merchants/order?jwt=${token}${query}`);
const orderStatus = async (id: unknown): Promise<Json> =>
  (await send('GET', `/dcm/api/v1/merchants/order/status?id=${String(id)}`)).body;

const aMessage = (over: Json = {}): Json => ({
  jti: randomUUID(),
  payment_message_external_id: randomUUID(),
  amount: 1_000,
  currency: 'UAH',
  debtor_agent_bic: '999991',
  debtor: { debtor_name: 'QUJD', debtor_id: 'QUJD', debtor_account: 'UA1', debtor_phone: '+380000000000' },
  creditor_agent_bic: '999992',
  creditor: { creditor_name: 'QUJD', creditor_id: 'QUJD', creditor_account: 'UA2' },
  purpose: 'Order',
  msg_creation_date: '2025-12-31',
  msg_creation_time: '14:30:12',
  pm_type: 'trade',
  sender_account_type: 'limit-related',
  encryption: { nonce: 'QUJD', encrypted_key: 'QUJD' },
  ...over,
});
const MESSAGES = `/dcm/api/v1/counterparty/${PAYER}/payment-message`;
const pay = (claims: Json, headers: Record<string, string> = cx()): Promise<Reply> =>
  send('POST', MESSAGES, { headers, body: JSON.stringify({ jwt: bank.sign(claims) }) });
const messageStatus = async (guid: unknown): Promise<unknown> =>
  (await send('GET', `${MESSAGES}/${String(guid)}`, { headers: cx() })).body['status'];

beforeAll(async () => {
  await world.start();
  const merchants = [{ uid: SHOP, jwksUrl: `${world.url}/jwks`, callbackUrl: `${world.url}/shop` }];
  const seed = { authServiceUrl: world.url };
  const counterparties = [
    parseCounterparty({ ...seed, guid: PAYER, name: 'Bank A', callbackUrl: `${world.url}/payer`, firstJwk: bank.jwk }),
    parseCounterparty({ ...seed, guid: PAYEE, name: 'Bank B', callbackUrl: `${world.url}/payee`, merchants }),
  ];
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, merchants: [], counterparties, strict: false });
});
beforeEach(async () => {
  await control('reset', {});
  world.forget();
});
afterAll(async () => {
  world.stop();
  await simulator.close();
});

describe('an order of a merchant', () => {
  it('is one order for one token, and its reference is taken', async () => {
    const token = orderToken({ ref: 'ref-1' });
    const [first, second] = [await order(token), await order(token)];
    expect(first).toMatchObject({ status: 200, body: { link_qr: expect.stringContaining('&mobile=0') } });
    expect(second.body).toEqual(first.body);
    expect((await order(orderToken({ ref: 'ref-1', prp: 'Other' }))).status).toBe(400);
    expect(await orderStatus(first.body['id'])).toMatchObject({ status: 'Created', ref_number: 'ref-1' });
    expect((await fetch(String(first.body['link_qr']))).status).toBe(200);
  });

  it('comes with a signed token for a page of the merchant', async () => {
    const { body } = await order(orderToken(), '&custom=true');
    expect(read(String(body['jwt']), 1)).toMatchObject({
      id: body['id'],
      uid: SHOP,
      mcc: 5999,
      recn: 'Merchant (test)',
    });
  });

  it.each<[string, () => string, string]>([
    ['an unknown merchant', () => orderToken({ sub: randomUUID() }), 'merchant_unknown'],
    ['a foreign signature', () => bank.sign(read(orderToken(), 1)), 'kid_unknown'],
    ['a deadline that has come', () => orderToken({ iat: now() - 10, exp: now() }), 'expired'],
    ['over 180 days', () => orderToken({ exp: now() + 181 * 86_400 }), 'lifetime_too_long'],
    ['no reference', () => orderToken({ ref: '' }), 'claim_missing'],
    ['no token', () => '', 'malformed'],
  ])('is refused with 400 for %s', async (_name, token, check) => {
    expect((await order(token())).status).toBe(400);
    expect(await checks()).toEqual([check]);
  });

  it('fetches the keys of the merchant once per cool-down', async () => {
    const before = jwksFetches;
    for (let index = 0; index < 3; index += 1) await order(bank.sign(read(orderToken(), 1)));
    expect(jwksFetches - before).toBe(1);
    await advance(31);
    await order(bank.sign(read(orderToken(), 1)));
    expect(jwksFetches - before).toBe(2);
  });

  it('is canceled at its deadline with an unsigned notice', async () => {
    const { body } = await order();
    await advance(901);
    expect(await orderStatus(body['id'])).toMatchObject({ status: 'Canceled', code: 4001 });
    expect(world.received).toMatchObject([{ path: '/shop', token: '' }]);
    const notice = { code: 4001, amount_matched: 'null', order_id: body['id'] };
    expect(JSON.parse(world.received[0]?.body ?? '')).toMatchObject(notice);
  });

  it('is read by a bank with a request token', async () => {
    const { body } = await order();
    const path = (id: unknown): string => `/dcm/api/v1/merchants/order/nbu/json?id=${String(id)}`;
    const details = await send('GET', path(body['id']), { headers: cx() });
    expect(details.body).toMatchObject({ amt: 1_000, uid: SHOP });
    expect((await send('GET', path(body['id']))).status).toBe(401);
    const unknown = await send('GET', path(randomUUID()), { headers: cx() });
    expect([unknown.status, unknown.body['error']]).toEqual([400, expect.stringContaining('order not found')]);
  });
});

describe('a payment message', () => {
  const orderId = async (): Promise<unknown> => (await order()).body['id'];

  it('goes to the bank, the merchant, and back, each with a token of its own', async () => {
    const claims = aMessage({ order_id: await orderId() });
    const { status, body } = await pay(claims);
    expect(status).toBe(200);
    await advance(1);
    expect(await messageStatus(body['guid'])).toBe('Success');
    expect(await orderStatus(claims['order_id'])).toMatchObject({ status: 'Success', amount_matched: true });
    await advance(1);
    expect(world.paths()).toEqual(['/payee', '/shop', '/payer', '/payee']);
    expect(new Set(world.received.map(({ token }) => read(token, 1)['jti'])).size).toBe(4);
    expect(world.claims(0)).toMatchObject({
      payment_message: { debtor_agent: { debtor_agent_name: 'Bank A' }, creditor: { creditor_uid: SHOP } },
      payment_message_guid: body['guid'],
    });
    expect(world.claims(1)).toMatchObject({ status: 'success', ref_found: true, order_id: claims['order_id'] });
    expect(world.claims(2)).toMatchObject({ status: 'success', reason: expect.stringContaining('approved') });

    const { keys } = (await send('GET', '/dcm/api/v1/.well-known/jwks.json')).body as { keys: JsonWebKey[] };
    const [head = '', payload = '', tail = ''] = world.received[1]?.token.split('.') ?? [];
    const key = createPublicKey({ key: keys[0]!, format: 'jwk' });
    expect(verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(tail, 'base64url'))).toBe(true);
  });

  it('is rejected at once by a 4xx of the merchant', async () => {
    world.statuses = [200, 400];
    const { body } = await pay(aMessage({ order_id: await orderId() }));
    await advance(1);
    expect(await messageStatus(body['guid'])).toBe('Reject');
    expect(world.paths()).toEqual(['/payee', '/shop', '/payer']);
    expect(world.claims(2)).toMatchObject({ status: 'reject' });
  });

  it('is told ten times over 243 s, then rejected', async () => {
    world.statuses = [200, ...Array<number>(10).fill(500)];
    const { body } = await pay(aMessage({ order_id: await orderId() }));
    await advance(242);
    expect(world.paths().filter((path) => path === '/shop')).toHaveLength(9);
    expect(await messageStatus(body['guid'])).toBe('Pending');
    await advance(2);
    expect(world.paths().filter((path) => path === '/shop')).toHaveLength(10);
    expect(await messageStatus(body['guid'])).toBe('Reject');
    expect(new Set(world.received.filter(({ path }) => path === '/shop').map(({ body: text }) => text)).size).toBe(1);
  });

  it('names its first guid when it comes twice', async () => {
    const first = aMessage({ order_id: await orderId() });
    const { body } = await pay(first);
    const twins: readonly (readonly [Json, string])[] = [
      [first, 'order id'],
      [aMessage({ order_id: await orderId(), jti: first['jti'] }), 'jti'],
      [
        {
          ...aMessage({ order_id: await orderId() }),
          payment_message_external_id: first['payment_message_external_id'],
        },
        'external id',
      ],
    ];
    for (const [claims, member] of twins) {
      const error = `payment message with provided ${member} already exists`;
      expect(await pay(claims)).toEqual({ status: 400, body: { error, payment_message_guid: body['guid'] } });
    }
  });

  it.each<[string, () => Record<string, string>, string]>([
    ['a token of 661 s', () => cx(requestToken({ iat: now() - 661 })), 'expired'],
    ['a token without jti', () => cx(requestToken({ jti: undefined })), 'claim_missing'],
    ['both headers', () => ({ ...cx(), authorization: 'Bearer x' }), 'both_credentials'],
    ['no header', () => ({}), 'no_credential'],
  ])('is refused for %s', async (_name, headers, check) => {
    expect((await pay(aMessage({ order_id: await orderId() }), headers())).status).toBe(401);
    expect(await checks()).toEqual([check]);
  });

  it('needs a fresh request token each time', async () => {
    const token = requestToken();
    await pay(aMessage(), cx(token));
    expect((await pay(aMessage(), cx(token))).status).toBe(401);
    expect(await checks()).toEqual(['replayed']);
  });

  it.each<[string, Json, string]>([
    ['no purpose', { purpose: '' }, 'purpose is wrong'],
    ['a name that is not base64', { debtor: { debtor_name: 'Olena!' } }, 'debtor.debtor_name is wrong'],
    ['aid for trade', { sender_account_type: 'aid-related' }, 'aid-related goes only with pm_type aid'],
    ['another amount', { amount: 999 }, 'does not match the order'],
    ['an unknown order', { order_id: randomUUID() }, 'order not found'],
  ])('is refused for %s', async (_name, over, text) => {
    const { status, body } = await pay(aMessage({ order_id: await orderId(), ...over }));
    expect([status, body['error']]).toEqual([400, expect.stringContaining(text)]);
  });

  it('is sent as text and without a kid when told so, and once more on request', async () => {
    await control('dcm/settings', { callback_kid: false, callback_body: 'text' });
    await pay(aMessage({ order_id: await orderId() }));
    await advance(1);
    const { type = '', body = '' } = world.received[1] ?? {};
    expect([type, read(body, 0)]).toEqual(['text/plain', { alg: 'RS256', typ: 'JWT' }]);
    await control('dcm/faults', { kind: 'replay_last_callback' });
    expect(world.received.at(-1)).toEqual(world.received.at(-2));
  });
});
