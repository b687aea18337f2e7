import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { FakeDcm } from '../../libs/dcm/src/testing/fake-dcm.js';
import { aKey, hmacToken, rawToken, type TestKey } from '../../libs/dcm/test/raw-token.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

type Json = Readonly<Record<string, unknown>>;

const [BANK_CODE, OTHER_CODE] = ['999992', '999991'];
const fixture = (name: string): Json => JSON.parse(readFileSync(`test/fixtures/dcm/${name}.json`, 'utf8')) as Json;
const claimsOf = (name: string): Json => fixture(`callback-${name}.claims`)['payload'] as Json;
/** A published example about a payment of its own. */
const aPayIn = (over: Json = {}): Json => ({ ...claimsOf('pay-in-bank'), payment_message_guid: randomUUID(), ...over });
const now = (): number => Math.floor(Date.now() / 1_000);

interface Sent {
  readonly token?: string | undefined;
  readonly body?: string;
  readonly type?: string;
}

describe('callbacks of DCM', () => {
  const dcmKey = aKey('dcm-1');
  let dcm: FakeDcm;
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let url: string;

  beforeAll(async () => {
    dcm = await FakeDcm.start();
    dcm.jwks = { keys: [dcmKey.jwk] };
    database = await createMigratedDatabase();
    const env = {
      DCM_BASE_URL: dcm.url.href,
      DCM_COUNTERPARTY_GUID: randomUUID(),
      DCM_BANK_CODE: BANK_CODE,
      DCM_MERCHANT_UID: randomUUID(),
    };
    gateway = await startGateway(database, { env });
    await gateway.app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(gateway.app.getHttpServer().address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
    await dcm.stop();
  });
  beforeEach(() => database.query('DELETE FROM dcm_callback'));

  const signed = (claims: object, { kid, key = dcmKey }: { kid?: string; key?: TestKey } = {}): string =>
    rawToken({ alg: 'RS256', kid: kid ?? key.jwk.kid, typ: 'JWT' }, claims, key.privateKey);
  const aToken = (over: Json = {}, key = dcmKey): string => signed({ iat: now(), jti: randomUUID(), ...over }, { key });
  const asJson = (jwt: string): string => JSON.stringify({ jwt });

  const send = async (address: string, { token = aToken(), body = '', type = 'application/json' }: Sent) => {
    const headers = { 'content-type': type, ...(token !== '' && { 'cx-authorization': token }) };
    const answer = await fetch(`${url}/${address}`, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  };
  const tell = (address: string, claims: object, over: Sent = {}) =>
    send(`callbacks/dcm/${address}`, { body: asJson(signed(claims)), ...over });
  const kept = () =>
    database.query<{ kind: string; subject: string; deliveries: number; differing: number; outcome: string | null }>(
      'SELECT kind, subject, deliveries, differing, outcome FROM dcm_callback ORDER BY id',
    );
  const ops = async (path: string): Promise<Json> => {
    const headers = { authorization: `Bearer ${OPS_KEY}` };
    return (await (await fetch(`${url}/ops/dcm/${path}`, { headers })).json()) as Json;
  };

  const asDebtor = (): Json => {
    const message = claimsOf('pay-out-bank')['payment_message'] as Json;
    const debtor_agent = { debtor_agent_name: 'Bank', debtor_agent_bic: BANK_CODE };
    return { ...claimsOf('pay-out-bank'), payment_message: { ...message, debtor_agent } };
  };
  it.each<[string, string, () => Json, string]>([
    ['pay-in', 'pay-in-bank', aPayIn, 'verified'],
    ['pay-out', 'pay-out-bank', asDebtor, 'verified'],
    ['credit', 'credit-bank', aPayIn, 'verified'],
    ['gross-settlement', 'gross-settlement', () => claimsOf('gross-settlement'), 'verified'],
  ])('%s is kept before it is answered, once, whatever its tokens', async (address, kind, claims, outcome) => {
    const said = claims();
    expect(await tell(address, said)).toEqual({ status: 200, text: 'OK' });
    expect((await tell(address, Object.fromEntries(Object.entries(said).toReversed()))).status).toBe(200);
    expect((await tell(address, said, { body: signed(said), type: 'text/plain' })).status).toBe(200);
    expect(await kept()).toMatchObject([{ kind, deliveries: 3, differing: 0, outcome }]);
  });

  it('a merchant’s pay-in waits until DCM has confirmed it, and an expiration proves nothing', async () => {
    expect((await tell('merchant', claimsOf('pay-in-merchant'))).status).toBe(200);
    const body = JSON.stringify(fixture('callback-order-expiration.request'));
    expect((await send('callbacks/dcm/merchant', { token: '', body })).status).toBe(200);
    expect(await kept()).toMatchObject([
      { kind: 'pay-in-merchant', outcome: null },
      { kind: 'order-expiration', outcome: null },
    ]);
  });

  it.each(['pay-in', 'pay-out', 'transfer'])('a notice of a %s is kept once for each transfer', async (notice) => {
    const body = JSON.stringify(fixture('notify.request'));
    for (let times = 0; times < 3; times++) {
      expect((await send(`api/dcm/notify/${notice}`, { token: '', body })).status).toBe(200);
    }
    expect(await kept()).toMatchObject([{ kind: `notify-${notice}`, deliveries: 3, outcome: null }]);
  });

  it('another word about the same payment is refused, and the first one stays', async () => {
    const said = aPayIn();
    await tell('pay-in', said);
    expect((await tell('pay-in', { ...said, status: 'reject' })).status).toBe(409);
    expect(await kept()).toMatchObject([{ deliveries: 2, differing: 1 }]);
    const entries = await database.query<{ action: string }>(
      "SELECT action FROM audit_entry WHERE action LIKE 'dcm_callback.%' AND detail->>'subject' = $1 ORDER BY at",
      [said['payment_message_guid']],
    );
    expect(entries.map(({ action }) => action)).toEqual(['dcm_callback.keep', 'dcm_callback.differ']);
  });

  it('a thousand repeats at once are one row', async () => {
    const said = aPayIn();
    const answers = await Promise.all(Array.from({ length: 100 }, () => tell('pay-in', said)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await kept()).toMatchObject([{ deliveries: 100 }]);
  });

  const stranger = aKey('dcm-1'); // the name of DCM's key, and another key
  const none = Buffer.from('{"alg":"none","kid":"dcm-1"}').toString('base64url');
  const payloadOf = (token: string): string => token.split('.')[1] ?? '';
  it.each<[string, () => Sent, number]>([
    ['no request token', () => ({ token: '' }), 401],
    ['a request token of another key', () => ({ token: aToken({}, stranger) }), 401],
    ['a request token with an unknown kid', () => ({ token: aToken({}, aKey('nobody')) }), 401],
    ['a Bearer before it', () => ({ token: `Bearer ${aToken()}` }), 401],
    ['a stale request token', () => ({ token: aToken({ iat: now() - 661 }) }), 401],
    ['one from the future', () => ({ token: aToken({ iat: now() + 62 }) }), 401],
    ['one without jti', () => ({ token: aToken({ jti: undefined }) }), 401],
    ['alg none', () => ({ token: `${none}.${payloadOf(aToken())}.` }), 401],
    [
      'HS256 with the public key',
      () => ({ token: hmacToken({ alg: 'HS256', kid: 'dcm-1' }, { iat: now(), jti: randomUUID() }, dcmKey.jwk.n) }),
      401,
    ],
    ['padding', () => ({ token: `${aToken()}=` }), 401],
    ['a body of another key', () => ({ body: asJson(signed(aPayIn(), { key: stranger })) }), 401],
    ['a body that nobody signed', () => ({ body: JSON.stringify(aPayIn()) }), 401],
    ['a body cut short', () => ({ body: asJson(signed(aPayIn())).slice(0, -20) }), 401],
    ['no body', () => ({ body: '' }), 401],
    ['another media type', () => ({ body: signed(aPayIn()), type: 'application/xml' }), 415],
    ['no media type', () => ({ type: '' }), 415],
    ['1 MB', () => ({ body: asJson('a'.repeat(1_048_576)) }), 413],
    ['a request token as its body', () => ({ body: asJson(aToken()) }), 400],
    [
      'an unsigned notice',
      () => ({ token: '', body: JSON.stringify(fixture('callback-order-expiration.request')) }),
      401,
    ],
    ['a payment of another bank', () => ({ body: asJson(signed(paymentTo(OTHER_CODE))) }), 404],
    ['a status that there is not', () => ({ body: asJson(signed(aPayIn({ status: 'maybe' }))) }), 400],
    ['a subject with a zero byte', () => ({ body: asJson(signed(aPayIn({ payment_message_guid: '\0' }))) }), 400],
    [
      'a subject without end',
      () => ({ body: asJson(signed(aPayIn({ payment_message_guid: 'x'.repeat(9_999) }))) }),
      400,
    ],
  ])('a pay-in with %s is refused and not kept', async (_what, over, status) => {
    const answer = await tell('pay-in', aPayIn(), over()).catch(() => ({ status: 413, text: '' })); // cut while sending
    expect([answer.status, await kept()]).toEqual([status, []]);
    if (status === 401) expect(answer.text).toBe('{"error":"Access credentials are invalid"}');
  });

  const paymentTo = (creditor_agent_bic: string): Json => {
    const message = aPayIn()['payment_message'] as Json;
    return aPayIn({ payment_message: { ...message, creditor_agent: { creditor_agent_bic } } });
  };

  it('a captured callback is refused, and so is its token before another body', async () => {
    const [token, body] = [aToken(), asJson(signed(aPayIn()))];
    expect((await tell('pay-in', {}, { token, body })).status).toBe(200);
    expect((await tell('pay-in', {}, { token, body })).status).toBe(401);
    expect((await tell('credit', {}, { token, body: asJson(signed(aPayIn())) })).status).toBe(401);
    expect(await kept()).toMatchObject([{ deliveries: 1 }]);
    const [used] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM dcm_used_token');
    expect(used!.count).toBeGreaterThan(0); // in the database, so that every replica knows
  });

  it.each<[string, Sent, number]>([
    ['no JSON', { body: 'x' }, 400],
    ['twin members', { body: '{"transaction_id":"1","transaction_id":"2"}' }, 400],
    ['no transfer', { body: '{}' }, 400],
    ['an id that is none', { body: '{"transaction_id":"x"}' }, 400],
    ['another media type', { body: '{}', type: 'text/plain' }, 415],
  ])('a notice with %s is refused and not kept', async (_what, over, status) => {
    expect((await send('api/dcm/notify/transfer', { token: '', ...over })).status).toBe(status);
    expect(await kept()).toEqual([]);
  });

  it('has no other addresses', async () => {
    for (const address of ['callbacks/dcm/other', 'callbacks/dcm/constructor', 'api/dcm/notify/constructor']) {
      expect((await send(address, { body: asJson(signed(aPayIn())) })).status).toBe(404);
    }
  });

  it('a flood of notices is turned away before it is kept', async () => {
    const notice = () => send('api/dcm/notify/transfer', { token: '', body: `{"transaction_id":"${randomUUID()}"}` });
    const still = performance.now();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(still); // all within one moment, on a slow machine, too
    const statuses = (await Promise.all(Array.from({ length: 300 }, notice))).map(({ status }) => status);
    clock.mockRestore();
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(250); // 50 a second are let in
    expect(await kept()).toHaveLength(statuses.filter((status) => status === 200).length);
  });

  it('is not answered 200 while the database cannot keep it', async () => {
    const claims = aPayIn();
    await database.query('ALTER TABLE dcm_callback RENAME TO dcm_callback_away');
    expect((await tell('pay-in', claims)).status).toBe(503);
    await database.query('ALTER TABLE dcm_callback_away RENAME TO dcm_callback');
    expect((await tell('pay-in', claims)).status).toBe(200);
  });

  it('is shown to an operator, its claims with a line in the audit, and nowhere in the clear', async () => {
    const claims = aPayIn();
    await tell('pay-in', claims);
    const { data } = (await ops('callbacks')) as { data: readonly Json[] };
    expect(data).toMatchObject([{ kind: 'pay-in-bank', outcome: 'verified', deliveries: 1 }]);
    const id = data[0]!['id'] as string;
    expect(await ops(`callbacks/${id}`)).toMatchObject({ claims });
    expect(await ops('callbacks/dcb_0')).toMatchObject({ code: 'DCM_CALLBACK_NOT_FOUND' });
    const [{ count }] = (await database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM audit_entry WHERE action = 'dcm_callback.read' AND detail->>'callback' = $1`,
      [id],
    )) as [{ count: number }];
    expect(count).toBe(1);
    const [row] = await database.query<{ row: string }>('SELECT t::text AS row FROM dcm_callback t');
    expect(row!.row).not.toContain('UA979999920000026002000000202');
  });
});

it('callbacks are not served to who has neither bank code nor merchant', async () => {
  const dcm = await FakeDcm.start();
  const database = await createMigratedDatabase();
  const env = { DCM_BASE_URL: dcm.url.href, DCM_COUNTERPARTY_GUID: randomUUID() };
  const { app, call } = await startGateway(database, { env });
  const statuses: number[] = [];
  for (const url of ['/callbacks/dcm/pay-in', '/callbacks/dcm/merchant']) {
    statuses.push((await call('POST', url, { body: {} })).status);
  }
  statuses.push((await call('GET', '/dcm/creditor-data?account=UA979999920000026002000000202&public_key=x')).status);
  await app.close();
  await database.drop();
  await dcm.stop();
  expect(statuses).toEqual([404, 404, 404]);
});
