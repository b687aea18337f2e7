import { Injectable } from '@nestjs/common';
import { Keystore, type Sealed, type SealPlace } from '#libs/keystore';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { PaymentLinks } from '../../payments/bank/payment-links.js';
import { type Customer } from '../../payments/bank/payment-bank.js';
import { type SubscriptionEntity } from '../store/subscription.entity.js';

/** What only the bank is told of a subscription: its customer, sealed at rest, and secret addresses of ours. */
@Injectable()
export class SubscriptionVault {
  constructor(
    private readonly keystore: Keystore,
    private readonly accounts: MerchantAccountsService,
    private readonly links: PaymentLinks,
  ) {}

  /** Where the bank calls back, and sends the customer. */
  async addresses({ merchantAccountId, id }: SubscriptionEntity) {
    const account = await this.accounts.open(merchantAccountId);
    return { callbackUrl: this.links.callbackUrl(account, id), returnUrl: this.links.returnUrl(account, id) };
  }

  seal(accountId: string, id: string, customer: Customer): Promise<Sealed> {
    return this.keystore.seal(Buffer.from(JSON.stringify(customer)), subscriberPlace(accountId, id));
  }

  async open({ merchantAccountId, id, customerSealed }: SubscriptionEntity): Promise<Customer> {
    if (customerSealed === null) throw new Error(`the customer of ${id} is erased`);
    const customer = await this.keystore.open(customerSealed, subscriberPlace(merchantAccountId, id));
    return JSON.parse(Buffer.from(customer).toString()) as Customer;
  }
}

/** Where the customer of a subscription is sealed. */
export const subscriberPlace = (accountId: string, id: string): SealPlace => ({
  table: 'subscription',
  column: 'customer',
  row: id,
  accountId,
  version: 1,
});
