import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Keystore, type Sealed } from '#libs/keystore';
import { newId } from '../database/id.js';
import { type MerchantAccountEntity } from './merchant-account.entity.js';
import { MerchantAccountRepository, type NewMerchantAccount } from './merchant-account.repository.js';

/** A merchant account with its secrets opened. Never log one, never put one in an error. */
export interface MerchantAccount extends AccountSettings {
  readonly id: string;
  /** Grows whenever a secret changes. */
  readonly version: number;
  /** 32 bytes; derives request ids and fingerprints. */
  readonly secret: Buffer;
}

export interface AccountSettings {
  readonly name: string;
  readonly environment: 'test' | 'live';
  readonly baseUrl: string;
  readonly bankMerchantId: string;
  readonly serviceCode: string;
  /** Private JWK as JSON text. */
  readonly clientKey: string;
}

/** Other processes see a changed account after at most this long. */
const CACHE_MS = 10_000;
type SecretName = 'serviceCode' | 'clientKey' | 'accountSecret';

@Injectable()
export class MerchantAccountsService {
  private readonly cache = new Map<string, { account: MerchantAccount; until: number }>();

  constructor(
    private readonly accounts: MerchantAccountRepository,
    private readonly keystore: Keystore,
  ) {}

  /** The account with its secrets opened; kept in memory for some seconds. @throws when there is none */
  async open(id: string): Promise<MerchantAccount> {
    const account = await this.find(id);
    if (!account) throw new Error(`merchant account ${id} does not exist`);
    return account;
  }

  /** As {@link open}, for ids that strangers send. Accounts that do not exist are not remembered. */
  async find(id: string): Promise<MerchantAccount | undefined> {
    const cached = this.cache.get(id);
    if (cached && cached.until > Date.now()) return cached.account;
    const row = await this.accounts.find(id);
    if (!row) return undefined;
    const account = await this.openRow(row);
    this.cache.set(id, { account, until: Date.now() + CACHE_MS });
    return account;
  }

  /** Installs the account of this terminal, or brings an existing one up to date. @returns its id */
  async install(settings: AccountSettings): Promise<string> {
    const row = await this.accounts.findByTerminal(settings.baseUrl, settings.bankMerchantId);
    if (row) return this.update(row, settings);
    const id = newId('acc');
    const secret = randomBytes(32).toString('base64url');
    const inserted = await this.accounts.insert(await this.sealRow(id, 1, settings, secret));
    return inserted ? id : this.install(settings);
  }

  private async update(row: MerchantAccountEntity, settings: AccountSettings): Promise<string> {
    const current = await this.openRow(row);
    if (sameSettings(current, settings)) return row.id;
    const next = await this.sealRow(row.id, row.version + 1, settings, current.secret.toString('base64url'));
    if (!(await this.accounts.replace(next, row.version))) return this.install(settings);
    this.cache.delete(row.id);
    return row.id;
  }

  private async openRow(row: MerchantAccountEntity): Promise<MerchantAccount> {
    const opened = async (name: SecretName, value: string): Promise<Buffer> =>
      Buffer.from(await this.keystore.open(value, placeOf(row.id, row.version, name)));
    const { id, version, name, environment, baseUrl, bankMerchantId } = row;
    return {
      ...{ id, version, name, environment, baseUrl, bankMerchantId },
      serviceCode: (await opened('serviceCode', row.serviceCodeSealed)).toString(),
      clientKey: (await opened('clientKey', row.clientKeySealed)).toString(),
      secret: Buffer.from((await opened('accountSecret', row.accountSecretSealed)).toString(), 'base64url'),
    };
  }

  private async sealRow(
    id: string,
    version: number,
    settings: AccountSettings,
    secret: string,
  ): Promise<NewMerchantAccount> {
    const sealed = (name: SecretName, value: string): Promise<Sealed> =>
      this.keystore.seal(Buffer.from(value), placeOf(id, version, name));
    const { serviceCode, clientKey, ...open } = settings;
    return {
      ...{ id, version, ...open },
      serviceCodeSealed: await sealed('serviceCode', serviceCode),
      clientKeySealed: await sealed('clientKey', clientKey),
      accountSecretSealed: await sealed('accountSecret', secret),
    };
  }
}

const placeOf = (id: string, version: number, name: SecretName) => ({
  table: 'merchant_account',
  column: name,
  row: id,
  accountId: id,
  version,
});

function sameSettings(account: MerchantAccount, settings: AccountSettings): boolean {
  return (Object.keys(settings) as (keyof AccountSettings)[]).every((name) => account[name] === settings[name]);
}
