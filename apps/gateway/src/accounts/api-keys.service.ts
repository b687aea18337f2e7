import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { newId } from '../database/id.js';
import { RecentValues } from '../timing/recent-values.js';
import { AddressList } from '../config/address-list.js';
import { AccountError } from './account-error.js';
import { type ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyRepository, type KeyOwner, type UsableKey } from './api-key.repository.js';
import { type Scope, USUAL_SCOPES } from './scopes.js';

export type { KeyOwner };
export type ApiKeySummary = Omit<ApiKeyEntity, 'merchantAccountId' | 'hash'>;

/** What a key may do, from where, and for how long. */
export interface KeyLimits {
  readonly name?: string | undefined;
  /** Default: {@link USUAL_SCOPES}. */
  readonly scopes?: readonly Scope[] | undefined;
  /** Addresses and ranges; default: any. */
  readonly addresses?: readonly string[] | undefined;
  /** Kopiyky of one payout; default: what the bank sends. */
  readonly payoutLimit?: number | undefined;
  /** Default: never. */
  readonly expiresAt?: Date | undefined;
}

/** A key that was found, and whether it may be used from an address. */
export interface FoundKey {
  readonly owner: KeyOwner;
  readonly isAllowedFrom: (address: string) => boolean;
}

const SHAPE = /^ap_(test|live)_[A-Za-z0-9_-]{43,128}$/u;
/** A revoked key may still work in another process for this long. */
const CACHE = { maxAgeMs: 10_000, maxEntries: 1_000 };

/** Which merchant account an API key belongs to. Keys are kept as hashes only. */
@Injectable()
export class ApiKeysService {
  private readonly cache = new RecentValues<FoundKey>(CACHE);

  constructor(private readonly keys: ApiKeyRepository) {}

  /** @returns undefined when the key is malformed, unknown, expired, revoked or of the other environment */
  async find(key: string): Promise<FoundKey | undefined> {
    if (!SHAPE.test(key)) return undefined;
    const hash = hashOf(key);
    const name = hash.toString('base64');
    const cached = this.cache.get(name);
    if (cached) return cached;
    const usable = await this.keys.findUsable(hash);
    // A test key never moves real money, whatever has become of its account.
    if (usable?.livemode !== key.startsWith('ap_live_')) return undefined;
    const found = foundKey(usable);
    this.cache.set(name, found, usable.lastsMs ?? undefined);
    return found;
  }

  /** Installs a key; a second time does nothing. @returns its id */
  async install(accountId: string, key: string, limits: KeyLimits = {}): Promise<string> {
    const { name = null, scopes = USUAL_SCOPES, addresses = null, payoutLimit = null, expiresAt = null } = limits;
    const id = newId('key');
    await this.keys.add({
      ...{ merchantAccountId: accountId, id, hash: hashOf(key), hint: key.slice(0, 12) },
      ...{ name, scopes: [...scopes], addresses: addresses && [...addresses], payoutLimit, expiresAt },
    });
    return id;
  }

  /** A new key of the account. @returns it for the only time: what is kept is its hash */
  async create(
    accountId: string,
    environment: 'test' | 'live',
    limits: KeyLimits = {},
  ): Promise<{ id: string; key: string }> {
    const key = `ap_${environment}_${randomBytes(32).toString('base64url')}`;
    return { id: await this.install(accountId, key, limits), key };
  }

  async list(accountId: string): Promise<ApiKeySummary[]> {
    const rows = await this.keys.list(accountId);
    return rows.map(({ id, hint, name, scopes, addresses, payoutLimit, expiresAt, createdAt, revokedAt }) => {
      return { id, hint, name, scopes, addresses, payoutLimit, expiresAt, createdAt, revokedAt };
    });
  }

  /** Other processes may accept the key for some seconds more. @throws AccountError `API_KEY_NOT_FOUND` */
  async revoke(accountId: string, id: string): Promise<void> {
    if (!(await this.keys.revoke(accountId, id))) {
      throw new AccountError('API_KEY_NOT_FOUND', `there is no usable API key ${id} of this account`);
    }
    this.cache.clear();
  }
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

function foundKey({ accountId, keyId, livemode, scopes, addresses, payoutLimit }: UsableKey): FoundKey {
  const list = addresses && new AddressList(addresses);
  return {
    owner: { accountId, keyId, livemode, scopes, payoutLimit },
    isAllowedFrom: (address) => list?.includes(address) ?? true,
  };
}
