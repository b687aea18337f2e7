import { type DynamicModule, Module } from '@nestjs/common';
import { EnvelopeKeystore } from '../envelope/envelope-keystore.js';
import { Keystore } from '../envelope/keystore.js';
import { KeystoreError } from '../error/keystore-error.js';
import { KekProvider } from '../kek/kek-provider.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  getKeystoreToken,
  GIVEN_OPTIONS,
  type KeystoreModuleExtras,
  type KeystoreOptions,
  type OPTIONS_TYPE,
} from './keystore.module-definition.js';

const OPTIONS = ['keks', 'dekCache', 'create'];
/** What an application injects. */
const PUBLIC = [Keystore, KekProvider];

/** A keystore for any Nest application. */
@Module({
  providers: [
    { provide: KekProvider, inject: [GIVEN_OPTIONS], useFactory: (options: KeystoreOptions) => check(options).keks },
    { provide: Keystore, inject: [GIVEN_OPTIONS], useFactory: createKeystore },
  ],
})
export class KeystoreModule extends ConfigurableModuleClass {
  /**
   * @throws KeystoreError `KEYSTORE_INVALID_OPTIONS`
   * @example
   * const module = KeystoreModule.forRoot({ keks, isGlobal: true });
   */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    const { isGlobal, name, ...given } = options;
    check(given);
    return assemble(super.forRoot(options), { ...(isGlobal && { isGlobal }), ...(name && { name }) });
  }

  /**
   * With `useFactory` and `inject`, or `useClass` or `useExisting` with a `KeystoreOptionsFactory`.
   * @throws KeystoreError `KEYSTORE_INVALID_OPTIONS`, when the application starts
   * @example
   * const module = KeystoreModule.forRootAsync({ useFactory: () => ({ keks }) });
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    if (!options.useFactory && !options.useClass && !options.useExisting) {
      throw invalid('forRootAsync needs one of useFactory, useClass and useExisting');
    }
    const { isGlobal, name } = options;
    return assemble(super.forRootAsync(options), { ...(isGlobal && { isGlobal }), ...(name && { name }) });
  }
}

function createKeystore(options: KeystoreOptions): Keystore {
  const { keks, dekCache, create = (...given) => new EnvelopeKeystore(...given) } = check(options);
  return create(keks, { dekCache });
}

/** @throws KeystoreError `KEYSTORE_INVALID_OPTIONS`: a sentence that names the option */
function check(options: KeystoreOptions): KeystoreOptions {
  const { keks, create } = options;
  const isProvider = ['currentKek', 'wrap', 'unwrap', 'rewrap', 'fingerprints'].every(
    (name) => typeof (keks as unknown as Readonly<Record<string, unknown>> | undefined)?.[name] === 'function',
  );
  if (!isProvider) throw invalid('the option keks must be a KekProvider, such as LocalKekProvider.from(keys)');
  if (create !== undefined && typeof create !== 'function') throw invalid('the option create must be a function');
  const stranger = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (stranger !== undefined) throw invalid(`${stranger} is no option; there are ${OPTIONS.join(', ')}`);
  return options;
}

/** A named instance is injected by its name alone, so that two of them can be imported side by side. */
function assemble(module: DynamicModule, { isGlobal = false, name }: KeystoreModuleExtras): DynamicModule {
  const aliases =
    name === undefined ? [] : PUBLIC.map((one) => ({ provide: getKeystoreToken(name, one), useExisting: one }));
  return {
    ...module,
    global: isGlobal,
    providers: [...(module.providers ?? []), ...aliases],
    exports: name === undefined ? PUBLIC : aliases.map(({ provide }) => provide),
  };
}

const invalid = (sentence: string): KeystoreError =>
  new KeystoreError('KEYSTORE_INVALID_OPTIONS', `KeystoreModule: ${sentence}`);
