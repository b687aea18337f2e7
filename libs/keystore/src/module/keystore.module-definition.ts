import { ConfigurableModuleBuilder, Inject, type Type } from '@nestjs/common';
import { type EnvelopeOptions } from '../envelope/envelope-keystore.js';
import { type Keystore } from '../envelope/keystore.js';
import { type KekProvider } from '../kek/kek-provider.js';

/** What `KeystoreModule` is told. It is checked when the application starts; what is wrong is said in a sentence. */
export interface KeystoreOptions extends EnvelopeOptions {
  /** Where KEKs are: a `LocalKekProvider`, Vault, AWS KMS, a chain of them, or your own. */
  readonly keks: KekProvider;
  /** Makes another keystore than `EnvelopeKeystore`, such as a subclass that counts. */
  readonly create?: (keks: KekProvider, options: EnvelopeOptions) => Keystore;
}

/** For `forRootAsync({ useClass })` and `{ useExisting }`. */
export interface KeystoreOptionsFactory {
  createKeystoreOptions(): Promise<KeystoreOptions> | KeystoreOptions;
}

/** About the module itself, beside the options. */
export interface KeystoreModuleExtras {
  /** Whether other modules may inject without importing it. Default false. */
  readonly isGlobal?: boolean;
  /** Gives this instance a name: its providers are then injected with `@InjectKeystore(name)`. */
  readonly name?: string;
}

type AbstractType = abstract new (...args: never[]) => object;

/**
 * Injection token of `Keystore` or `KekProvider` of a named instance.
 * @example
 * const token = getKeystoreToken('archive', Keystore); // for providers with `inject`
 */
export const getKeystoreToken = (name: string, provider: Type | AbstractType): string =>
  `KEYSTORE:${name}:${provider.name}`;

/**
 * Injects a provider of a named instance.
 * @example
 * class Archive {
 *   constructor(@InjectKeystore('archive', Keystore) private readonly keystore: Keystore) {}
 * }
 */
export const InjectKeystore = (name: string, provider: Type | AbstractType): ParameterDecorator & PropertyDecorator =>
  Inject(getKeystoreToken(name, provider));

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: GIVEN_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<KeystoreOptions>({ moduleName: 'Keystore' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createKeystoreOptions')
  .setExtras<KeystoreModuleExtras>({ isGlobal: false, name: '' })
  .build();
