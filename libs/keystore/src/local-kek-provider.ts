import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { KekProvider } from './kek-provider.js';
import { KeystoreError } from './keystore-error.js';

/** The key file: which KEK is current, and all that can still be opened. Values are 32 bytes in base64url. */
export interface LocalKeys {
  readonly current: string;
  readonly keys: Readonly<Record<string, string>>;
}

const KEK_BYTES = 32;
const KEK_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** Default initial value of AES key wrap, RFC 3394 section 2.2.3.1. */
const KEY_WRAP_IV = Buffer.alloc(8, 0xa6);

/** A fresh key file with one random KEK. */
export function generateLocalKeys(): LocalKeys {
  const id = `kek_${randomBytes(6).toString('hex')}`;
  return { current: id, keys: { [id]: randomBytes(KEK_BYTES).toString('base64url') } };
}

/** KEKs from a file or the environment; DEKs are wrapped with AES-256 key wrap (RFC 3394). */
export class LocalKekProvider extends KekProvider {
  private constructor(
    readonly currentKekId: string,
    private readonly keks: ReadonlyMap<string, KeyObject>,
  ) {
    super();
  }

  /** @throws KeystoreError `KEYSTORE_INVALID_KEYS`, naming the key id */
  static from(keys: LocalKeys): LocalKekProvider {
    const keks = new Map(Object.entries(keys.keys).map(([id, value]) => [id, importKek(id, value)]));
    if (!keks.has(keys.current)) {
      throw new KeystoreError('KEYSTORE_INVALID_KEYS', `current KEK "${keys.current}" is not among the keys`);
    }
    return new LocalKekProvider(keys.current, keks);
  }

  wrap(dek: Uint8Array): Promise<Uint8Array> {
    const cipher = createCipheriv('id-aes256-wrap', this.kek(this.currentKekId), KEY_WRAP_IV);
    return Promise.resolve(Buffer.concat([cipher.update(dek), cipher.final()]));
  }

  unwrap(kekId: string, wrapped: Uint8Array): Promise<Uint8Array> {
    const kek = this.kek(kekId);
    try {
      const decipher = createDecipheriv('id-aes256-wrap', kek, KEY_WRAP_IV);
      return Promise.resolve(Buffer.concat([decipher.update(wrapped), decipher.final()]));
    } catch {
      throw new KeystoreError('KEYSTORE_TAMPERED', `the wrapped key does not open under KEK "${kekId}"`);
    }
  }

  private kek(id: string): KeyObject {
    const kek = this.keks.get(id);
    if (!kek) throw new KeystoreError('KEYSTORE_UNKNOWN_KEK', `KEK "${id}" is not configured`);
    return kek;
  }
}

function importKek(id: string, value: string): KeyObject {
  if (!KEK_ID.test(id)) throw new KeystoreError('KEYSTORE_INVALID_KEYS', `"${id}" is not a KEK id`);
  const bytes = Buffer.from(value, 'base64url');
  if (bytes.length !== KEK_BYTES) {
    throw new KeystoreError('KEYSTORE_INVALID_KEYS', `KEK "${id}" has ${bytes.length} bytes, not ${KEK_BYTES}`);
  }
  return createSecretKey(bytes);
}
