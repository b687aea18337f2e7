import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

@Injectable()
export class HealthRepository {
  constructor(private readonly database: DataSource) {}

  /** One round trip, which also shows that the database answers. */
  async hasPendingMigrations(): Promise<boolean> {
    const rows = await this.database.query<{ name: string }[]>('SELECT name FROM migrations');
    const done = new Set(rows.map((row) => row.name));
    return this.database.migrations.some((migration) => !done.has(migration.name ?? migration.constructor.name));
  }
}
