import { Injectable } from '@nestjs/common';
import { type MerchantAccount, MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { SigningKeysService } from '../../payments/bank-access/signing-keys.service.js';
import { SubscriptionError } from '../subscription-error.js';

/** Accounts, and whether they can have plans and subscriptions. */
@Injectable()
export class RecurringAccounts {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly signingKeys: SigningKeysService,
  ) {}

  open(accountId: string): Promise<MerchantAccount> {
    return this.accounts.open(accountId);
  }

  /** @throws SubscriptionError `RECURRING_UNAVAILABLE` */
  async able(accountId: string): Promise<MerchantAccount> {
    if (await this.signingKeys.isThere(accountId)) return this.accounts.open(accountId);
    throw new SubscriptionError('RECURRING_UNAVAILABLE', 'the account has no key to sign requests with');
  }
}
