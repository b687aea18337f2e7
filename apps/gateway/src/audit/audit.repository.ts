import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditEntryEntity } from './audit-entry.entity.js';

@Injectable()
export class AuditRepository {
  constructor(private readonly database: DataSource) {}

  async add(entry: Omit<AuditEntryEntity, 'at'>): Promise<void> {
    await this.database.query(
      'INSERT INTO audit_entry (merchant_account_id, id, actor, action, detail) VALUES ($1, $2, $3, $4, $5)',
      [entry.merchantAccountId, entry.id, entry.actor, entry.action, entry.detail],
    );
  }

  /** Newest first. */
  list(limit: number): Promise<AuditEntryEntity[]> {
    return this.database.manager.find(AuditEntryEntity, { order: { at: 'DESC' }, take: limit });
  }
}
