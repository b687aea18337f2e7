import { ApiKeysService } from '../../apps/gateway/src/accounts/api-keys.service.js';
import { USUAL_SCOPES } from '../../apps/gateway/src/accounts/scopes.js';
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
      expect((await keys.find(`${start}a`))?.owner).toMatchObject({ accountId: account.id });
      expect((await keys.find(`${start}b`))?.owner).toMatchObject({ accountId: other.id });
      expect(await keys.find(`${start}c`)).toBeUndefined();
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

  describe('an API key with limits', () => {
    const made = async (limits: object): Promise<string> => {
      const route = `/ops/merchant-accounts/${account.id}/api-keys`;
      const answer = await gateway.call('POST', route, { key: OPS_KEY, body: limits });
      expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('ap_test_')]);
      return answer.body['key'] as string;
    };
    const from = async (key: string, remoteAddress: string) =>
      (await gateway.call('GET', '/v1/payments', { key, from: remoteAddress })).status;

    it.each<[range: string, inside: string[], outside: string[]]>([
      ['203.0.113.7', ['203.0.113.7', '::ffff:203.0.113.7', '::FFFF:203.0.113.7'], ['203.0.113.8', '2001:db8::7']],
      ['203.0.113.0/24', ['203.0.113.0', '203.0.113.255'], ['203.0.112.255', '203.0.114.0', '::ffff:203.0.114.0']],
      ['2001:db8::/32', ['2001:db8::1', '2001:0db8:ffff::'], ['2001:db9::1', '32.1.13.184']],
      ['::1', ['::1', '0:0:0:0:0:0:0:1'], ['::2', '127.0.0.1']],
      ['0.0.0.0/0', ['198.51.100.9', '::ffff:198.51.100.9'], ['2001:db8::1']],
    ])('works from %s and from nowhere else', async (range, inside, outside) => {
      const key = await made({ addresses: [range] });
      for (const address of inside) expect([address, await from(key, address)]).toEqual([address, 200]);
      for (const address of outside) expect([address, await from(key, address)]).toEqual([address, 403]);
      const refused = await gateway.call('GET', '/v1/payments', { key, from: outside[0]! });
      expect(refused.body['code']).toBe('API_KEY_ADDRESS_REFUSED');
    });

    it('has each of several addresses, and what a stranger writes into a header is none', async () => {
      const key = await made({ addresses: ['203.0.113.7', '2001:db8::/64'] });
      expect([await from(key, '203.0.113.7'), await from(key, '2001:db8::9')]).toEqual([200, 200]);
      const headers = { 'x-forwarded-for': '203.0.113.7', 'x-real-ip': '203.0.113.7', forwarded: 'for=203.0.113.7' };
      expect((await gateway.call('GET', '/v1/payments', { key, headers, from: '198.51.100.1' })).status).toBe(403);
    });

    it('ends at its time, also where it was used a moment before', async () => {
      const key = await made({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
      expect([await admits(key), await admits(key, replica)]).toEqual([200, 200]);
      const hint = (await gateway.app.get(ApiKeysService).find(key))!.owner.keyId;
      await database.query(`UPDATE api_key SET expires_at = now() + interval '5 seconds' WHERE id = $1`, [hint]);
      const third = await startGateway(database);
      expect(await admits(key, third)).toBe(200); // and it knows how long that holds
      await database.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [hint]);
      await afterTime(5_001, async () => {
        expect(await admits(key, third)).toBe(401); // sooner than what it read is forgotten
      });
      await afterTime(10_001, async () => {
        for (const process of [gateway, replica, third]) expect(await admits(key, process)).toBe(401);
      });
      await third.app.close();
    });

    it.each<[string, object]>([
      ['a scope that does not exist', { scopes: ['everything'] }],
      ['no scope at all', { scopes: [] }],
      ['a name for an address', { addresses: ['shop.example'] }],
      ['a range that is too long', { addresses: ['10.0.0.0/33'] }],
      ['a range with a zone', { addresses: ['fe80::1%eth0'] }],
      ['no address at all', { addresses: [] }],
      ['more addresses than are kept', { addresses: Array.from({ length: 51 }, (_, at) => `10.0.0.${at}`) }],
      ['a time that is over', { expiresAt: '2020-01-01T00:00:00Z' }],
      ['a time without offset', { expiresAt: '2099-01-01T00:00:00' }],
      ['a member that does not exist', { scope: 'read' }],
    ])('is not made with %s', async (_what, body) => {
      const route = `/ops/merchant-accounts/${account.id}/api-keys`;
      const answer = await gateway.call('POST', route, { key: OPS_KEY, body });
      expect([answer.status, answer.body['code']]).toEqual([400, 'VALIDATION_FAILED']);
    });

    it('is listed with its limits, and without them it has all but payouts', async () => {
      await made({
        name: 'reports',
        scopes: ['read'],
        addresses: ['10.0.0.0/8'],
        expiresAt: '2099-01-01T00:00:00+02:00',
      });
      const route = `/ops/merchant-accounts/${account.id}/api-keys`;
      const { text } = await gateway.call('GET', route, { key: OPS_KEY });
      const { data } = JSON.parse(text) as { data: Record<string, unknown>[] };
      expect(data.at(-1)).toMatchObject({
        ...{ name: 'reports', scopes: ['read'], addresses: ['10.0.0.0/8'], expiresAt: '2098-12-31T22:00:00.000Z' },
      });
      expect(data[0]).toMatchObject({ addresses: null, expiresAt: null, scopes: USUAL_SCOPES });
      expect(text).not.toContain('hash');
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
