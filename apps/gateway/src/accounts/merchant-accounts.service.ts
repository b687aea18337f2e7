import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Keystore, type Sealed, type SealPlace } from '#libs/keystore';
import { newId } from '../database/id.js';
import { transactionGuard } from '../database/transaction-guard.js';
import { RecentValues } from '../timing/recent-values.js';
import { AccountError } from './account-error.js';
import { type MerchantAccountEntity } from './merchant-account.entity.js';
import { SecretText } from './secret-text.js';
import { MerchantAccountRepository, type NewMerchantAccount } from './merchant-account.repository.js';

/** What an operator says of a merchant account. */
export interface AccountSettings {
  readonly name: string;
  readonly environment: 'test' | 'live';
  readonly baseUrl: string;
  readonly bankMerchantId: string;
  /** The bank's `merchantId` of the terminal for transfers between accounts; null: there is none. */
  readonly a2aMerchantId: string | null;
  readonly serviceCode: string;
  /** The bank's public JWK for card data. */
  readonly paymentKey: Record<string, string> | null;
  /** Origins of the pages that may show the card fields, see {@link shopOrigin}; null: none. */
  readonly shopOrigins: string[] | null;
  readonly protocolVersion: '1.0' | '2.0';
  readonly paymentTypes: string[];
}

/** What an environment says of an account: the rest is a default, which must not undo what an operator set. */
export type EnvironmentSettings = Omit<AccountSettings, keyof typeof NEW_ACCOUNT> & Partial<typeof NEW_ACCOUNT>;
const NEW_ACCOUNT: Pick<AccountSettings, 'protocolVersion' | 'paymentTypes'> = {
  protocolVersion: '1.0',
  paymentTypes: ['hosted_page'],
};

/** A merchant account with its secrets opened. Never log one, never put one in an error. */
export interface MerchantAccount extends Omit<AccountSettings, 'serviceCode'> {
  readonly id: string;
  readonly serviceCode: SecretText;
  /** Grows with every change. */
  readonly version: number;
  /** 32 bytes; derives request ids and fingerprints. */
  readonly secret: KeyObject;
}

/** An account as it may be shown. */
export type AccountSummary = Omit<AccountSettings, 'serviceCode'> &
  Pick<MerchantAccountEntity, 'id' | 'version' | 'createdAt' | 'updatedAt'>;

/** Other processes see a changed account after at most this long. The number is for installations with very many. */
const CACHE = { maxAgeMs: 10_000, maxEntries: 1_000 };

@Injectable()
export class MerchantAccountsService {
  private readonly cache = new RecentValues<MerchantAccount>(CACHE);

  constructor(
    private readonly accounts: MerchantAccountRepository,
    private readonly keystore: Keystore,
  ) {}

  /** The account with its secrets opened; kept in memory for some seconds. @throws AccountError `ACCOUNT_NOT_FOUND` */
  async open(id: string): Promise<MerchantAccount> {
    const account = await this.find(id);
    if (!account) throw new AccountError('ACCOUNT_NOT_FOUND', `there is no merchant account ${id}`);
    return account;
  }

  /** As {@link open}, for ids that strangers send. Accounts that do not exist are not remembered. */
  async find(id: string): Promise<MerchantAccount | undefined> {
    transactionGuard.forbid('opening an account');
    const cached = this.cache.get(id);
    if (cached) return cached;
    const row = await this.accounts.find(id);
    if (!row) return undefined;
    const account = await this.openRow(row);
    this.cache.set(id, account);
    return account;
  }

  async list(): Promise<AccountSummary[]> {
    return (await this.accounts.list()).map(summaryOf);
  }

  /** @throws AccountError `ACCOUNT_NOT_FOUND` */
  async summary(id: string): Promise<AccountSummary> {
    return summaryOf(await this.row(id));
  }

  /** Creates an account. @returns its id @throws AccountError `ACCOUNT_EXISTS` */
  async create(settings: AccountSettings): Promise<string> {
    const id = newId('acc');
    const secret = randomBytes(32).toString('base64url');
    if (await this.accounts.insert(await this.sealRow(id, 1, settings, secret))) return id;
    throw new AccountError('ACCOUNT_EXISTS', 'this terminal of the bank already has a merchant account');
  }

  /** Changes what is given and leaves the rest. @throws AccountError `ACCOUNT_NOT_FOUND` | `ACCOUNT_CHANGED` */
  async change(id: string, changes: Partial<AccountSettings>): Promise<void> {
    const row = await this.row(id);
    const current = await this.openRow(row);
    const settings = { ...settingsOf(current), ...changes };
    if (settings.environment !== current.environment) {
      throw new AccountError(
        'ACCOUNT_INVALID',
        `the account of this terminal is a ${current.environment} account and stays one, as do its API keys and payments: create another account`,
      );
    }
    if (!isHttpsWhereLive(settings)) {
      throw new AccountError('ACCOUNT_INVALID', 'the bank address of a live account must be https');
    }
    if (JSON.stringify(settings) === JSON.stringify(settingsOf(current))) return;
    const next = await this.sealRow(id, row.version + 1, settings, current.secret.export().toString('base64url'));
    if (!(await this.accounts.replace(next, row.version))) {
      throw new AccountError('ACCOUNT_CHANGED', 'somebody else changed the account meanwhile: read it again');
    }
    this.forget(id);
  }

