import { EnvelopeKeystore, generateLocalKeys, LocalKekProvider, type Sealed } from '#libs/keystore';
import { ClientKeyRepository } from '../../apps/gateway/src/accounts/client-key.repository.js';
import { ApiKeyRepository } from '../../apps/gateway/src/accounts/api-key.repository.js';
import { ApiKeysService } from '../../apps/gateway/src/accounts/api-keys.service.js';
import { MerchantAccountRepository } from '../../apps/gateway/src/accounts/merchant-account.repository.js';
import {
  type AccountSettings,
  MerchantAccountsService,
} from '../../apps/gateway/src/accounts/merchant-accounts.service.js';
import { ConfigError } from '../../apps/gateway/src/config/gateway-config.js';
import { AccountProvisioner } from '../../apps/gateway/src/payments/bank/account-provisioner.js';
import { ClientKeysService } from '../../apps/gateway/src/payments/bank/client-keys.service.js';
import { aMerchant } from '../support/demo-merchant.js';
import { createMigratedDatabase, type MigratedDatabase, type Parts, startParts } from './gateway-parts.js';

/** A keystore that refuses, and counts how often it is asked. */
class RefusingKeystore extends EnvelopeKeystore {
  seals = 0;

  override seal(): Promise<Sealed> {
    this.seals += 1;
    return Promise.reject(new Error('the keystore refuses'));
  }
}

describe('merchant accounts', () => {
  let database: MigratedDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  let terminals = 0;
  const settings = (over: Partial<AccountSettings> = {}): AccountSettings => ({
    name: 'Shop',
    environment: 'test',
    baseUrl: 'https://bank.example',
    bankMerchantId: `terminal-${++terminals}`,
    serviceCode: 'service-1',
    paymentKey: null,
    protocolVersion: '1.0',
    paymentTypes: ['hosted_page'],
    ...over,
  });
  const rowsOf = (bankMerchantId: string) =>
    database.query('SELECT environment, version FROM merchant_account WHERE bank_merchant_id = $1', [bankMerchantId]);
  const provisioner = () => {
    const clientKeys = new ClientKeysService(parts.accounts, new ClientKeyRepository(parts.source, parts.keystore));
    const apiKeys = new ApiKeysService(new ApiKeyRepository(parts.source));
    return { apiKeys, provisioner: new AccountProvisioner(parts.accounts, clientKeys, apiKeys) };
  };

  describe('whose installation fails', () => {
    it('ask a keystore that refuses once', async () => {
      const keystore = new RefusingKeystore(LocalKekProvider.from(generateLocalKeys()));
      const clientKeys = new ClientKeyRepository(parts.source, keystore);
      const accounts = new MerchantAccountsService(new MerchantAccountRepository(parts.source), clientKeys, keystore);
      await expect(accounts.install(settings())).rejects.toThrow('the keystore refuses');
      expect(keystore.seals).toBe(1);
    });

    it('give up at once over a database that only reads', async () => {
      await database.query(
        `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET default_transaction_read_only = on`,
      );
      const source = await database.connect();
      await database.query(
        `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} RESET default_transaction_read_only`,
      );
      const clientKeys = new ClientKeyRepository(source, parts.keystore);
      const accounts = new MerchantAccountsService(new MerchantAccountRepository(source), clientKeys, parts.keystore);
      const shop = settings();
      await expect(accounts.install(shop)).rejects.toMatchObject({ code: '25006' });
      expect(await rowsOf(shop.bankMerchantId)).toEqual([]);
    });

    it('give up at once over a row that the database refuses', async () => {
      await expect(parts.accounts.install(settings({ name: 'a\u0000' }))).rejects.toThrow(/0x00/u);
    });

    it('become one when ten processes install the same', async () => {
      const shop = settings();
      const ids = await Promise.all(Array.from({ length: 10 }, () => parts.accounts.install(shop)));
      expect(new Set(ids).size).toBe(1);
      expect(await rowsOf(shop.bankMerchantId)).toEqual([{ environment: 'test', version: 1 }]);
    });
  });

  describe.each([
    ['test', 'live'],
    ['live', 'test'],
  ] as const)('made for %s', (made, other) => {
    it(`never become ${other}, neither by a change nor by an installation`, async () => {
      const shop = settings({ environment: made });
      const id = await parts.accounts.install(shop);
      const refused = { code: 'ACCOUNT_INVALID', message: expect.stringContaining(`is a ${made} account`) };
      await expect(parts.accounts.install({ ...shop, environment: other })).rejects.toMatchObject(refused);
      await expect(parts.accounts.change(id, { environment: other })).rejects.toMatchObject(refused);
      expect(await rowsOf(shop.bankMerchantId)).toEqual([{ environment: made, version: 1 }]);
    });

    it(`are not turned ${other} by the environment of a start, and their keys stay what they are`, async () => {
      const { apiKeys, provisioner: start } = provisioner();
      const merchant = aMerchant();
      const { merchantId, serviceCode } = merchant.bank;
      const facts = { name: 'Shop', baseUrl: 'https://bank.example', merchantId, serviceCode };
      const keyOf = (environment: string) => merchant.apiKey.replace(/^ap_(?:test|live)_/u, `ap_${environment}_`);
      const privateKey = merchant.privateKey;
      const accountId = await start.provision({ ...facts, environment: made, privateKey, apiKey: keyOf(made) });
      const turned = start.provision({ ...facts, environment: other, privateKey, apiKey: keyOf(other) });
      await expect(turned).rejects.toThrow(ConfigError);
      await expect(turned).rejects.toThrow(/^ALLIANCE_ENVIRONMENT, /u);
      expect(await apiKeys.findOwner(keyOf(made))).toMatchObject({ accountId, livemode: made === 'live' });
      expect(await apiKeys.findOwner(keyOf(other))).toBeUndefined();
    });

    it(`that an older version turned ${other} take no key of ${made} any more`, async () => {
      const { apiKeys } = provisioner();
      const id = await parts.accounts.install(settings({ environment: made }));
      const key = await apiKeys.create(id, made);
      await database.query('UPDATE merchant_account SET environment = $2 WHERE id = $1', [id, other]);
      expect(await apiKeys.findOwner(key)).toBeUndefined();
      expect(await apiKeys.findOwner(await apiKeys.create(id, other))).toMatchObject({ accountId: id });
    });
  });
});
