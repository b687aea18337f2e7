import { fingerprintOfIdentity } from '../kek/kek-fingerprint.js';
import { KekProvider, type WrappedDek } from '../kek/kek-provider.js';
import { KeystoreError } from '../error/keystore-error.js';
import { type TransitKey, VaultTransitClient } from './vault-transit-client.js';
import { checkVaultOptions, type VaultTransitOptions } from './vault-transit-options.js';

/** Key types that authenticate what they encrypt. Source: Vault API documentation, "Create key". */
const AEAD_TYPES = ['aes128-gcm96', 'aes256-gcm96', 'chacha20-poly1305', 'xchacha20-poly1305'];
const CIPHERTEXT = /^vault:v([1-9]\d{0,8}):([A-Za-z0-9+/]+={0,2})$/;

/**
 * KEKs that never leave HashiCorp Vault: one transit key, whose versions are the KEKs. `latest_version` is the current
 * KEK and `min_decryption_version` retires, both set in Vault. No `context`: the place is bound to the value already.
 * @example
 * const address = new URL('https://vault.example:8200');
 * const keks = new VaultTransitKekProvider({ address, key: 'gateway', token: () => secrets.read('vault-token') });
 */
export class VaultTransitKekProvider extends KekProvider {
  readonly #client: VaultTransitClient;
  readonly #identity: readonly string[];
  readonly #prefix: string;
  readonly #refreshMs: number;
  #key: { readonly read: Promise<TransitKey>; readonly atMs: number } | undefined;

  /** Asks nothing yet. @throws KeystoreError `KEYSTORE_INVALID_KEYS`, naming the option */
  constructor(options: VaultTransitOptions) {
    super();
    this.#prefix = checkVaultOptions(options);
    this.#client = new VaultTransitClient(options);
    this.#identity = ['vault', options.namespace ?? '', options.mount ?? 'transit', options.key];
    this.#refreshMs = options.refreshMs ?? 60_000;
  }

  async currentKek(): Promise<string> {
    return this.#kekId((await this.#recentKey()).latestVersion);
  }

  async wrap(dek: Uint8Array): Promise<WrappedDek> {
    await this.#recentKey(); // a missing key would be created by encrypting under it
    return this.#parse(await this.#client.encrypt(dek));
  }

  async unwrap(kekId: string, wrapped: Uint8Array): Promise<Uint8Array> {
    const version = this.#versionOf(kekId);
    const dek = await this.#client.decrypt(ciphertextOf(version, wrapped));
    return dek ?? this.#refuse(kekId, version);
  }

  /** The DEK stays inside Vault. */
  override async rewrap({ kekId, wrapped }: WrappedDek): Promise<WrappedDek> {
    const version = this.#versionOf(kekId);
    const ciphertext = await this.#client.rewrap(ciphertextOf(version, wrapped));
    return ciphertext === undefined ? this.#refuse(kekId, version) : this.#parse(ciphertext);
  }

  /** Of mount, key name, version and its time of creation, as the key itself cannot be read. */
  async fingerprints(): Promise<Readonly<Record<string, string>>> {
    const { versions } = await this.#readKey();
    return Object.fromEntries(
      Object.entries(versions).map(([version, made]) => [
        this.#kekId(Number(version)),
        fingerprintOfIdentity([...this.#identity, version, JSON.stringify(made)]),
      ]),
    );
  }

  /** Vault says 400 for all of these. */
  async #refuse(kekId: string, version: number): Promise<never> {
    const { latestVersion, minDecryptionVersion } = await this.#readKey();
    if (version < minDecryptionVersion) {
      const why = `min_decryption_version is ${minDecryptionVersion}`;
      throw new KeystoreError('KEYSTORE_RETIRED_KEK', `KEK "${kekId}" is retired in Vault: ${why}`);
    }
    if (version > latestVersion) throw unknownKek(kekId);
    throw new KeystoreError('KEYSTORE_TAMPERED', `the wrapped key does not open under KEK "${kekId}"`);
  }

  #recentKey(): Promise<TransitKey> {
    const known = this.#key;
    return known && performance.now() - known.atMs < this.#refreshMs ? known.read : this.#readKey();
  }

  #readKey(): Promise<TransitKey> {
    const key = { read: this.#client.readKey().then(checkUsable), atMs: performance.now() };
    this.#key = key;
    key.read.catch(() => {
      if (this.#key === key) this.#key = undefined;
    });
    return key.read;
  }

  #parse(ciphertext: string): WrappedDek {
    const [, version, base64] = CIPHERTEXT.exec(ciphertext) ?? [];
    if (version === undefined || base64 === undefined) {
      throw new KeystoreError('KEYSTORE_UNAVAILABLE', 'what answers is not Vault transit');
    }
    return { kekId: this.#kekId(Number(version)), wrapped: Buffer.from(base64, 'base64') };
  }

  #kekId(version: number): string {
    return `${this.#prefix}_v${version}`;
  }

  #versionOf(kekId: string): number {
    const [, version] = /_v([1-9]\d{0,8})$/.exec(kekId) ?? [];
    if (version === undefined || kekId !== this.#kekId(Number(version))) throw unknownKek(kekId);
    return Number(version);
  }
}

const ciphertextOf = (version: number, wrapped: Uint8Array): string =>
  `vault:v${version}:${Buffer.from(wrapped).toString('base64')}`;

const unknownKek = (kekId: string): KeystoreError =>
  new KeystoreError('KEYSTORE_UNKNOWN_KEK', `KEK "${kekId}" is no version of the transit key`);

function checkUsable(key: TransitKey): TransitKey {
  if (AEAD_TYPES.includes(key.type) && !key.derived) return key;
  throw new KeystoreError(
    'KEYSTORE_INVALID_KEYS',
    `the transit key must be of an AEAD type (${AEAD_TYPES.join(', ')}) and not derived`,
  );
}
