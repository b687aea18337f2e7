import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type KekProvider } from './kek-provider.js';
import { KeystoreError } from './keystore-error.js';
import { Keystore, type Sealed, type SealPlace } from './keystore.js';

const FORMAT = 'ks1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Envelope encryption: KEK wraps a fresh DEK per value, the DEK encrypts with AES-256-GCM and the place as AAD. */
export class EnvelopeKeystore extends Keystore {
  constructor(private readonly keks: KekProvider) {
    super();
  }

  async seal(plaintext: Uint8Array, place: SealPlace): Promise<Sealed> {
    const dek = randomBytes(32);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', dek, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData(place));
    const box = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    const wrapped = Buffer.from(await this.keks.wrap(dek));
    dek.fill(0);
    return [FORMAT, this.keks.currentKekId, encode(wrapped), encode(iv), encode(box)].join('.') as Sealed;
  }

  async open(value: string, place: SealPlace): Promise<Uint8Array> {
    const { kekId, wrapped, iv, box } = parse(value);
    const dek = await this.keks.unwrap(kekId, wrapped);
    try {
      const decipher = createDecipheriv('aes-256-gcm', dek, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(additionalData(place)).setAuthTag(box.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(box.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      throw new KeystoreError(
        'KEYSTORE_TAMPERED',
        `the sealed ${place.table}.${place.column} does not open in its place`,
      );
    } finally {
      dek.fill(0);
    }
  }
}

/** A JSON array is unambiguous: no choice of members can imitate another place. */
function additionalData(place: SealPlace): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, place.table, place.column, place.row, place.accountId, place.version]));
}

function parse(value: string): { kekId: string; wrapped: Buffer; iv: Buffer; box: Buffer } {
  const [format, kekId, wrapped, iv, box, ...rest] = value.split('.');
  if (format !== FORMAT || !kekId || !wrapped || !iv || !box || rest.length > 0) {
    throw new KeystoreError('KEYSTORE_MALFORMED', 'not a sealed value of this keystore');
  }
  const parts = { kekId, wrapped: decode(wrapped), iv: decode(iv), box: decode(box) };
  if (parts.iv.length !== IV_BYTES || parts.box.length < TAG_BYTES) {
    throw new KeystoreError('KEYSTORE_MALFORMED', 'the sealed value is truncated');
  }
  return parts;
}

const encode = (bytes: Buffer): string => bytes.toString('base64url');
const decode = (text: string): Buffer => Buffer.from(text, 'base64url');
