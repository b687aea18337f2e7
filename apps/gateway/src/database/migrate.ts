import { DataSource, type DataSourceOptions } from 'typeorm';
import { ConfigError } from '../config/gateway-config.js';

/** Arbitrary but fixed: gateways that start together take turns. */
const MIGRATION_LOCK = 5_318_008;
const OLDEST_POSTGRES = 150_000;

/** Brings the schema up to date. @throws ConfigError for a Postgres older than 15 */
export async function migrate(options: DataSourceOptions): Promise<void> {
  const database = await new DataSource(options).initialize();
  try {
    const [version] = await database.query<{ number: number; name: string }[]>(
      `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name`,
    );
    if (version && version.number < OLDEST_POSTGRES) {
      throw new ConfigError(`DATABASE_URL is a Postgres ${version.name}: 15 or newer is needed.`);
    }
    await runOneAtATime(database);
  } finally {
    await database.destroy();
  }
}

/** The lock belongs to a transaction of its own, so that it is gone with its connection, behind a pooler too. */
async function runOneAtATime(database: DataSource): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await database.runMigrations();
  });
}
