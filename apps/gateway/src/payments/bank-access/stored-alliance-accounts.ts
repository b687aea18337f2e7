import { type JsonWebKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type AllianceAccount, AllianceAccounts, AllianceError, CommunicationKey, SigningKey } from '#libs/alliance';
import { AccountError } from '../../accounts/account-error.js';
import { type MerchantAccount, MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { type ClientKey, ClientKeyRepository } from './client-key.repository.js';
import { SigningKeyRepository, type StoredSigningKey } from './signing-key.repository.js';

/** Merchant accounts as the bank client wants them; keys are opened and imported once per opened account. */
@Injectable()
export class StoredAllianceAccounts extends AllianceAccounts {
  private readonly imported = new WeakMap<MerchantAccount, Promise<AllianceAccount>>();

  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly clientKeys: ClientKeyRepository,
    private readonly signingKeys: SigningKeyRepository,
  ) {
    super();
  }

  override async load(accountId: string): Promise<AllianceAccount> {
    const account = await this.accounts.open(accountId);
    const known = this.imported.get(account);
    if (known) return known;
    const keys = Promise.all([this.clientKeys.usable(accountId), this.signingKeys.active(accountId)]);
    const imported = keys.then(([usable, signing]) => importAccount(account, usable, signing));
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
  readonly clientKey: CommunicationKey;
  readonly otherClientKeys: readonly CommunicationKey[];
  readonly signingKey?: SigningKey;
  readonly #account: MerchantAccount;

  constructor(
    account: MerchantAccount,
    [clientKey, ...otherClientKeys]: readonly [CommunicationKey, ...CommunicationKey[]],
    signingKey: SigningKey | undefined,
  ) {
    this.clientKey = clientKey;
    this.otherClientKeys = otherClientKeys;
    if (signingKey) this.signingKey = signingKey;
    this.id = account.id;
    this.baseUrl = new URL(account.baseUrl);
    this.merchantId = account.bankMerchantId;
    this.#account = account;
  }

  get serviceCode(): string {
    return this.#account.serviceCode.reveal();
  }
}

async function importAccount(
  account: MerchantAccount,
  usable: readonly ClientKey[],
  signing: StoredSigningKey | undefined,
): Promise<AllianceAccount> {
  const keys = usable.map(({ jwk }) => CommunicationKey.import(JSON.parse(jwk.reveal())));
  const [clientKey, ...others] = await Promise.all(keys);
  const signingKey = signing && SigningKey.import(JSON.parse(signing.jwk.reveal()) as JsonWebKey, { kid: signing.kid });
  if (clientKey) return new OpenedAccount(account, [clientKey, ...others], signingKey);
  throw new AccountError('CLIENT_KEY_NOT_FOUND', `merchant account ${account.id} has no client key yet`);
}

/** What a call failed with: of accounts, what {@link StoredAllianceAccounts} threw, for others give it a status. */
export const failureOfCall = (error: unknown): unknown =>
  error instanceof AllianceError && error.code === 'ALLIANCE_ACCOUNT_UNAVAILABLE' ? error.cause : error;
