import { type CommunicationKey } from './communication-key.js';

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
}

/** Port: where accounts come from. Called on every use; implementations cache. */
export abstract class AllianceAccounts {
  abstract load(accountId: string): Promise<AllianceAccount>;
}
