import { ApiKeysService } from '../../apps/gateway/src/accounts/api-keys.service.js';
import { afterTime } from '../support/shifted-clock.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, someKeks, startGateway, type WholeGateway } from './whole-gateway.js';

const swapCase = (text: string): string =>
  text.replace(/[a-z]/giu, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()));
/** The same but for one character. */
const offByOne = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);

/** What is nearly a key is no key. */
describe('credentials', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let replica: WholeGateway;
  let account: NewAccount;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    const keks = someKeks();
    gateway = await startGateway(database, { keks });
    replica = await startGateway(database, { keks });
    account = await addAccount(gateway);
  });
  afterAll(async () => {
    for (const { app } of [gateway, replica]) await app.close();
    await database.drop();
  });

  const withHeader = async (authorization: string, url = '/v1/payments', by = gateway): Promise<number> =>
    (await by.call('GET', url, { headers: { authorization } })).status;
  const admits = (key: string, by = gateway): Promise<number> => withHeader(`Bearer ${key}`, '/v1/payments', by);

  describe('an API key', () => {
    it('opens as it is, in any process, whatever the letters of the scheme', async () => {
      expect(await admits(account.apiKey)).toBe(200);
      expect(await admits(account.apiKey, replica)).toBe(200);
      expect(await withHeader(`bearer ${account.apiKey}`)).toBe(200);
    });

    it.each<[string, (key: string) => string]>([
      ['cut to its first twenty characters', (key) => key.slice(0, 20)],
      ['without its last character', (key) => key.slice(0, -1)],
      ['with a character more', (key) => `${key}x`],
      ['with another last character', (key) => offByOne(key, key.length - 1)],
      ['with another character in the middle', (key) => offByOne(key, 30)],
      [
        'with its first twenty characters and others after them',
        (key) => key.slice(0, 20) + 'x'.repeat(key.length - 20),
      ],
      ['in other letters', (key) => `ap_test_${swapCase(key.slice(8))}`],
      ['under another prefix', (key) => key.replace('ap_test_', 'ap_live_')],
      ['without its prefix', (key) => key.replace('ap_test_', '')],
      ['in quotes', (key) => `"${key}"`],
      ['with something behind a blank', (key) => `${key} x`],
      ['as a list', (key) => `${key},${key}`],
      ['percent-encoded', (key) => key.replace('_', '%5F')],
    ])('%s opens nothing', async (_what, change) => {
      expect(await admits(account.apiKey)).toBe(200); // it is in the cache of this process
      expect(await admits(change(account.apiKey))).toBe(401);
    });

    it('opens in the header Authorization only', async () => {
      const { apiKey } = account;
      expect((await gateway.call('GET', `/v1/payments?api_key=${apiKey}&access_token=${apiKey}`)).status).toBe(401);
      expect((await gateway.call('GET', '/v1/payments', { headers: { 'x-api-key': apiKey } })).status).toBe(401);
      expect(await withHeader(`Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`)).toBe(401);
      expect(await withHeader(apiKey)).toBe(401);
    });

    it('that begins like another one belongs to its own account', async () => {
      const other = await addAccount(gateway);
      const start = `ap_test_${'k'.repeat(42)}`;
      const keys = gateway.app.get(ApiKeysService);
      await keys.install(account.id, `${start}a`);
      await keys.install(other.id, `${start}b`);
      expect(await keys.findOwner(`${start}a`)).toMatchObject({ accountId: account.id });
      expect(await keys.findOwner(`${start}b`)).toMatchObject({ accountId: other.id });
      expect(await keys.findOwner(`${start}c`)).toBeUndefined();
    });

    it('that is unknown is not remembered as such', async () => {
      const key = `ap_test_${'later'.repeat(9)}`;
      expect(await admits(key)).toBe(401);
      await gateway.app.get(ApiKeysService).install(account.id, key);
      expect(await admits(key)).toBe(200);
    });

    it('that is revoked is refused at once here, and in every other process ten seconds later', async () => {
      const { id, apiKey } = await addAccount(gateway);
      expect([await admits(apiKey), await admits(apiKey, replica)]).toEqual([200, 200]);
      const route = `/ops/merchant-accounts/${id}/api-keys`;
      const { text } = await gateway.call('GET', route, { key: OPS_KEY });
      const [key] = (JSON.parse(text) as { data: { id: string }[] }).data;
      expect((await gateway.call('DELETE', `${route}/${key!.id}`, { key: OPS_KEY })).status).toBe(204);
      expect(await admits(apiKey)).toBe(401);
      await afterTime(10_001, async () => {
        expect(await admits(apiKey, replica)).toBe(401);
      });
      expect(await admits(apiKey, replica)).toBe(401); // and it stays so
    });

    it('that is revoked is not installed again by a restart with the same environment', async () => {
      const { id, apiKey } = await addAccount(gateway);
      const keys = gateway.app.get(ApiKeysService);
      const [key] = await keys.list(id);
      await keys.revoke(id, key!.id);
      await keys.install(id, apiKey);
      expect(await admits(apiKey)).toBe(401);
    });

    it('is kept as a hash', async () => {
      const rows = await database.query<{ row: string }>('SELECT k::text AS row FROM api_key k');
      for (const { row } of rows) expect(row).not.toContain(account.apiKey.slice(12));
    });
  });

  describe('the operator’s key', () => {
    const ROUTES = ['/ops/merchant-accounts', '/ops/sessions', '/ops/audit', '/metrics'];

    it.each(ROUTES)('opens %s', async (url) => {
      expect(await withHeader(`Bearer ${OPS_KEY}`, url)).toBe(200);
    });

    it.each<[string, () => string]>([
      ['cut short', () => OPS_KEY.slice(0, -1)],
      ['with a character more', () => `${OPS_KEY}x`],
      ['with another last character', () => offByOne(OPS_KEY, OPS_KEY.length - 1)],
      ['with another first character', () => offByOne(OPS_KEY, 0)],
      ['in other letters', () => swapCase(OPS_KEY)],
      ['twice', () => `${OPS_KEY} ${OPS_KEY}`],
      ['replaced by a merchant’s key', () => account.apiKey],
    ])('%s opens nothing', async (_what, key) => {
      for (const url of ROUTES) expect(await withHeader(`Bearer ${key()}`, url)).toBe(401);
    });

    it('missing opens nothing', async () => {
      for (const url of ROUTES) expect((await gateway.call('GET', url)).status).toBe(401);
    });

    it('opens no route of a merchant', async () => {
      expect(await admits(OPS_KEY)).toBe(401);
    });

    it('is needed for every route of an operator, whatever the method', async () => {
      const { id } = account;
      for (const [method, url] of [
        ['POST', '/ops/merchant-accounts'],
        ['PATCH', `/ops/merchant-accounts/${id}`],
        ['POST', `/ops/merchant-accounts/${id}/api-keys`],
        ['POST', `/ops/merchant-accounts/${id}/client-keys`],
        ['POST', `/ops/sessions/${id}/block`],
        ['POST', `/ops/sessions/${id}/renew`],
        ['POST', `/ops/sessions/${id}/unblock`],
      ] as const) {
        const answer = await gateway.call(method, url, { key: account.apiKey, body: { reason: 'x', name: 'x' } });
        expect([url, answer.status]).toEqual([url, 401]);
      }
    });
  });

  it('without an operator’s key there are no operator routes', async () => {
    const bare = await startGateway(database, { keks: someKeks(), env: { OPS_KEY: '' } });
    for (const key of ['', OPS_KEY, 'undefined']) {
      for (const url of ['/ops/merchant-accounts', '/metrics'])
        expect((await bare.call('GET', url, { headers: { authorization: `Bearer ${key}` } })).status).toBe(404);
    }
    await bare.app.close();
  });
});
