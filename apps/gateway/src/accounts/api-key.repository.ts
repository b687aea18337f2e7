import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { ApiKeyEntity } from './api-key.entity.js';

export interface KeyOwner {
  readonly accountId: string;
  readonly keyId: string;
  readonly livemode: boolean;
}

@Injectable()
export class ApiKeyRepository {
  constructor(private readonly database: DataSource) {}

  async findOwner(hash: Buffer): Promise<KeyOwner | undefined> {
    const [owner] = await this.database.query<KeyOwner[]>(
      `SELECT k.merchant_account_id AS "accountId", k.id AS "keyId", a.environment = 'live' AS livemode
       FROM api_key k JOIN merchant_account a ON a.id = k.merchant_account_id
       WHERE k.hash = $1 AND k.revoked_at IS NULL`,
      [hash],
    );
    return owner;
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

  async add(key: Pick<ApiKeyEntity, 'merchantAccountId' | 'id' | 'hash' | 'hint'>): Promise<void> {
    await this.database.createQueryBuilder().insert().into(ApiKeyEntity).values(key).orIgnore().execute();
  }
}
