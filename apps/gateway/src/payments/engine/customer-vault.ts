import { Injectable } from '@nestjs/common';
import { Keystore, type Sealed, type SealPlace } from '#libs/keystore';
import { type Customer } from '../bank/payment-bank.js';
import { type PaymentEntity } from '../store/payment.entity.js';

/** Keeps what the bank wants to know of a customer: sealed at rest, opened only to be sent. */
@Injectable()
export class CustomerVault {
  constructor(private readonly keystore: Keystore) {}

  seal(accountId: string, paymentId: string, customer: Customer): Promise<Sealed> {
    return this.keystore.seal(Buffer.from(JSON.stringify(customer)), customerPlace(accountId, paymentId));
  }

  async open({ merchantAccountId, id, customerSealed }: PaymentEntity): Promise<Customer> {
    if (customerSealed === null) throw new Error(`payment ${id} has no customer`);
    const customer = await this.keystore.open(customerSealed, customerPlace(merchantAccountId, id));
    return JSON.parse(Buffer.from(customer).toString()) as Customer;
  }
}

/** Where the customer of a payment is sealed. */
export const customerPlace = (accountId: string, paymentId: string): SealPlace => ({
  table: 'payment',
  column: 'customer',
  row: paymentId,
  accountId,
  version: 1,
});
