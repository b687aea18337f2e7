import { type CommunicationKey, type PublicJwk } from '../jwe/communication-key.js';
import { type SigningKey } from '../jws/signing-key.js';

/** One merchant's contract and key at the bank. */
export interface AllianceAccount {
  /** Our own id of the account; the bank never sees it. */
  readonly id: string;
  readonly baseUrl: URL;
  /** The bank's id of the terminal, a UUID; filled into every body that needs it. */
  readonly merchantId: string;
  /** Secret: whoever knows it can replace the session. */
  readonly serviceCode: string;
  readonly clientKey: CommunicationKey;
  /** While the bank switches to another key, answers and callbacks may be encrypted to either. */
  readonly otherClientKeys?: readonly CommunicationKey[];
  /** For Authorization 2.0; calls under it need no session. */
  readonly signingKey?: SigningKey;
  /** The bank's key for card data, see `encryptCardNumber`. */
  readonly paymentKey?: PublicJwk;
}

/** All keys that the bank may encrypt to, the current one first. */
export const clientKeysOf = ({ clientKey, otherClientKeys = [] }: AllianceAccount): readonly CommunicationKey[] => [
  clientKey,
  ...otherClientKeys,
];

/** Port: where accounts come from. Called on every use; implementations cache. */
export abstract class AllianceAccounts {
  abstract load(accountId: string): Promise<AllianceAccount>;
}
