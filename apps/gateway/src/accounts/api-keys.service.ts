import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { newId } from '../database/id.js';
import { RecentValues } from '../timing/recent-values.js';
import { AccountError } from './account-error.js';
import { type ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyRepository, type KeyOwner } from './api-key.repository.js';

export type { KeyOwner };
export type ApiKeySummary = Pick<ApiKeyEntity, 'id' | 'hint' | 'createdAt' | 'revokedAt'>;

const SHAPE = /^ap_(test|live)_[A-Za-z0-9_-]{43,128}$/u;
/** A revoked key may still work in another process for this long. */
const CACHE = { maxAgeMs: 10_000, maxEntries: 1_000 };

/** Which merchant account an API key belongs to. Keys are kept as hashes only. */
@Injectable()
export class ApiKeysService {
  private readonly cache = new RecentValues<KeyOwner>(CACHE);

  constructor(private readonly keys: ApiKeyRepository) {}

  /** @returns undefined when the key is malformed, unknown, revoked or of the other environment */
  async findOwner(key: string): Promise<KeyOwner | undefined> {
    if (!SHAPE.test(key)) return undefined;
    const hash = hashOf(key);
    const name = hash.toString('base64');
    const cached = this.cache.get(name);
    if (cached) return cached;
    const owner = await this.keys.findOwner(hash);
    // A test key never moves real money, whatever has become of its account.
    if (owner?.livemode !== key.startsWith('ap_live_')) return undefined;
    this.cache.set(name, owner);
    return owner;
  }

  /** Installs a key; a second time does nothing. */
  async install(accountId: string, key: string): Promise<void> {
    await this.keys.add({ merchantAccountId: accountId, id: newId('key'), hash: hashOf(key), hint: key.slice(0, 12) });
  }

  /** A new key of the account. @returns it for the only time: what is kept is its hash */
  async create(accountId: string, environment: 'test' | 'live'): Promise<string> {
    const key = `ap_${environment}_${randomBytes(32).toString('base64url')}`;
    await this.install(accountId, key);
    return key;
  }

  async list(accountId: string): Promise<ApiKeySummary[]> {
    const rows = await this.keys.list(accountId);
    return rows.map(({ id, hint, createdAt, revokedAt }) => ({ id, hint, createdAt, revokedAt }));
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
