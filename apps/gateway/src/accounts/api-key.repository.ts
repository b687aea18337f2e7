import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { ApiKeyEntity } from './api-key.entity.js';
import { type Scope } from './scopes.js';

export interface KeyOwner {
  readonly accountId: string;
  readonly keyId: string;
  readonly livemode: boolean;
  readonly scopes: readonly Scope[];
  /** Kopiyky of one payout; null: what the bank sends. */
  readonly payoutLimit: number | null;
}

/** A key that may be used now. */
export interface UsableKey extends KeyOwner {
  /** Null: from anywhere. */
  readonly addresses: readonly string[] | null;
  /** Until it expires, on the database's clock; null: it does not. */
  readonly lastsMs: number | null;
}

@Injectable()
export class ApiKeyRepository {
  constructor(private readonly database: DataSource) {}

  async findUsable(hash: Buffer): Promise<UsableKey | undefined> {
    const [key] = await this.database.query<UsableKey[]>(
      `SELECT k.merchant_account_id AS "accountId", k.id AS "keyId", a.environment = 'live' AS livemode,
              k.scopes, k.addresses, k.payout_limit::float8 AS "payoutLimit", (extract(epoch FROM k.expires_at - now()) * 1000)::float AS "lastsMs"
       FROM api_key k JOIN merchant_account a ON a.id = k.merchant_account_id
       WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
      [hash],
    );
    return key;
  }

  /** Oldest first. */
  list(accountId: string): Promise<ApiKeyEntity[]> {
    return this.database.manager.find(ApiKeyEntity, { where: { merchantAccountId: accountId }, order: { id: 'ASC' } });
  }

  /** @returns false when there is no such key, or it is revoked already */
  async revoke(accountId: string, id: string): Promise<boolean> {
    const where = { merchantAccountId: accountId, id, revokedAt: IsNull() };
    const { affected } = await this.database.manager.update(ApiKeyEntity, where, { revokedAt: () => 'now()' });
    return affected === 1;
  }

  async add(key: Omit<ApiKeyEntity, 'createdAt' | 'revokedAt'>): Promise<void> {
    await this.database.createQueryBuilder().insert().into(ApiKeyEntity).values(key).orIgnore().execute();
  }
}
