import { generateKeyPairSync } from 'node:crypto';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type AllianceAccount, AllianceAccounts, AllianceClient, AllianceModule, CommunicationKey } from '../index.js';

class NoAccounts extends AllianceAccounts {
  override load(accountId: string): Promise<AllianceAccount> {
    return Promise.reject(new Error(`no account ${accountId}`));
  }
}

@Module({ providers: [NoAccounts], exports: [NoAccounts] })
class AccountsModule {}

describe('AllianceModule', () => {
  it('takes its options from other modules', async () => {
    const alliance = AllianceModule.forRootAsync({
      imports: [AccountsModule],
      inject: [NoAccounts],
      useFactory: (accounts: NoAccounts) => ({ accounts }),
    });
    const module = await Test.createTestingModule({ imports: [alliance] }).compile();
    await expect(module.get(AllianceClient).hppOrder('acc_9', 'x')).rejects.toMatchObject({
      ...{ code: 'ALLIANCE_ACCOUNT_UNAVAILABLE', noEffect: true, cause: { message: 'no account acc_9' } },
    });
    await module.close();
  });

  it('two of them in one application keep their interceptors apart', async () => {
    const tried: string[] = [];
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
    const clientKey = await CommunicationKey.import(jwk);
    const named = (name: string): AllianceAccounts => ({
      load: (id) => {
        tried.push(name);
        return Promise.resolve({
          id,
          baseUrl: new URL('http://127.0.0.1:9'),
          merchantId: 'm',
          serviceCode: 's',
          clientKey,
        });
      },
    });
    @Module({ imports: [AllianceModule.forRoot({ accounts: named('one') })] })
    class One {}
    @Module({ imports: [AllianceModule.forRoot({ accounts: named('two') })] })
    class Two {}
    const module = await Test.createTestingModule({ imports: [One, Two] }).compile();
    const clientOfOne = module.select(One).get(AllianceClient, { strict: false });
    await expect(clientOfOne.hppOrder('a', 'x')).rejects.toMatchObject({ reason: 'not_connected' });
    expect(new Set(tried).size).toBe(1);
    await module.close();
  });
});
