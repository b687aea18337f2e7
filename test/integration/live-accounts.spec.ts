import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AccountProvisioner } from '../../apps/gateway/src/payments/bank-access/account-provisioner.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

interface PrintedKey {
  readonly id: string;
  readonly kind: string;
  readonly polarity: string;
  readonly jwk: JsonWebKey;
}
/** Private keys that anybody can read in the bank's documents. */
const PRINTED = (JSON.parse(readFileSync('test/fixtures/alliance/jwe/keys.json', 'utf8')) as PrintedKey[]).filter(
  ({ kind, polarity }) => kind === 'private' && polarity === 'positive',
);

/** Where real money moves, some things that are fine on a test terminal are refused. */
describe('live accounts', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let live: NewAccount;
  let test: NewAccount;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    live = await addAccount(gateway, { environment: 'live' });
    test = await addAccount(gateway, { environment: 'test', baseUrl: 'http://bank.example' });
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });

  const pay = (account: NewAccount, over: Record<string, unknown> = {}) =>
    gateway.call('POST', '/v1/payments', { key: account.apiKey, body: aPaymentRequest(over) });
  const operate = (method: 'GET' | 'POST' | 'PATCH', url: string, body?: unknown) =>
    gateway.call(method, `/ops/merchant-accounts${url}`, { key: OPS_KEY, body });
  const rowOf = async ({ id }: { id: string }) =>
    (await database.query('SELECT environment, base_url AS url, version FROM merchant_account WHERE id = $1', [id]))[0];

  it('say so in every payment, and hand out live keys', async () => {
    expect((await pay(live)).body).toMatchObject({ livemode: true });
    expect((await pay(test)).body).toMatchObject({ livemode: false });
    expect([live.apiKey.slice(0, 8), test.apiKey.slice(0, 8)]).toEqual(['ap_live_', 'ap_test_']);
  });

  it('send customers to https only', async () => {
    const orders = gateway.bank.orders.length;
    for (const returnUrl of ['http://shop.example/return', 'HTTP://shop.example/return']) {
      const answer = await pay(live, { returnUrl });
      expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
      expect(answer.body['errors']).toMatchObject([{ path: 'returnUrl' }]);
    }
    expect(gateway.bank.orders).toHaveLength(orders);
    expect((await pay(live, { returnUrl: 'https://shop.example/return' })).status).toBe(201);
    expect((await pay(test, { returnUrl: 'http://shop.example/return' })).status).toBe(201);
  });

  describe('a key that is printed in public documents', () => {
    it('is at hand for these tests', () => {
      expect(PRINTED.length).toBeGreaterThan(2);
    });

    it.each(PRINTED.map(({ id, jwk }) => [id, jwk] as const))('%s is refused', async (_id, jwk) => {
      const keys = async () => (await operate('GET', `/${live.id}`)).body['clientKeys'];
      const before = await keys();
      expect(await operate('POST', `/${live.id}/client-keys`, { jwk })).toMatchObject({
        status: 422,
        body: { code: 'CLIENT_KEY_INVALID' },
      });
      expect(await keys()).toEqual(before);
      expect((await operate('POST', `/${test.id}/client-keys`, { jwk })).status).toBe(201);
    });

    it('is refused from the environment, too, before anything is written', async () => {
      const accounts = async () => (await database.query('SELECT 1 FROM merchant_account')).length;
      const before = await accounts();
      const provision = (environment: 'test' | 'live') =>
        gateway.app.get(AccountProvisioner).provision({
          ...{ name: 'By environment', environment, baseUrl: 'https://bank.example', serviceCode: 'service-printed' },
          ...{ merchantId: `printed-${environment}`, privateKey: JSON.stringify(PRINTED[0]!.jwk), apiKey: undefined },
        });
      await expect(provision('live')).rejects.toThrow('make a pair of your own');
      expect(await accounts()).toBe(before);
      expect(await provision('test')).toMatch(/^acc_/u);
    });

    it('is not taken for one that is nearly the same', async () => {
      const jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
      expect((await operate('POST', `/${live.id}/client-keys`, { jwk })).status).toBe(201);
    });
  });

  describe('the address of the bank', () => {
    it('is https from the start', async () => {
      const settings = { name: 'x', environment: 'live', bankMerchantId: 'm-http', serviceCode: 's-http' };
      const answer = await operate('POST', '', { ...settings, baseUrl: 'http://bank.example' });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'baseUrl' }] } });
      expect(await database.query(`SELECT 1 FROM merchant_account WHERE bank_merchant_id = 'm-http'`)).toEqual([]);
    });

    it.each(['http://bank.example', 'HTTP://bank.example', 'http://https.example'])(
      'does not become %s',
      async (baseUrl) => {
        const before = await rowOf(live);
        const answer = await operate('PATCH', `/${live.id}`, { baseUrl });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        expect(await rowOf(live)).toEqual(before);
        expect((await operate('PATCH', `/${test.id}`, { baseUrl: 'http://other.example' })).status).toBe(200);
      },
    );

    it('may become another https one', async () => {
      const { id } = await addAccount(gateway, { environment: 'live' });
      expect((await operate('PATCH', `/${id}`, { baseUrl: 'https://elsewhere.example' })).status).toBe(200);
      expect(await rowOf({ id })).toMatchObject({ url: 'https://elsewhere.example', version: 2 });
    });
  });

  it('never come of test accounts, nor the other way round', async () => {
    for (const [account, environment] of [
      [test, 'live'],
      [live, 'test'],
    ] as const) {
      const before = await rowOf(account);
      expect((await operate('PATCH', `/${account.id}`, { environment })).status).toBe(400);
      expect(await rowOf(account)).toEqual(before);
    }
  });
});
