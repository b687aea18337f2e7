declare const sealed: unique symbol;

/** A sealed value: `ks1.<kek id>.<wrapped DEK>.<iv>.<ciphertext and tag>`, base64url members. */
export type Sealed = string & { readonly [sealed]: true };

/**
 * The place a sealed value lives. It is bound into the ciphertext, so a value that is copied to another row,
 * column or account does not open. Recompute it from the row on reading; never store it beside the value.
 */
export interface SealPlace {
  readonly table: string;
  readonly column: string;
  /** Primary key of the row without the account. */
  readonly row: string;
  readonly accountId: string;
  /** Version of the value in that row; grows when the value is replaced. Re-wrapping does not replace it. */
  readonly version: number;
}

/** A fresh DEK that is wrapped already: sealing with it asks nobody, so it cannot fail. */
export interface Sealer {
  seal(plaintext: Uint8Array, place: SealPlace): Sealed;
}

/**
 * Port: encrypts key material and personal data at rest. Whatever needs the KEK provider may also reject with
 * KeystoreError `KEYSTORE_UNAVAILABLE` (retryable) | `KEYSTORE_FORBIDDEN`.
 * @example
 * const box = await keystore.seal(Buffer.from('secret'), place);
 * await keystore.open(box, { ...place, row: 'another' }); // throws { code: 'KEYSTORE_TAMPERED' }
 */
export abstract class Keystore {
  /**
   * A fresh DEK under the current KEK, for a value that is not there yet and must not be lost once it is.
   * @example
   * const sealer = await keystore.prepare(); // a lost KEK is told here, before anything is done
   * const box = sealer.seal(await obtainSecret(), place);
   */
  abstract prepare(): Promise<Sealer>;
  /** Encrypts under the current KEK with a fresh DEK. */
  abstract seal(plaintext: Uint8Array, place: SealPlace): Promise<Sealed>;
  /**
   * @throws KeystoreError `KEYSTORE_UNKNOWN_KEK` | `KEYSTORE_RETIRED_KEK` | `KEYSTORE_TAMPERED` | `KEYSTORE_MALFORMED`
   */
  abstract open(value: string, place: SealPlace): Promise<Uint8Array>;
  /**
   * The same value with its DEK wrapped under the current KEK: IV and ciphertext stay as they are. First checks that
   * the value opens in its place; then returns it unchanged when it already is under the current KEK.
   * @throws KeystoreError as `open` does; the stored value is then still the one to keep
   */
  abstract rewrap(value: string, place: SealPlace): Promise<Sealed>;
  /** Id of the KEK that the value's DEK is wrapped under; opens nothing. @throws KeystoreError `KEYSTORE_MALFORMED` */
  abstract kekIdOf(value: string): string;
}
