export { EnvelopeKeystore } from './envelope-keystore.js';
export { KekProvider } from './kek-provider.js';
export { Keystore, type Sealed, type SealPlace } from './keystore.js';
export { KeystoreError, type KeystoreErrorCode } from './keystore-error.js';
export { generateLocalKeys, LocalKekProvider, type LocalKeys } from './local-kek-provider.js';
