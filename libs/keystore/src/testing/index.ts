/** For tests of an application: a keystore with keys of its own, and stand-ins of Vault and AWS KMS on real sockets. */
export { KmsServer } from './kms-server.js';
export { testKeystore } from './test-keystore.js';
export { VaultServer } from './vault-server.js';
