/** Port: wraps data-encrypting keys under versioned key-encrypting keys (local file, Vault transit, AWS KMS). */
export abstract class KekProvider {
  /** Id of the KEK that new DEKs are wrapped under: 1–64 characters of `A-Za-z0-9_-`. */
  abstract readonly currentKekId: string;
  abstract wrap(dek: Uint8Array): Promise<Uint8Array>;
  /** @throws KeystoreError `KEYSTORE_UNKNOWN_KEK` | `KEYSTORE_TAMPERED` */
  abstract unwrap(kekId: string, wrapped: Uint8Array): Promise<Uint8Array>;
}
