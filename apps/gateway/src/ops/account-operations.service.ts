import { Injectable } from '@nestjs/common';
import { ApiKeysService, type KeyLimits } from '../accounts/api-keys.service.js';
import { type ClientKeySummary } from '../payments/bank-access/client-key.repository.js';
import {
  type AccountSummary,
  isHttpsWhereLive,
  MerchantAccountsService,
} from '../accounts/merchant-accounts.service.js';
import { ClientKeysService, type PublicClientKey, readClientKey } from '../payments/bank-access/client-keys.service.js';
import { invalid } from '../http/validation.js';
import { type ChangeAccount, type CreateAccount, HTTPS_WHERE_LIVE } from './ops.dto.js';

export type AccountView = AccountSummary & { readonly clientKeys: readonly ClientKeySummary[] };

/** `key` is shown this once: what is kept is its hash. */
export interface NewApiKey {
  readonly id: string;
  readonly key: string;
}

/** An account with its client keys, as an operator sees and changes it. */
@Injectable()
export class AccountOperations {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly apiKeys: ApiKeysService,
    private readonly clientKeys: ClientKeysService,
  ) {}

  list(): Promise<AccountSummary[]> {
    return this.accounts.list();
  }

  async view(id: string): Promise<AccountView> {
    return { ...(await this.accounts.summary(id)), clientKeys: await this.clientKeys.list(id) };
  }

  /** @returns the account and the public half of its first client key, to hand to the bank */
  async create({ clientKey, ...settings }: CreateAccount): Promise<AccountView & { publicKey: PublicClientKey }> {
    if (clientKey !== undefined) await readClientKey(clientKey, settings.environment); // before there is an account
    const id = await this.accounts.create(settings);
    const publicKey = await this.addClientKey(id, clientKey);
    return { ...(await this.view(id)), publicKey };
  }

  /** @param given only what is to change */
  async change(id: string, given: ChangeAccount): Promise<AccountView> {
    const { environment } = await this.accounts.summary(id);
    if (given.baseUrl !== undefined && !isHttpsWhereLive({ environment, baseUrl: given.baseUrl })) {
      throw invalid([{ path: 'baseUrl', message: HTTPS_WHERE_LIVE }]);
    }
    await this.accounts.change(id, given);
    return this.view(id);
  }

  async createApiKey(id: string, limits: KeyLimits): Promise<NewApiKey> {
    const { environment } = await this.accounts.summary(id);
    return this.apiKeys.create(id, environment, limits);
  }

  /** @param jwk a private JWK; a pair is made here when undefined */
  addClientKey(id: string, jwk: object | undefined): Promise<PublicClientKey> {
    return jwk === undefined ? this.clientKeys.generate(id) : this.clientKeys.add(id, jwk);
  }
}
