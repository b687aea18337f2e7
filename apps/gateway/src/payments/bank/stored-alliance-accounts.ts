import { Injectable } from '@nestjs/common';
import { type AllianceAccount, AllianceAccounts, CommunicationKey } from '#libs/alliance';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';

/** Merchant accounts as the bank client wants them; a key is imported once per version of the account. */
@Injectable()
export class StoredAllianceAccounts extends AllianceAccounts {
  private readonly imported = new Map<string, { version: number; account: AllianceAccount }>();

  constructor(private readonly accounts: MerchantAccountsService) {
    super();
  }

  override async load(accountId: string): Promise<AllianceAccount> {
    const account = await this.accounts.open(accountId);
    const known = this.imported.get(accountId);
    if (known?.version === account.version) return known.account;
    const imported: AllianceAccount = {
      id: account.id,
      baseUrl: new URL(account.baseUrl),
      merchantId: account.bankMerchantId,
      serviceCode: account.serviceCode,
      clientKey: await CommunicationKey.import(JSON.parse(account.clientKey)),
    };
    this.imported.set(accountId, { version: account.version, account: imported });
    return imported;
  }
}
