import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { fingerprintOfKey } from './kek-fingerprint.js';
import { KekProvider, type WrappedDek } from './kek-provider.js';
import { KekRing } from './kek-ring.js';
import { KeystoreError } from '../error/keystore-error.js';
import { type LocalKeys } from './local-keys.js';

const KEK_BYTES = 32;
/** Default initial value of AES key wrap, RFC 3394 section 2.2.3.1. */
const KEY_WRAP_IV = Buffer.alloc(8, 0xa6);

/**
 * KEKs from a file or the environment; DEKs are wrapped with AES-256 key wrap (RFC 3394).
 * @example
 * const keks = LocalKekProvider.from(parseLocalKeys(keyFile));
 * keks.currentKekId; // => 'main_v1'
 */
export class LocalKekProvider extends KekProvider {
  readonly #ring: KekRing<KeyObject>;

  private constructor(ring: KekRing<KeyObject>) {
    super();
    this.#ring = ring;
  }

  /** @throws KeystoreError `KEYSTORE_INVALID_KEYS`, naming the key id */
  static from(keys: LocalKeys): LocalKekProvider {
    const keks = new Map(Object.entries(keys.keys).map(([id, value]) => [id, importKek(id, value)]));
    assertDistinct(keks);
    return new LocalKekProvider(new KekRing(keys, keks));
  }

  /** The same as `currentKek()`, without waiting. */
  get currentKekId(): string {
    return this.#ring.current;
  }

  currentKek(): Promise<string> {
    return Promise.resolve(this.#ring.current);
  }

  wrap(dek: Uint8Array): Promise<WrappedDek> {
    const kekId = this.#ring.current;
    const cipher = createCipheriv('id-aes256-wrap', this.#ring.get(kekId), KEY_WRAP_IV);
    return Promise.resolve({ kekId, wrapped: Buffer.concat([cipher.update(dek), cipher.final()]) });
  }

  unwrap(kekId: string, wrapped: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve) => {
      resolve(unwrapUnder({ kekId, wrapped }, this.#ring.get(kekId)));
    });
  }

  fingerprints(): Promise<Readonly<Record<string, string>>> {
    return Promise.resolve(Object.fromEntries(this.#ring.entries().map(([id, kek]) => [id, fingerprintOfKey(kek)])));
  }
}

function unwrapUnder({ kekId, wrapped }: WrappedDek, kek: KeyObject): Buffer {
  try {
    const decipher = createDecipheriv('id-aes256-wrap', kek, KEY_WRAP_IV);
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    throw new KeystoreError('KEYSTORE_TAMPERED', `the wrapped key does not open under KEK "${kekId}"`);
  }
}

function importKek(id: string, value: string): KeyObject {
  const bytes = Buffer.from(value, 'base64url');
  try {
    if (bytes.length === KEK_BYTES) return createSecretKey(bytes);
    throw new KeystoreError('KEYSTORE_INVALID_KEYS', `KEK "${id}" has ${bytes.length} bytes, not ${KEK_BYTES}`);
  } finally {
    bytes.fill(0);
  }
}

/** A rotation to the same key would be none. */
function assertDistinct(keks: ReadonlyMap<string, KeyObject>): void {
  const seen = new Map<string, string>();
  for (const [id, kek] of keks) {
    const twin = seen.get(fingerprintOfKey(kek));
    if (twin) throw new KeystoreError('KEYSTORE_INVALID_KEYS', `KEKs "${twin}" and "${id}" are the same key`);
    seen.set(fingerprintOfKey(kek), id);
  }
}
