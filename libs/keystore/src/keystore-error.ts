export type KeystoreErrorCode =
  'KEYSTORE_UNKNOWN_KEK' | 'KEYSTORE_TAMPERED' | 'KEYSTORE_MALFORMED' | 'KEYSTORE_INVALID_KEYS';

/** What went wrong with sealed material; the message never holds key bytes or plaintext. */
export class KeystoreError extends Error {
  override readonly name = 'KeystoreError';
  constructor(
    readonly code: KeystoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
