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

  async hasPendingMigrations(): Promise<boolean> {
    const rows = await this.database.query<{ name: string }[]>('SELECT name FROM migrations');
    const done = new Set(rows.map((row) => row.name));
    return this.database.migrations.some((migration) => !done.has(migration.name ?? migration.constructor.name));
  }

  /** A database that only reads, or has no room left, takes no payments. Commits. */
  async write(): Promise<void> {
    await this.database.query(
      `INSERT INTO readiness_probe (written_at) VALUES (now())
       ON CONFLICT (only_row) DO UPDATE SET written_at = EXCLUDED.written_at`,
    );
  }
}
