import { createHash, createHmac, type KeyObject } from 'node:crypto';

const LABEL = 'keystore kek fingerprint 1';
const FINGERPRINT_HEX_DIGITS = 32;

/** Of the key itself: HMAC-SHA-256 of a label under it, cut to 16 bytes. */
export const fingerprintOfKey = (kek: KeyObject): string =>
  createHmac('sha256', kek).update(LABEL).digest('hex').slice(0, FINGERPRINT_HEX_DIGITS);

/** Of a key that never leaves its store: SHA-256 of a label and what identifies the key there, cut to 16 bytes. */
export const fingerprintOfIdentity = (identity: readonly (string | number)[]): string =>
  createHash('sha256')
    .update(JSON.stringify([LABEL, ...identity]))
    .digest('hex')
    .slice(0, FINGERPRINT_HEX_DIGITS);
