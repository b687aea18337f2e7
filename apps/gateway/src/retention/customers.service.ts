import { Injectable } from '@nestjs/common';
import { Keystore } from '#libs/keystore';
import { MerchantAccountsService } from '../accounts/merchant-accounts.service.js';
import { customerDigestOf } from '../payments/api/customer-digest.js';
import { type Customer } from '../payments/bank/customer.js';
import { customerPlace } from '../payments/engine/customer-vault.js';
import { RetentionError } from './retention-error.js';
import { CustomersRepository, type Found, type Touched } from './store/customers.repository.js';

/** How a customer is named: by one of them. */
export interface CustomerName {
  readonly customer?: string | undefined;
  readonly email?: string | undefined;
  readonly reference?: string | undefined;
}

export interface ErasureReport {
  readonly dryRun: boolean;
  /** Ids of payments, verifications and payouts whose customer it was. */
  readonly payments: readonly string[];
  readonly tables: readonly Touched[];
}

/** Named in a refusal; there may be many more. */
const NAMED = 10;

/** Takes a customer out of everything that is kept, and leaves the books. */
@Injectable()
export class CustomersService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly customers: CustomersRepository,
    private readonly keystore: Keystore,
  ) {}

  /** @throws RetentionError `CUSTOMER_NOT_FOUND` | `CUSTOMER_BUSY`, AccountError `ACCOUNT_NOT_FOUND` */
  async erase(accountId: string, name: CustomerName, dryRun: boolean): Promise<ErasureReport> {
    const found = await this.find(accountId, name);
    const open = await this.customers.open(found);
    if (open.length > 0) {
      const more = open.length > NAMED ? ` and ${open.length - NAMED} more` : '';
      throw new RetentionError('CUSTOMER_BUSY', `${open.slice(0, NAMED).join(', ')}${more}`);
    }
    const tables = await (dryRun ? this.customers.count(found) : this.customers.erase(found));
    const isThere = tables.some(({ rows }) => rows > 0);
    if (!isThere) throw new RetentionError('CUSTOMER_NOT_FOUND', 'nothing is kept of a customer of that name');
    return { dryRun, payments: found.payments, tables };
  }

  private async find(accountId: string, { customer, email, reference }: CustomerName): Promise<Found> {
    const { secret } = await this.accounts.open(accountId);
    const digests = customer === undefined ? [] : [customerDigestOf(secret, customer)];
    const lists = [
      ...digests.map((digest) => this.customers.byDigest(accountId, digest)),
      ...(reference === undefined ? [] : [this.customers.byReference(accountId, reference)]),
      ...(email === undefined ? [] : [this.byEmail(accountId, email)]),
    ];
    return { accountId, payments: [...new Set((await Promise.all(lists)).flat())], digests };
  }

  /** Every customer of the account is opened for it: their addresses are kept sealed only. */
  private async byEmail(accountId: string, email: string): Promise<string[]> {
    const found: string[] = [];
    for (let after = ''; ;) {
      const page = await this.customers.sealedCustomers(accountId, after);
      for (const { id, sealed } of page) {
        const opened = await this.keystore.open(sealed, customerPlace(accountId, id));
        const customer = JSON.parse(Buffer.from(opened).toString()) as Customer;
        if (customer.email !== undefined && plain(customer.email) === plain(email)) found.push(id);
      }
      const last = page.at(-1);
      if (!last) return found;
      after = last.id;
    }
  }
}

const plain = (email: string): string => email.trim().toLowerCase();
