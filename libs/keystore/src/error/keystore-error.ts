/** What an operator or a caller can tell apart. Only `KEYSTORE_UNAVAILABLE` is worth another try. */
export type KeystoreErrorCode =
  /** Sealed under a KEK that no provider has: wrong or incomplete keys, or another store. */
  | 'KEYSTORE_UNKNOWN_KEK'
  /** Sealed under a KEK below `minVersion`, or disabled where it lives. */
  | 'KEYSTORE_RETIRED_KEK'
  /** The provider did not answer, not in time, or not sensibly. Retryable. */
  | 'KEYSTORE_UNAVAILABLE'
  /** The provider refuses this process: token, policy or credentials. */
  | 'KEYSTORE_FORBIDDEN'
  /** Changed, moved to another place, or another KEK under the same id. */
  | 'KEYSTORE_TAMPERED'
  /** No sealed value of this keystore, or cut off. */
  | 'KEYSTORE_MALFORMED'
  /** The KEKs are configured wrongly; names the member. */
  | 'KEYSTORE_INVALID_KEYS'
  /** `KeystoreModule` is told something that cannot work; the message names the option. */
  | 'KEYSTORE_INVALID_OPTIONS'
  /** The text is no EC P-384 private key; names what is wrong. */
  | 'KEYSTORE_INVALID_PRIVATE_KEY';

/** What went wrong with sealed material. Neither message nor cause ever holds key bytes, tokens or plaintext. */
export class KeystoreError extends Error {
  override readonly name = 'KeystoreError';
  constructor(
    readonly code: KeystoreErrorCode,
    message: string,
  ) {
    super(message);
  }

  /** True when the same call may succeed later without anybody mending anything. */
  get retryable(): boolean {
    return this.code === 'KEYSTORE_UNAVAILABLE';
  }
}
