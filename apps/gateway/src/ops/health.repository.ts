import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

@Injectable()
export class HealthRepository {
  constructor(private readonly database: DataSource) {}

  async countAccounts(): Promise<{ total: number; blocked: number }> {
    const [counts] = await this.database.query<{ total: number; blocked: number }[]>(
      `SELECT count(*)::int AS total, count(s.blocked_by)::int AS blocked
       FROM merchant_account a LEFT JOIN bank_session s ON s.merchant_account_id = a.id`,
    );
    return counts ?? { total: 0, blocked: 0 };
  }

  /** One round trip, which also shows that the database answers. */
  async hasPendingMigrations(): Promise<boolean> {
    const rows = await this.database.query<{ name: string }[]>('SELECT name FROM migrations');
    const done = new Set(rows.map((row) => row.name));
    return this.database.migrations.some((migration) => !done.has(migration.name ?? migration.constructor.name));
  }
}
