import { DataSource, type EntityManager } from 'typeorm';
import { ConfigError } from '../config/gateway-config.js';
import { type PostgresOptions } from './data-source.js';
import { MIGRATION_LIMITS, poolOptions } from './pool.js';

/** Gateways that start together take turns at the schema. */
const MIGRATION_LOCK = 'alliance-gateway.migrations';
const OLDEST_POSTGRES = 150_000;

/** Brings the schema up to date. @throws ConfigError for a server that cannot be used */
export async function migrate(options: PostgresOptions): Promise<void> {
  const database = await new DataSource({ ...options, extra: poolOptions(MIGRATION_LIMITS) }).initialize();
  try {
    await checkServer(database);
    await runOneAtATime(database);
  } finally {
    await database.destroy();
  }
}

/** The lock belongs to a transaction of its own, so that it is gone with its connection, behind a pooler too. */
async function runOneAtATime(database: DataSource): Promise<void> {
  await database.transaction(async (tx) => {
    await lockMigrations(tx);
    await database.runMigrations();
  });
}

/** Until the end of the transaction: nobody else changes the schema. */
export async function lockMigrations(tx: EntityManager): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [MIGRATION_LOCK]);
}

/** Names of migrations that this program has and the database has not. */
export async function pendingMigrations(database: DataSource): Promise<string[]> {
  const rows = await database.query<{ name: string }[]>('SELECT name FROM migrations');
  const done = new Set(rows.map(({ name }) => name));
  return database.migrations.map(({ name, constructor }) => name ?? constructor.name).filter((name) => !done.has(name));
}

/** What no connection can set for itself, and whether what it did set holds. @throws ConfigError */
export async function checkServer(database: DataSource): Promise<void> {
  const [server] = await database.query<ServerFacts[]>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name,
            current_setting('server_encoding') AS encoding,
            current_setting('DateStyle') LIKE 'ISO%' AND current_setting('client_encoding') = 'UTF8'
              AND current_setting('transaction_isolation') = 'read committed' AS settled`,
  );
  if (!server) return;
  if (server.number < OLDEST_POSTGRES) {
    throw new ConfigError(`DATABASE_URL is a Postgres ${server.name}: 15 or newer is needed.`);
  }
  if (server.encoding !== 'UTF8') {
    throw new ConfigError(
      `DATABASE_URL is a database in ${server.encoding}: create one with ENCODING 'UTF8', since names are kept in Ukrainian.`,
    );
  }
  if (!server.settled) {
    throw new ConfigError(
      'DATABASE_URL leads through something that does not keep DateStyle, client_encoding and isolation as a connection sets them: connect to Postgres itself, or set them for the role.',
    );
  }
}

interface ServerFacts {
  readonly number: number;
  readonly name: string;
  readonly encoding: string;
  readonly settled: boolean;
}
