/** A data-encrypting key as it is stored: wrapped under the KEK of that id. */
export interface WrappedDek {
  readonly kekId: string;
  readonly wrapped: Uint8Array;
}

/**
 * Port: wraps data-encrypting keys under versioned key-encrypting keys (local file, Vault transit, AWS KMS).
 * KEK ids are 1–64 characters of `A-Za-z0-9_-`; one that ends in `_v<n>` is of version n, any other of version 1.
 * Every method may reject with KeystoreError `KEYSTORE_UNAVAILABLE` | `KEYSTORE_FORBIDDEN`, and none hangs.
 * @example
 * const { kekId, wrapped } = await keks.wrap(dek);
 * await keks.unwrap(kekId, wrapped); // => dek
 */
export abstract class KekProvider {
  /** Id of the KEK that new DEKs are wrapped under. A provider over the network may be some seconds behind. */
  abstract currentKek(): Promise<string>;
  /** Wraps under the current KEK and says which one that was. */
  abstract wrap(dek: Uint8Array): Promise<WrappedDek>;
  /** The DEK's bytes; the caller wipes them. @throws KeystoreError `KEYSTORE_UNKNOWN_KEK` | `KEYSTORE_RETIRED_KEK` | `KEYSTORE_TAMPERED` */
  abstract unwrap(kekId: string, wrapped: Uint8Array): Promise<Uint8Array>;
  /**
   * Fingerprint by id of each KEK that is not retired: 32 hexadecimal digits that tell nothing about the key, safe to store in the clear. Store
   * them and compare at boot: another fingerprint under a known id is another key.
   */
  abstract fingerprints(): Promise<Readonly<Record<string, string>>>;

  /** Wraps the same DEK under the current KEK. @throws KeystoreError as `unwrap` does */
  async rewrap({ kekId, wrapped }: WrappedDek): Promise<WrappedDek> {
    const dek = await this.unwrap(kekId, wrapped);
    try {
      return await this.wrap(dek);
    } finally {
      dek.fill(0);
    }
  }
}
