import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { MerchantAccountEntity } from './merchant-account.entity.js';

export type NewMerchantAccount = Omit<MerchantAccountEntity, 'createdAt' | 'updatedAt' | 'provisionedMark'>;

@Injectable()
export class MerchantAccountRepository {
  constructor(private readonly database: DataSource) {}

  find(id: string): Promise<MerchantAccountEntity | null> {
    return this.database.manager.findOneBy(MerchantAccountEntity, { id });
  }

  /** Oldest first. */
  list(): Promise<MerchantAccountEntity[]> {
    return this.database.manager.find(MerchantAccountEntity, { order: { id: 'ASC' } });
  }

  async setProvisionedMark(id: string, provisionedMark: string): Promise<void> {
    await this.database.manager.update(MerchantAccountEntity, { id }, { provisionedMark });
  }

  findByTerminal(baseUrl: string, bankMerchantId: string): Promise<MerchantAccountEntity | null> {
    return this.database.manager.findOneBy(MerchantAccountEntity, { baseUrl, bankMerchantId });
  }

  /** @returns false when another process installed the same terminal first */
  async insert(row: NewMerchantAccount): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const insert = tx.createQueryBuilder().insert().into(MerchantAccountEntity).values(row);
      const result = await insert.orIgnore().returning('id').execute();
      const isNew = (result.raw as unknown[]).length > 0;
      if (isNew) await keepTerminal(tx, row);
      return isNew;
    });
  }

  /** Replaces the row as a whole, provided that nobody else did so since it was read. */
  async replace(row: NewMerchantAccount, readVersion: number): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const update = tx.createQueryBuilder().update(MerchantAccountEntity);
      const set = update.set({ ...row, updatedAt: () => 'now()' });
      const { affected } = await set.where({ id: row.id, version: readVersion }).execute();
      if (affected === 1) await keepTerminal(tx, row);
      return affected === 1;
    });
  }
}

/** Every terminal that the account ever had stays: what was begun on one is finished on it. */
async function keepTerminal(
  tx: EntityManager,
  { id, bankMerchantId, a2aMerchantId }: NewMerchantAccount,
): Promise<void> {
  await tx.query(
    `INSERT INTO terminal (merchant_account_id, bank_merchant_id, purpose)
     SELECT $1, t.id, t.purpose FROM (VALUES ($2, 'card'), ($3, 'a2a')) AS t (id, purpose)
     WHERE t.id IS NOT NULL ON CONFLICT DO NOTHING`,
    [id, bankMerchantId, a2aMerchantId],
  );
}
