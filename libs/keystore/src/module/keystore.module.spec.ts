import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  EnvelopeKeystore,
  generateLocalKeys,
  getKeystoreToken,
  InjectKeystore,
  KekProvider,
  Keystore,
  KeystoreModule,
  type KeystoreOptions,
  type KeystoreOptionsFactory,
  LocalKekProvider,
} from '../index.js';

const keks = LocalKekProvider.from(generateLocalKeys());
const place = { table: 't', column: 'c', row: 'r', accountId: 'a', version: 1 };

@Injectable()
class Options implements KeystoreOptionsFactory {
  createKeystoreOptions(): KeystoreOptions {
    return { keks };
  }
}
@Module({ providers: [Options], exports: [Options] })
class OptionsModule {}

describe('KeystoreModule', () => {
  it.each([
    ['a value', KeystoreModule.forRoot({ keks })],
    ['a factory', KeystoreModule.forRootAsync({ useFactory: () => Promise.resolve({ keks }) })],
    ['a class', KeystoreModule.forRootAsync({ useClass: Options })],
    ['a provider that is there', KeystoreModule.forRootAsync({ imports: [OptionsModule], useExisting: Options })],
  ])('takes its options from %s', async (_what, keystoreModule) => {
    const module = await Test.createTestingModule({ imports: [keystoreModule] }).compile();
    const keystore = module.get<Keystore>(Keystore);
    const box = await keystore.seal(Buffer.from('secret'), place);
    expect(Buffer.from(await keystore.open(box, place)).toString()).toBe('secret');
    expect(module.get(KekProvider)).toBe(keks);
  });

  it('makes the keystore that it is told, with the options', async () => {
    class Counting extends EnvelopeKeystore {}
    const dekCache = { maxEntries: 10, maxAgeMs: 1_000 };
    const given: unknown[] = [];
    const create: KeystoreOptions['create'] = (...args) => {
      given.push(...args);
      return new Counting(...args);
    };
    const imports = [KeystoreModule.forRoot({ keks, dekCache, create })];
    const module = await Test.createTestingModule({ imports }).compile();
    expect(module.get(Keystore)).toBeInstanceOf(Counting);
    expect(given).toEqual([keks, { dekCache }]);
  });

  it('may be global, and two of them have names', async () => {
    @Injectable()
    class Archive {
      constructor(
        @Inject(Keystore) readonly usual: Keystore,
        @InjectKeystore('archive', Keystore) readonly archive: Keystore,
      ) {}
    }
    @Module({ providers: [Archive] })
    class FarModule {}
    const other = LocalKekProvider.from(generateLocalKeys());
    const module = await Test.createTestingModule({
      imports: [
        FarModule,
        KeystoreModule.forRoot({ keks, isGlobal: true }),
        KeystoreModule.forRoot({ keks: other, isGlobal: true, name: 'archive' }),
      ],
    }).compile();
    const { usual, archive } = module.get(Archive, { strict: false });
    const box = await archive.seal(Buffer.from('x'), place);
    await expect(usual.open(box, place)).rejects.toMatchObject({ code: 'KEYSTORE_UNKNOWN_KEK' });
    expect(module.get(getKeystoreToken('archive', KekProvider), { strict: false })).toBe(other);
  });

  it.each<[unknown, RegExp]>([
    [{}, /the option keks must be a KekProvider/],
    [{ keks: { wrap: 1 } }, /the option keks must be a KekProvider/],
    [{ keks, create: true }, /the option create must be a function/],
    [{ keks, cache: 5 }, /cache is no option; there are keks, dekCache, create/],
  ])('refuses %# with a sentence', async (options, sentence) => {
    const given = options as KeystoreOptions;
    const error = { code: 'KEYSTORE_INVALID_OPTIONS', message: expect.stringMatching(sentence) as string };
    expect(() => KeystoreModule.forRoot(given)).toThrow(expect.objectContaining(error) as Error);
    const late = KeystoreModule.forRootAsync({ useFactory: () => given });
    await expect(Test.createTestingModule({ imports: [late] }).compile()).rejects.toMatchObject(error);
  });

  it('refuses a cache without limits, and options from nowhere', async () => {
    const cached = KeystoreModule.forRoot({ keks, dekCache: { maxEntries: 0, maxAgeMs: 1 } });
    await expect(Test.createTestingModule({ imports: [cached] }).compile()).rejects.toMatchObject({
      code: 'KEYSTORE_INVALID_KEYS',
    });
    expect(() => KeystoreModule.forRootAsync({})).toThrow('needs one of useFactory, useClass and useExisting');
  });
});
