import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { FakeDcm } from '../testing/fake-dcm.js';
import {
  DcmClient,
  DcmModule,
  type DcmOptions,
  type DcmOptionsFactory,
  DcmTokens,
  generateSigningKey,
  getDcmToken,
  InjectDcm,
  InMemorySigningKeys,
  SessionTokens,
} from '../index.js';

const keys = new InMemorySigningKeys(await generateSigningKey('test-bank'));
const elsewhere: DcmOptions = { baseUrl: new URL('http://127.0.0.1:9/dcm'), counterpartyGuid: 'guid-1', keys };

@Injectable()
class Options implements DcmOptionsFactory {
  createDcmOptions(): DcmOptions {
    return elsewhere;
  }
}
@Module({ providers: [Options], exports: [Options] })
class OptionsModule {}

describe('DcmModule', () => {
  it.each([
    ['a value', DcmModule.forRoot(elsewhere)],
    ['a factory', DcmModule.forRootAsync({ useFactory: () => Promise.resolve(elsewhere) })],
    ['a class', DcmModule.forRootAsync({ useClass: Options })],
    ['a provider that is there', DcmModule.forRootAsync({ imports: [OptionsModule], useExisting: Options })],
  ])('takes its options from %s', async (_what, dcm) => {
    const module = await Test.createTestingModule({ imports: [dcm] }).compile();
    await expect(module.get(DcmTokens).request()).resolves.toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(module.get(DcmClient)).toBeInstanceOf(DcmClient);
    await module.close();
  });

  it('may be global, and two of them have names', async () => {
    const [usual, test] = [await FakeDcm.start(), await FakeDcm.start()];
    @Injectable()
    class Transfers {
      constructor(
        @Inject(DcmClient) readonly usual: DcmClient,
        @InjectDcm('test', DcmClient) readonly test: DcmClient,
        @InjectDcm('test', SessionTokens) readonly tokens: SessionTokens,
      ) {}
    }
    @Module({ providers: [Transfers] })
    class FarModule {}
    const module = await Test.createTestingModule({
      imports: [
        FarModule,
        DcmModule.forRoot({ ...elsewhere, baseUrl: usual.url, isGlobal: true }),
        DcmModule.forRoot({ ...elsewhere, baseUrl: test.url, isGlobal: true, name: 'test' }),
      ],
    }).compile();
    const transfers = module.get(Transfers, { strict: false });
    test.answer = () => ({ json: { keys: [] } });
    await expect(transfers.test.listKeys()).resolves.toEqual([]);
    expect([usual.requests.length, test.requests.length]).toEqual([0, 1]);
    expect(module.get(getDcmToken('test', SessionTokens), { strict: false })).toBe(transfers.tokens);
    await module.close();
    await Promise.all([usual.stop(), test.stop()]);
  });

  it.each<[string, RegExp, string]>([
    ['nothing', /the option baseUrl must be a URL/, 'baseUrl'],
    ['{"baseUrl":"https://dcm.example"}', /the option baseUrl must be a URL/, 'baseUrl'],
    ['{"counterpartyGuid":" "}', /counterpartyGuid must be the id that DCM gave you/, 'counterpartyGuid'],
    ['{"keys":{}}', /keys must be SigningKeys/, 'keys'],
    ['{"employee":{"login":"a@b.example"}}', /employee must have a login and a password/, 'employee'],
    ['{"timeoutMs":0}', /timeoutMs must be milliseconds from 1 to 600000, not 0/, 'timeoutMs'],
    ['{"clock":1}', /clock must be a function/, 'clock'],
    ['{"issued":{}}', /issued must be an IssuedTokens/, 'issued'],
    ['{"replay":{}}', /replay must be a ReplayMemory/, 'replay'],
    ['{"audit":"log"}', /audit must be a function/, 'audit'],
    ['{"allowInsecure":"no"}', /allowInsecure must be true or false/, 'allowInsecure'],
    ['{"timeout":5}', /timeout is no option; there are baseUrl, counterpartyGuid/, 'timeout'],
  ])('refuses %s with a sentence', async (text, sentence, member) => {
    const given = (text === 'nothing' ? {} : { ...elsewhere, ...(JSON.parse(text) as object) }) as DcmOptions;
    const error = { code: 'DCM_CONFIGURATION', member, message: expect.stringMatching(sentence) as string };
    expect(() => DcmModule.forRoot(given)).toThrow(expect.objectContaining(error) as Error);
    const late = DcmModule.forRootAsync({ useFactory: () => given });
    await expect(Test.createTestingModule({ imports: [late] }).compile()).rejects.toMatchObject(error);
  });

  it('refuses plain http to another host, and options from nowhere', () => {
    const insecure = { ...elsewhere, baseUrl: new URL('http://dcm.example') };
    expect(() => DcmModule.forRoot(insecure)).toThrow(expect.objectContaining({ code: 'DCM_CONFIGURATION' }) as Error);
    expect(() => DcmModule.forRootAsync({})).toThrow('needs one of useFactory, useClass and useExisting');
  });
});
