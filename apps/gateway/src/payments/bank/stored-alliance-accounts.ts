import { Injectable } from '@nestjs/common';
import { type AllianceAccount, AllianceAccounts, CommunicationKey } from '#libs/alliance';
import { AccountError } from '../../accounts/account-error.js';
import { type MerchantAccount, MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';

/** Merchant accounts as the bank client wants them; keys are imported once per opened account. */
@Injectable()
export class StoredAllianceAccounts extends AllianceAccounts {
  private readonly imported = new WeakMap<MerchantAccount, Promise<AllianceAccount>>();

  constructor(private readonly accounts: MerchantAccountsService) {
    super();
  }

  override async load(accountId: string): Promise<AllianceAccount> {
    const account = await this.accounts.open(accountId);
    const known = this.imported.get(account);
    if (known) return known;
    const imported = importAccount(account);
    this.imported.set(account, imported);
    return imported;
  }
}

async function importAccount(account: MerchantAccount): Promise<AllianceAccount> {
  const keys = account.clientKeys.map(({ jwk }) => CommunicationKey.import(JSON.parse(jwk)));
  const [clientKey, ...otherClientKeys] = await Promise.all(keys);
  if (!clientKey)
    throw new AccountError('CLIENT_KEY_NOT_FOUND', `merchant account ${account.id} has no client key yet`);
  return {
    id: account.id,
    baseUrl: new URL(account.baseUrl),
    merchantId: account.bankMerchantId,
    serviceCode: account.serviceCode,
    clientKey,
    otherClientKeys,
  };
}
