export { type DekCacheLimits } from './dek-cache.js';
export { EnvelopeKeystore, type EnvelopeOptions } from './envelope-keystore.js';
export { KekProvider, type WrappedDek } from './kek-provider.js';
export { Keystore, type Sealed, type SealPlace } from './keystore.js';
export { KeystoreError, type KeystoreErrorCode } from './keystore-error.js';
export { LocalKekProvider } from './local-kek-provider.js';
export { addLocalKek, generateLocalKeys, type LocalKeys, parseLocalKeys } from './local-keys.js';
export { type EcPublicJwk, importPrivateKeyText, publicJwkOf } from './private-key-text.js';
