import { type SigningKey } from '#libs/dcm';

/** Port: our key records at DCM. Every method throws DcmError. */
export abstract class KeyRegistry {
  /** Whether DCM takes a token of this key now. Starts nothing. */
  abstract accepts(key: SigningKey): Promise<boolean>;
  /** @returns guid of the record that holds the key */
  abstract find(key: SigningKey): Promise<string | undefined>;
  abstract register(key: SigningKey): Promise<void>;
  /** The key that was in the record stops verifying at once. A record that DCM has lost is made anew. */
  abstract replace(recordGuid: string, key: SigningKey): Promise<void>;
}
