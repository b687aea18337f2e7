import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
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
    const result = await this.database
      .createQueryBuilder()
      .insert()
      .into(MerchantAccountEntity)
      .values(row)
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length > 0;
  }

  /** Replaces the row as a whole, provided that nobody else did so since it was read. */
  async replace(row: NewMerchantAccount, readVersion: number): Promise<boolean> {
    const result = await this.database
      .createQueryBuilder()
      .update(MerchantAccountEntity)
      .set({ ...row, updatedAt: () => 'now()' })
      .where({ id: row.id, version: readVersion })
      .execute();
    return result.affected === 1;
  }
}
