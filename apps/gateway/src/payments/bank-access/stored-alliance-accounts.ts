import { Injectable } from '@nestjs/common';
import { type AllianceAccount, AllianceAccounts, AllianceError, CommunicationKey } from '#libs/alliance';
import { AccountError } from '../../accounts/account-error.js';
import { type MerchantAccount, MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { type ClientKey, ClientKeyRepository } from './client-key.repository.js';

/** Merchant accounts as the bank client wants them; keys are opened and imported once per opened account. */
@Injectable()
export class StoredAllianceAccounts extends AllianceAccounts {
  private readonly imported = new WeakMap<MerchantAccount, Promise<AllianceAccount>>();

  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly clientKeys: ClientKeyRepository,
  ) {
    super();
  }

  override async load(accountId: string): Promise<AllianceAccount> {
    const account = await this.accounts.open(accountId);
    const known = this.imported.get(account);
    if (known) return known;
    const imported = this.clientKeys.usable(accountId).then((keys) => importAccount(account, keys));
    this.imported.set(account, imported);
    imported.catch(() => this.imported.delete(account)); // a failure is not remembered
    return imported;
  }
}

/** The service code is read when it is sent, and is no member that an inspection would show. */
class OpenedAccount implements AllianceAccount {
  readonly id: string;
  readonly baseUrl: URL;
  readonly merchantId: string;
  readonly #account: MerchantAccount;

  constructor(
    account: MerchantAccount,
    readonly clientKey: CommunicationKey,
    readonly otherClientKeys: readonly CommunicationKey[],
  ) {
    this.id = account.id;
    this.baseUrl = new URL(account.baseUrl);
    this.merchantId = account.bankMerchantId;
    this.#account = account;
  }

  get serviceCode(): string {
    return this.#account.serviceCode.reveal();
  }
}

async function importAccount(account: MerchantAccount, usable: readonly ClientKey[]): Promise<AllianceAccount> {
  const keys = usable.map(({ jwk }) => CommunicationKey.import(JSON.parse(jwk.reveal())));
  const [clientKey, ...otherClientKeys] = await Promise.all(keys);
  if (clientKey) return new OpenedAccount(account, clientKey, otherClientKeys);
  throw new AccountError('CLIENT_KEY_NOT_FOUND', `merchant account ${account.id} has no client key yet`);
}

/** What a call failed with: of accounts, what {@link StoredAllianceAccounts} threw, for others give it a status. */
export const failureOfCall = (error: unknown): unknown =>
  error instanceof AllianceError && error.code === 'ALLIANCE_ACCOUNT_UNAVAILABLE' ? error.cause : error;