  /**
   * Applies what the environment says, once for every change of it: what an operator changed meanwhile stays.
   * @param facts all that the environment says, secrets included; only an HMAC of it is kept
   * @param also what else the environment brings; until it is done, the environment counts as not applied
   * @returns the account's id
   */
  async applyEnvironment(
    settings: EnvironmentSettings,
    facts: readonly string[],
    also: (accountId: string) => Promise<void>,
  ): Promise<string> {
    const row = await this.accounts.findByTerminal(settings.baseUrl, settings.bankMerchantId);
    const known = row ? markOf((await this.openRow(row)).secret, facts) : undefined;
    if (row && row.provisionedMark === known) return row.id;
    const id = await this.install(settings);
    await also(id);
    await this.accounts.setProvisionedMark(id, markOf((await this.open(id)).secret, facts));
    return id;
  }

  /** The account of this terminal, brought up to date or created; a member that is null or absent is left as it is. @returns its id */
  async install(settings: EnvironmentSettings): Promise<string> {
    const { baseUrl, bankMerchantId } = settings;
    const known = await this.accounts.findByTerminal(baseUrl, bankMerchantId);
    if (!known) {
      const id = await this.createUnlessThere({ ...NEW_ACCOUNT, ...settings });
      if (id !== undefined) return id;
    }
    const row = known ?? (await this.accounts.findByTerminal(baseUrl, bankMerchantId));
    if (!row) throw new AccountError('ACCOUNT_CHANGED', 'somebody else changed the account meanwhile: read it again');
    const given = Object.entries(settings).filter(([, value]) => value !== null);
    await this.change(row.id, Object.fromEntries(given));
    return row.id;
  }

  /** @returns undefined when another process was faster with the same terminal */
  private async createUnlessThere(settings: AccountSettings): Promise<string | undefined> {
    try {
      return await this.create(settings);
    } catch (error) {
      if (error instanceof AccountError && error.code === 'ACCOUNT_EXISTS') return undefined;
      throw error;
    }
  }

  /** To be called when something that belongs to the account has changed. */
  forget(id: string): void {
    this.cache.delete(id);
  }

  private async row(id: string): Promise<MerchantAccountEntity> {
    const row = await this.accounts.find(id);
    if (!row) throw new AccountError('ACCOUNT_NOT_FOUND', `there is no merchant account ${id}`);
    return row;
  }

  private async openRow(row: MerchantAccountEntity): Promise<MerchantAccount> {
    const opened = async (column: string, value: string): Promise<string> =>
      Buffer.from(await this.keystore.open(value, accountPlace(row.id, row.version, column))).toString();
    const [serviceCode, secret] = await Promise.all([
      opened('serviceCode', row.serviceCodeSealed),
      opened('accountSecret', row.accountSecretSealed),
    ]);
    return {
      ...summaryOf(row),
      serviceCode: SecretText.of(serviceCode),
      secret: createSecretKey(secret, 'base64url'),
    };
  }

  private async sealRow(
    id: string,
    version: number,
    settings: AccountSettings,
    secret: string,
  ): Promise<NewMerchantAccount> {
    const sealed = (column: string, value: string): Promise<Sealed> =>
      this.keystore.seal(Buffer.from(value), accountPlace(id, version, column));
    const { serviceCode, ...open } = settings;
    return {
      ...{ id, version, ...open },
      serviceCodeSealed: await sealed('serviceCode', serviceCode),
      accountSecretSealed: await sealed('accountSecret', secret),
    };
  }
}

/** Real money goes over TLS only. */
export const isHttpsWhereLive = ({ environment, baseUrl }: Pick<AccountSettings, 'environment' | 'baseUrl'>): boolean =>
  environment === 'test' || new URL(baseUrl).protocol === 'https:';

const markOf = (secret: KeyObject, facts: readonly string[]): string =>
  createHmac('sha256', secret)
    .update(JSON.stringify(['environment', ...facts]))
    .digest('base64url');

/** Where a secret of an account is sealed. */
export const accountPlace = (id: string, version: number, column: string): SealPlace => ({
  table: 'merchant_account',
  column,
  row: id,
  accountId: id,
  version,
});

function settingsOf(account: MerchantAccount): AccountSettings {
  const { name, environment, baseUrl, bankMerchantId, a2aMerchantId } = account;
  const { paymentKey, shopOrigins, protocolVersion, paymentTypes } = account;
  const serviceCode = account.serviceCode.reveal();
  return {
    ...{ name, environment, baseUrl, bankMerchantId, a2aMerchantId, serviceCode },
    ...{ paymentKey, shopOrigins, protocolVersion, paymentTypes },
  };
}

function summaryOf(row: MerchantAccountEntity): AccountSummary {
  const { id, name, environment, baseUrl, bankMerchantId, a2aMerchantId } = row;
  const { paymentKey, shopOrigins, protocolVersion, paymentTypes } = row;
  const { version, createdAt, updatedAt } = row;
  return {
    id,
    name,
    environment,
    baseUrl,
    bankMerchantId,
    a2aMerchantId,
    paymentKey,
    shopOrigins,
    protocolVersion,
    paymentTypes,
    version,
    createdAt,
    updatedAt,
  };
}
