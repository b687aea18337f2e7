import { AuditRepository } from '../../apps/gateway/src/audit/audit.repository.js';
import { MerchantAccountRepository } from '../../apps/gateway/src/accounts/merchant-account.repository.js';
import { StoredAllianceAccounts } from '../../apps/gateway/src/payments/bank-access/stored-alliance-accounts.js';
import { MerchantAccountsService } from '../../apps/gateway/src/accounts/merchant-accounts.service.js';
import { afterTime } from '../support/shifted-clock.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, someKeks, startGateway, type WholeGateway } from './whole-gateway.js';

/** What an operator does to one account, seen from this process and from another. */
describe('a merchant account', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let replica: WholeGateway;
  let account: NewAccount;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    const keks = someKeks();
    gateway = await startGateway(database, { keks });
    replica = await startGateway(database, { keks });
  });
  afterAll(async () => {
    for (const { app } of [gateway, replica]) await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    account = await addAccount(gateway);
  });

  const operate = (method: 'GET' | 'POST' | 'PATCH', url: string, body?: unknown) =>
    gateway.call(method, `/ops/merchant-accounts/${account.id}${url}`, { key: OPS_KEY, body });
  const opened = (by: WholeGateway) => by.app.get(MerchantAccountsService).open(account.id);
  /** The client keys that are in use, the one for sending first. */
  const keysIn = async (by: WholeGateway): Promise<string[]> => {
    const { clientKey, otherClientKeys = [] } = await by.app.get(StoredAllianceAccounts).load(account.id);
    return [clientKey, ...otherClientKeys].map((key) => `ck_${key?.thumbprint}`);
  };
  const newKey = async (): Promise<string> => (await operate('POST', '/client-keys', {})).body['id'] as string;
  const statuses = async () =>
    Object.fromEntries(
      (
        await database.query<{ id: string; status: string }>(
          'SELECT id, status FROM client_key WHERE merchant_account_id = $1',
          [account.id],
        )
      ).map(({ id, status }) => [id, status]),
    );

  it('changes here at once, and in other processes ten seconds later', async () => {
    const before = (await opened(gateway)).name;
    await opened(replica);
    expect((await operate('PATCH', '', { name: 'Renamed' })).status).toBe(200);
    expect((await opened(gateway)).name).toBe('Renamed');
    expect(before).not.toBe('Renamed');
    await afterTime(10_001, async () => {
      expect((await opened(replica)).name).toBe('Renamed');
    });
  });

  it('is changed by one of two who read the same version', async () => {
    const accounts = gateway.app.get(MerchantAccountRepository);
    const row = await accounts.find(account.id);
    const rename = (name: string) => accounts.replace(Object.assign(structuredClone(row!), { name, version: 2 }), 1);
    expect(row!.version).toBe(1);
    expect([await rename('first'), await rename('second')]).toEqual([true, false]);
    expect((await accounts.find(account.id))!.name).toBe('first');
  });

  it('keeps its secret when it changes, so that request ids stay the same', async () => {
    const { secret } = await opened(gateway);
    await operate('PATCH', '', { name: 'Renamed', serviceCode: 'another-code' });
    const after = await opened(gateway);
    expect(after.secret.equals(secret)).toBe(true);
    expect(after.serviceCode.reveal()).toBe('another-code');
  });

  it('uses the activated key at once, and opens with the one before it', async () => {
    const [first] = await keysIn(gateway);
    const second = await newKey();
    expect(await keysIn(gateway)).toEqual([first, second]);
    await operate('POST', `/client-keys/${second}/activate`);
    expect(await keysIn(gateway)).toEqual([second, first]);
    expect(await statuses()).toEqual({ [first!]: 'standby', [second]: 'active' });
  });

  it('opens nothing with a retired key', async () => {
    const [first] = await keysIn(gateway);
    const second = await newKey();
    await operate('POST', `/client-keys/${second}/retire`);
    expect(await statuses()).toEqual({ [first!]: 'active', [second]: 'retired' });
    expect(await keysIn(gateway)).toEqual([first]);
  });

  it('never loses the key it uses', async () => {
    const [first] = await keysIn(gateway);
    expect((await operate('POST', `/client-keys/${first!}/retire`)).body).toMatchObject({
      code: 'CLIENT_KEY_NOT_FOUND',
    });
    expect(await statuses()).toEqual({ [first!]: 'active' });
  });

  it('has each change in the audit, under its own id, with who made it', async () => {
    const other = await addAccount(gateway);
    await gateway.call('POST', `/ops/sessions/${account.id}/block`, { key: OPS_KEY, body: { reason: 'on holiday' } });
    await gateway.call('POST', `/ops/sessions/${other.id}/block`, { key: OPS_KEY, body: { reason: 'also' } });
    const lines = await gateway.app.get(AuditRepository, { strict: false }).list(100);
    const own = lines.filter(({ merchantAccountId }) => merchantAccountId === account.id);
    expect(own.map(({ actor, action, detail }) => [actor, action, detail])).toEqual([
      ['ops-api', 'session.block', { reason: 'on holiday' }],
      ['ops-api', 'api_key.create', { keyId: expect.stringMatching(/^key_/u), hint: account.apiKey.slice(0, 12) }],
      ['ops-api', 'client_key.generate', { keyId: expect.stringMatching(/^ck_/u) }],
      ['ops-api', 'account.create', { name: expect.any(String) }],
    ]);
  });
});
