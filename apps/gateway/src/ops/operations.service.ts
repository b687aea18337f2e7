import { Injectable } from '@nestjs/common';
import { type ApiKeySummary, ApiKeysService, type KeyLimits } from '../accounts/api-keys.service.js';
import { type ClientKeySummary } from '../accounts/client-key.repository.js';
import {
  type AccountSummary,
  isHttpsWhereLive,
  MerchantAccountsService,
} from '../accounts/merchant-accounts.service.js';
import { type AuditEntry, AuditService } from '../audit/audit.service.js';
import { BankSessionsService } from '../payments/bank-access/bank-sessions.service.js';
import { ClientKeysService, type PublicClientKey } from '../payments/bank-access/client-keys.service.js';
import { invalid } from '../http/validation.js';
import { type ChangeAccount, type CreateAccount, HTTPS_WHERE_LIVE } from './ops.dto.js';

export type AccountView = AccountSummary & { readonly clientKeys: readonly ClientKeySummary[] };

/** `key` is shown this once: what is kept is its hash. */
export interface NewApiKey {
  readonly id: string;
  readonly key: string;
}

/** Who asks: the same operations are open to the REST routes and to the command line. */
export type Actor = AuditEntry['actor'];

/** Everything an operator changes, each with its line in the audit. */
@Injectable()
export class OperationsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly apiKeys: ApiKeysService,
    private readonly clientKeys: ClientKeysService,
    private readonly sessions: BankSessionsService,
    private readonly audit: AuditService,
  ) {}

  accountList(): Promise<AccountSummary[]> {
    return this.accounts.list();
  }

  async account(id: string): Promise<AccountView> {
    return { ...(await this.accounts.summary(id)), clientKeys: await this.clientKeys.list(id) };
  }

  /** @returns the account and the public half of its first client key, to hand to the bank */
  async createAccount(actor: Actor, body: CreateAccount): Promise<AccountView & { publicKey: PublicClientKey }> {
    const { clientKey, ...settings } = body;
    const id = await this.accounts.create(settings);
    await this.audit.record({ accountId: id, actor, action: 'account.create', detail: { name: settings.name } });
    const publicKey = await this.addClientKey(actor, id, clientKey);
    return { ...(await this.account(id)), publicKey };
  }

  async changeAccount(actor: Actor, id: string, changes: ChangeAccount): Promise<AccountView> {
    const { environment } = await this.accounts.summary(id);
    if (changes.baseUrl !== undefined && !isHttpsWhereLive({ environment, baseUrl: changes.baseUrl })) {
      throw invalid([{ path: 'baseUrl', message: HTTPS_WHERE_LIVE }]);
    }
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    await this.accounts.change(id, given);
    await this.audit.record({
      accountId: id,
      actor,
      action: 'account.change',
      detail: { changed: Object.keys(given) },
    });
    return this.account(id);
  }

  async createApiKey(actor: Actor, id: string, limits: KeyLimits = {}): Promise<NewApiKey> {
    const { environment } = await this.accounts.summary(id);
    const made = await this.apiKeys.create(id, environment, limits);
    const detail = { keyId: made.id, hint: made.key.slice(0, 12), ...limits };
    await this.audit.record({ accountId: id, actor, action: 'api_key.create', detail });
    return made;
  }

  apiKeyList(id: string): Promise<ApiKeySummary[]> {
    return this.apiKeys.list(id);
  }

  async revokeApiKey(actor: Actor, id: string, keyId: string): Promise<void> {
    await this.apiKeys.revoke(id, keyId);
    await this.audit.record({ accountId: id, actor, action: 'api_key.revoke', detail: { keyId } });
  }

  /** @param jwk a private JWK; a pair is made here when undefined */
  async addClientKey(actor: Actor, id: string, jwk: object | undefined): Promise<PublicClientKey> {
    const key = jwk === undefined ? await this.clientKeys.generate(id) : await this.clientKeys.add(id, jwk);
    const action = jwk === undefined ? 'client_key.generate' : 'client_key.import';
    await this.audit.record({ accountId: id, actor, action, detail: { keyId: key.id } });
    return key;
  }

  async activateClientKey(actor: Actor, id: string, keyId: string): Promise<void> {
    await this.clientKeys.activate(id, keyId);
    await this.audit.record({ accountId: id, actor, action: 'client_key.activate', detail: { keyId } });
  }

  async retireClientKey(actor: Actor, id: string, keyId: string): Promise<void> {
    await this.clientKeys.retire(id, keyId);
    await this.audit.record({ accountId: id, actor, action: 'client_key.retire', detail: { keyId } });
  }

  async renewSession(actor: Actor, id: string): Promise<{ version: number }> {
    const version = await this.sessions.renew(id);
    await this.audit.record({ accountId: id, actor, action: 'session.renew', detail: { version } });
    return { version };
  }

  async blockSession(actor: Actor, id: string, reason: string): Promise<void> {
    await this.sessions.block(id, reason);
    await this.audit.record({ accountId: id, actor, action: 'session.block', detail: { reason } });
  }

  async unblockSession(actor: Actor, id: string): Promise<void> {
    const wasBlocked = await this.sessions.unblock(id);
    await this.audit.record({ accountId: id, actor, action: 'session.unblock', detail: { wasBlocked } });
  }
}
