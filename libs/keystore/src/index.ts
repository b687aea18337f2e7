export { AwsKmsKekProvider, type AwsKmsOptions } from './aws-kms/aws-kms-kek-provider.js';
export { type DekCacheLimits } from './envelope/dek-cache.js';
export { EnvelopeKeystore, type EnvelopeOptions } from './envelope/envelope-keystore.js';
export { KekProviderChain } from './kek/kek-provider-chain.js';
export { kekVersionOf } from './kek/kek-ring.js';
export { KekProvider, type WrappedDek } from './kek/kek-provider.js';
export { Keystore, type Sealed, type Sealer, type SealPlace } from './envelope/keystore.js';
export { KeystoreError, type KeystoreErrorCode } from './error/keystore-error.js';
export { KeystoreModule } from './module/keystore.module.js';
export {
  getKeystoreToken,
  InjectKeystore,
  type KeystoreModuleExtras,
  type KeystoreOptions,
  type KeystoreOptionsFactory,
} from './module/keystore.module-definition.js';
export { type AwsCredentials } from './aws-kms/kms-sdk.js';
export { LocalKekProvider } from './kek/local-kek-provider.js';
export { addLocalKek, generateLocalKeys, type LocalKeys, parseLocalKeys } from './kek/local-keys.js';
export { type EcPublicJwk, importPrivateKeyText, publicJwkOf } from './private-key/private-key-text.js';
export { VaultTransitKekProvider } from './vault/vault-transit-kek-provider.js';
export { type VaultTransitOptions } from './vault/vault-transit-options.js';
