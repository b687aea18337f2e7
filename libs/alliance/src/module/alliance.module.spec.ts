import { generateKeyPairSync } from 'node:crypto';
import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  type AllianceAccount,
  AllianceAccounts,
  AllianceClient,
  AllianceHttpInterceptor,
  AllianceModule,
  type AllianceOptions,
  type AllianceOptionsFactory,
  AllianceSession,
  CommunicationKey,
  getAllianceToken,
  InjectAlliance,
} from '../index.js';

class NoAccounts extends AllianceAccounts {
  override load(accountId: string): Promise<AllianceAccount> {
    return Promise.reject(new Error(`no account ${accountId}`));
  }
}

@Module({ providers: [NoAccounts], exports: [NoAccounts] })
class AccountsModule {}

@Injectable()
class Options implements AllianceOptionsFactory {
  constructor(@Inject(NoAccounts) private readonly accounts: AllianceAccounts) {}
  createAllianceOptions(): AllianceOptions {
    return { accounts: this.accounts };
  }
}
@Module({ imports: [AccountsModule], providers: [Options], exports: [Options] })
class OptionsModule {}

describe('AllianceModule', () => {
  const imports = [AccountsModule];
  it.each([
    ['a value', AllianceModule.forRoot({ accounts: new NoAccounts() })],
    [
      'a factory',
      AllianceModule.forRootAsync({
        imports,
        inject: [NoAccounts],
        useFactory: (accounts: NoAccounts) => Promise.resolve({ accounts }),
      }),
    ],
    ['a class', AllianceModule.forRootAsync({ imports, useClass: Options })],
    ['a provider that is there', AllianceModule.forRootAsync({ imports: [OptionsModule], useExisting: Options })],
  ])('takes its options from %s', async (_what, alliance) => {
    const module = await Test.createTestingModule({ imports: [alliance] }).compile();
    await expect(module.get(AllianceClient).hppOrder('acc_9', 'x')).rejects.toMatchObject({
      ...{ code: 'ALLIANCE_ACCOUNT_UNAVAILABLE', noEffect: true, cause: { message: 'no account acc_9' } },
    });
    expect(module.get(AllianceSession)).toBeInstanceOf(AllianceSession);
    expect(module.get(AllianceHttpInterceptor)).toBeInstanceOf(AllianceHttpInterceptor);
    await module.close();
  });

  it.each([
    ['value', AllianceModule.forRoot({ accounts: new NoAccounts(), isGlobal: true })],
    ['factory', AllianceModule.forRootAsync({ useFactory: () => ({ accounts: new NoAccounts() }), isGlobal: true })],
  ])('may be global: %s', async (_what, alliance) => {
    @Injectable()
    class Far {
      constructor(@Inject(AllianceClient) readonly client: AllianceClient) {}
    }
    @Module({ providers: [Far] })
    class FarModule {}
    const module = await Test.createTestingModule({ imports: [alliance, FarModule] }).compile();
    expect(module.get(Far, { strict: false }).client).toBeInstanceOf(AllianceClient);
    await module.close();
  });

  describe('two of them', () => {
    const tried: string[] = [];
    let clientKey: CommunicationKey;
    const named = (name: string): AllianceAccounts => ({
      load: (id) => {
        tried.push(name);
        const baseUrl = new URL('http://127.0.0.1:9');
        return Promise.resolve({ id, baseUrl, merchantId: 'm', serviceCode: 's', clientKey });
      },
    });
    beforeAll(async () => {
      clientKey = await CommunicationKey.import(
        generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }),
      );
    });
    beforeEach(() => {
      tried.length = 0;
    });

    it('in one application keep their interceptors apart', async () => {
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

    it('in one module have names', async () => {
      @Injectable()
      class Payouts {
        constructor(
          @InjectAlliance('shop', AllianceClient) readonly shop: AllianceClient,
          @InjectAlliance('payouts', AllianceClient) readonly payouts: AllianceClient,
          @InjectAlliance('payouts', AllianceSession) readonly sessions: AllianceSession,
        ) {}
      }
      const module = await Test.createTestingModule({
        imports: [
          AllianceModule.forRoot({ accounts: named('shop'), name: 'shop' }),
          AllianceModule.forRootAsync({ useFactory: () => ({ accounts: named('payouts') }), name: 'payouts' }),
        ],
        providers: [Payouts],
      }).compile();
      const { shop, payouts, sessions } = module.get(Payouts);
      await expect(payouts.hppOrder('a', 'x')).rejects.toMatchObject({ reason: 'not_connected' });
      expect(new Set(tried)).toEqual(new Set(['payouts']));
      tried.length = 0;
      await expect(shop.hppOrder('a', 'x')).rejects.toMatchObject({ reason: 'not_connected' });
      expect(new Set(tried)).toEqual(new Set(['shop']));
      expect(module.get(getAllianceToken('payouts', AllianceSession))).toBe(sessions);
      await module.close();
    });
  });

  const accounts = new NoAccounts();
  it.each<[unknown, RegExp, string]>([
    [undefined, /accounts is missing/, 'accounts'],
    [{}, /the option accounts must be an AllianceAccounts/, 'accounts'],
    [{ accounts: {} }, /the option accounts must be an AllianceAccounts/, 'accounts'],
    [{ accounts, sessions: new Map() }, /the option sessions must be a SessionStore/, 'sessions'],
    [{ accounts, timeoutMs: 0 }, /timeoutMs must be milliseconds from 1 to 600000, not 0$/, 'timeoutMs'],
    [{ accounts, timeoutMs: Number.NaN }, /not NaN$/, 'timeoutMs'],
    [{ accounts, timeoutMs: -5 }, /not -5$/, 'timeoutMs'],
    [{ accounts, timeoutMs: '20s' }, /timeoutMs must be milliseconds from 1 to 600000$/, 'timeoutMs'],
    [{ accounts, callTimeoutMs: Infinity }, /not Infinity$/, 'callTimeoutMs'],
    [{ accounts, clock: new Date() }, /clock must be a function/, 'clock'],
    [{ accounts, bankKeys: { a: 'no key' } }, /bankKeys must be public keys in PEM/, 'bankKeys'],
    [{ accounts, onNewBankKey: true }, /onNewBankKey must be a function/, 'onNewBankKey'],
    [{ accounts, signatureTimeAsText: 'yes' }, /signatureTimeAsText must be true or false/, 'signatureTimeAsText'],
    [{ accounts, timeout: 5 }, /the option timeout is no option; there are accounts, sessions/, 'timeout'],
  ])('refuses %j with a sentence', async (options, sentence, member) => {
    const given = options as AllianceOptions;
    const error = { code: 'ALLIANCE_INVALID_OPTIONS', member, message: expect.stringMatching(sentence) as string };
    if (options !== undefined)
      expect(() => AllianceModule.forRoot(given)).toThrow(expect.objectContaining(error) as Error);
    const late = AllianceModule.forRootAsync({ useFactory: () => given });
    await expect(Test.createTestingModule({ imports: [late] }).compile()).rejects.toMatchObject(error);
  });

  it('refuses options from nowhere', () => {
    expect(() => AllianceModule.forRootAsync({})).toThrow('needs one of useFactory, useClass and useExisting');
  });
});
