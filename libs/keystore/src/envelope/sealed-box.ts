import { isKekId } from '../kek/kek-ring.js';
import { KeystoreError } from '../error/keystore-error.js';
import { type Sealed } from './keystore.js';

export const FORMAT = 'ks1';
export const IV_BYTES = 12;
export const TAG_BYTES = 16;

/** The members of a sealed value. */
export interface SealedBox {
  readonly kekId: string;
  readonly wrapped: Uint8Array;
  readonly iv: Uint8Array;
  /** Ciphertext, then the tag. */
  readonly box: Uint8Array;
}

export function formatBox({ kekId, wrapped, iv, box }: SealedBox): Sealed {
  return [FORMAT, kekId, ...[wrapped, iv, box].map((bytes) => Buffer.from(bytes).toString('base64url'))].join(
    '.',
  ) as Sealed;
}

/** @throws KeystoreError `KEYSTORE_MALFORMED` */
export function parseBox(value: string): SealedBox {
  const [format, kekId, wrapped, iv, box, ...rest] = value.split('.');
  if (format !== FORMAT || !kekId || !wrapped || !iv || !box || rest.length > 0 || !isKekId(kekId)) {
    throw new KeystoreError('KEYSTORE_MALFORMED', 'not a sealed value of this keystore');
  }
  const parts = { kekId, wrapped: decode(wrapped), iv: decode(iv), box: decode(box) };
  if (parts.iv.length !== IV_BYTES || parts.box.length < TAG_BYTES) {
    throw new KeystoreError('KEYSTORE_MALFORMED', 'the sealed value is truncated');
  }
  return parts;
}

/** One spelling per value: Node's decoder skips foreign characters and ignores unused bits. */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) {
    throw new KeystoreError('KEYSTORE_MALFORMED', 'a member of the sealed value is not base64url');
  }
  return bytes;
}
