import { randomUUID } from 'node:crypto';

export type AccountKind = 'customer' | 'processing' | 'emission';

export interface Account {
  readonly guid: string;
  readonly counterpartyGuid: string;
  readonly kind: AccountKind;
  /** The owner at the bank: customer or key keeper. */
  readonly externalId: string;
  readonly assetCode: string;
  readonly assetIssuer: string;
  /** In the unit of the requests: passed through unchanged (G23). */
  readonly balance: number;
}

export interface Customer {
  readonly guid: string;
  readonly counterpartyGuid: string;
  readonly login: string;
  readonly externalId: string;
  readonly accountGuid: string;
  readonly name: string;
  readonly iban: string;
}

export interface Transfer {
  readonly guid: string;
  readonly counterpartyGuid: string;
  readonly senderId: string;
  readonly receiverId: string;
  readonly amount: number;
  readonly at: string;
}

/** A request for identifiers that waits for DCM's staff. */
export interface Issue {
  readonly counterpartyGuid: string;
  readonly accountGuid: string;
  readonly amount: number;
}

export interface EntitiesSnapshot {
  readonly accounts: readonly Account[];
  readonly customers: readonly Customer[];
  readonly transfers: readonly Transfer[];
  readonly issues: readonly Issue[];
  readonly secrets: readonly (readonly [owner: string, hash: string])[];
}

type Fresh<T> = Omit<T, 'guid'>;

/** Accounts, customers and movements of every counterparty. */
export class Entities {
  private readonly accounts = new Map<string, Account>();
  private readonly customers = new Map<string, Customer>();
  private readonly transfers = new Map<string, Transfer>();
  private readonly issues = new Map<string, Issue>();
  /** Hash of the first secret per counterparty and external id (G17). */
  private readonly secrets = new Map<string, string>();

  openAccount(account: Fresh<Account>): Account {
    return this.keep(this.accounts, { ...account, guid: randomUUID() });
  }

  account(guid: string): Account | undefined {
    return this.accounts.get(guid.toLowerCase());
  }

  accountOfKind(counterpartyGuid: string, kind: AccountKind): Account | undefined {
    return this.accountsOf(counterpartyGuid).find((account) => account.kind === kind);
  }

  accountsOf(counterpartyGuid: string): readonly Account[] {
    return [...this.accounts.values()].filter((account) => account.counterpartyGuid === counterpartyGuid);
  }

  addCustomer(customer: Fresh<Customer>): Customer {
    return this.keep(this.customers, { ...customer, guid: randomUUID() });
  }

  /** Logins are unique on the whole platform. */
  customerOfLogin(login: string): Customer | undefined {
    return [...this.customers.values()].find((customer) => customer.login === login);
  }

  customersOf(counterpartyGuid: string): readonly Customer[] {
    return [...this.customers.values()].filter((customer) => customer.counterpartyGuid === counterpartyGuid);
  }

  move(transfer: Fresh<Transfer>): Transfer {
    this.credit(transfer.senderId, -transfer.amount);
    this.credit(transfer.receiverId, transfer.amount);
    return this.keep(this.transfers, { ...transfer, guid: randomUUID() });
  }

  transfer(guid: string): Transfer | undefined {
    return this.transfers.get(guid.toLowerCase());
  }

  openIssue(counterpartyGuid: string): Issue | undefined {
    return this.issues.get(counterpartyGuid);
  }

  requestIssue(issue: Issue): void {
    this.issues.set(issue.counterpartyGuid, issue);
  }

  /** False when none was open. */
  confirmIssue(counterpartyGuid: string): boolean {
    const issue = this.issues.get(counterpartyGuid);
    if (issue) this.credit(issue.accountGuid, issue.amount);
    return this.issues.delete(counterpartyGuid);
  }

  /** False when the bank answered another secret before (G17). */
  knowsSecret(counterpartyGuid: string, externalId: string, hash: string): boolean {
    return (this.secrets.get(`${counterpartyGuid} ${externalId}`) ?? hash) === hash;
  }

  rememberSecret(counterpartyGuid: string, externalId: string, hash: string): void {
    this.secrets.set(`${counterpartyGuid} ${externalId}`, hash);
  }

  clear(): void {
    for (const memory of [this.accounts, this.customers, this.transfers, this.issues, this.secrets]) memory.clear();
  }

  snapshot(): EntitiesSnapshot {
    return {
      accounts: [...this.accounts.values()],
      customers: [...this.customers.values()],
      transfers: [...this.transfers.values()],
      issues: [...this.issues.values()],
      secrets: [...this.secrets],
    };
  }

  load({ accounts, customers, transfers, issues, secrets }: EntitiesSnapshot): void {
    for (const account of accounts) this.keep(this.accounts, account);
    for (const customer of customers) this.keep(this.customers, customer);
    for (const transfer of transfers) this.keep(this.transfers, transfer);
    for (const issue of issues) this.requestIssue(issue);
    for (const [owner, hash] of secrets) this.secrets.set(owner, hash);
  }

  private keep<T extends { guid: string }>(memory: Map<string, T>, entity: T): T {
    memory.set(entity.guid, entity);
    return entity;
  }

  private credit(accountGuid: string, amount: number): void {
    const account = this.account(accountGuid);
    if (account) this.keep(this.accounts, { ...account, balance: account.balance + amount });
  }
}
