import { AllianceError } from '../error/alliance-error.js';
import { type CommunicationKey, type PublicJwk } from '../jwe/communication-key.js';
import { type SigningKey } from '../jws/signing-key.js';

/** One merchant's contract and keys at the bank. */
export interface AllianceAccount {
  /** Our own id of the account; the bank never sees it. */
  readonly id: string;
  /** The bank's address, with the prefix of a proxy where there is one. */
  readonly baseUrl: URL;
  /** The bank's id of the terminal, a UUID; filled into every body that needs it. */
  readonly merchantId: string;
  /** For Authorization 1.0. Secret: whoever knows it can replace the session. */
  readonly serviceCode?: string;
  /** For Authorization 1.0, and for encrypted callbacks. */
  readonly clientKey?: CommunicationKey;
  /** While the bank switches to another key, answers and callbacks may be encrypted to either. */
  readonly otherClientKeys?: readonly CommunicationKey[];
  /** For Authorization 2.0; calls under it need neither service code nor session. */
  readonly signingKey?: SigningKey;
  /** The bank's key for card data, see `encryptCardNumber`. */
  readonly paymentKey?: PublicJwk;
}

/**
 * All keys that the bank may encrypt to, the current one first; none for an account of Authorization 2.0 alone.
 * @example
 * const callback = await decodeCallback(body, clientKeysOf(account));
 */
export const clientKeysOf = ({ clientKey, otherClientKeys = [] }: AllianceAccount): readonly CommunicationKey[] => [
  ...(clientKey ? [clientKey] : []),
  ...otherClientKeys,
];

/**
 * Port: where accounts come from. Called on every use; implementations cache.
 * @example
 * class ShopAccounts extends AllianceAccounts {
 *   override load(accountId: string): Promise<AllianceAccount> {
 *     return accountFromDatabase(accountId);
 *   }
 * }
 */
export abstract class AllianceAccounts {
  /** Whatever it throws reaches the caller as AllianceError `ALLIANCE_ACCOUNT_UNAVAILABLE`, with it as the cause. */
  abstract load(accountId: string): Promise<AllianceAccount>;
}

/**
 * The account, with what every call needs of it.
 * @throws AllianceError `ALLIANCE_ACCOUNT_UNAVAILABLE` | `ALLIANCE_NOT_CONFIGURED`
 */
export async function loadAccount(accounts: AllianceAccounts, accountId: string): Promise<AllianceAccount> {
  let account: AllianceAccount;
  try {
    account = await accounts.load(accountId);
  } catch (error) {
    if (error instanceof AllianceError) throw error;
    throw accountUnavailable(accountId, 'account_loader', error);
  }
  const wrong = wrongMemberOf(account);
  if (wrong !== undefined) throw notConfigured(accountId, wrong);
  return account;
}

/** Nothing has left. */
export function accountUnavailable(accountId: string, reason: string, cause?: unknown): AllianceError {
  const message = `The account ${accountId} could not be loaded`;
  return new AllianceError('ALLIANCE_ACCOUNT_UNAVAILABLE', message, {
    reason,
    noEffect: true,
    ...(cause ? { cause } : {}),
  });
}

/** An account with what sessions of Authorization 1.0 are made of. */
export type SessionAccount = AllianceAccount & Required<Pick<AllianceAccount, 'serviceCode' | 'clientKey'>>;

/** @throws AllianceError `ALLIANCE_NOT_CONFIGURED` for an account of Authorization 2.0 alone */
export function assertSessionAccount(account: AllianceAccount): asserts account is SessionAccount {
  if (!account.serviceCode) throw notConfigured(account.id, 'serviceCode');
  if (!account.clientKey) throw notConfigured(account.id, 'clientKey');
}

/** Names a member and never quotes it. */
export function notConfigured(accountId: string, member: string): AllianceError {
  const message = `The account ${accountId} has no usable ${member}`;
  return new AllianceError('ALLIANCE_NOT_CONFIGURED', message, { member, noEffect: true });
}

/** A loader is somebody else's code, and may give nothing, or an address as text. */
function wrongMemberOf(account: AllianceAccount | undefined): string | undefined {
  const { baseUrl, merchantId }: Partial<AllianceAccount> = account ?? {};
  if (typeof baseUrl?.href !== 'string' || !/^https?:$/.test(baseUrl.protocol)) return 'baseUrl';
  return typeof merchantId === 'string' && merchantId !== '' ? undefined : 'merchantId';
}
