import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { DekCache, type DekCacheLimits } from './dek-cache.js';
import { type KekProvider, type WrappedDek } from '../kek/kek-provider.js';
import { KeystoreError } from '../error/keystore-error.js';
import { Keystore, type Sealed, type Sealer, type SealPlace } from './keystore.js';
import { FORMAT, formatBox, IV_BYTES, parseBox, type SealedBox, TAG_BYTES } from './sealed-box.js';

const DEK_BYTES = 32;

/** How an envelope keystore behaves. */
export interface EnvelopeOptions {
  /** Keeps unwrapped DEKs, for providers that are asked over the network. Default: none are kept. */
  readonly dekCache?: DekCacheLimits | undefined;
}

/**
 * Envelope encryption: KEK wraps a fresh DEK per value, the DEK encrypts with AES-256-GCM and the place as AAD.
 * @example
 * const keystore = new EnvelopeKeystore(keks, { dekCache: { maxEntries: 1_000, maxAgeMs: 60_000 } });
 * const box = await keystore.seal(Buffer.from('secret'), place);
 * Buffer.from(await keystore.open(box, place)).toString(); // => 'secret'
 */
export class EnvelopeKeystore extends Keystore {
  readonly #keks: KekProvider;
  readonly #cache: DekCache | undefined;

  /** @throws KeystoreError `KEYSTORE_INVALID_KEYS` when the limits of the cache are none */
  constructor(keks: KekProvider, { dekCache }: EnvelopeOptions = {}) {
    super();
    this.#keks = keks;
    this.#cache = dekCache && new DekCache(dekCache);
  }

  async seal(plaintext: Uint8Array, place: SealPlace): Promise<Sealed> {
    return (await this.prepare()).seal(plaintext, place);
  }

  async prepare(): Promise<Sealer> {
    const bytes = randomBytes(DEK_BYTES);
    try {
      const dek = createSecretKey(bytes);
      const wrapped = await this.#keks.wrap(bytes);
      this.#cache?.put(cacheId(wrapped), dek);
      return { seal: (plaintext, place) => formatBox({ ...wrapped, ...encrypt(plaintext, dek, place) }) };
    } finally {
      bytes.fill(0);
    }
  }

  async open(value: string, place: SealPlace): Promise<Uint8Array> {
    const box = parseBox(value);
    return decrypt(box, await this.#dekOf(box), place);
  }

  async rewrap(value: string, place: SealPlace): Promise<Sealed> {
    const box = parseBox(value);
    const dek = await this.#dekOf(box);
    decrypt(box, dek, place).fill(0);
    if (box.kekId === (await this.#keks.currentKek())) return value as Sealed;
    const wrapped = await this.#keks.rewrap(box);
    await this.#assertWraps(wrapped, dek);
    return formatBox({ ...box, ...wrapped });
  }

  kekIdOf(value: string): string {
    return parseBox(value).kekId;
  }

  /** The old wrapping is about to be overwritten: nobody could bring the DEK back. */
  async #assertWraps(wrapped: WrappedDek, dek: KeyObject): Promise<void> {
    const again = await this.#unwrap(wrapped);
    if (again.equals(dek)) return;
    throw new KeystoreError('KEYSTORE_UNAVAILABLE', `KEK "${wrapped.kekId}" wrapped another key than it was given`);
  }

  #dekOf(wrapped: WrappedDek): Promise<KeyObject> {
    return this.#cache?.take(cacheId(wrapped), () => this.#unwrap(wrapped)) ?? this.#unwrap(wrapped);
  }

  async #unwrap({ kekId, wrapped }: WrappedDek): Promise<KeyObject> {
    const bytes = await this.#keks.unwrap(kekId, wrapped);
    try {
      if (bytes.length === DEK_BYTES) return createSecretKey(bytes);
      throw new KeystoreError('KEYSTORE_TAMPERED', `what KEK "${kekId}" wraps is not a data-encrypting key`);
    } finally {
      bytes.fill(0);
    }
  }
}

const cacheId = ({ kekId, wrapped }: WrappedDek): string => `${kekId}.${Buffer.from(wrapped).toString('base64url')}`;

function encrypt(plaintext: Uint8Array, dek: KeyObject, place: SealPlace): Pick<SealedBox, 'iv' | 'box'> {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', dek, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData(place));
  return { iv, box: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]) };
}

function decrypt({ iv, box }: SealedBox, dek: KeyObject, place: SealPlace): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', dek, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(place)).setAuthTag(box.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(box.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new KeystoreError(
      'KEYSTORE_TAMPERED',
      `the sealed ${place.table}.${place.column} does not open in its place`,
    );
  }
}

/** A JSON array is unambiguous: no choice of members can imitate another place. */
function additionalData(place: SealPlace): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, place.table, place.column, place.row, place.accountId, place.version]));
}
