import { DataSource, type EntityManager } from 'typeorm';
import { ConfigError } from '../config/gateway-config.js';
import { type PostgresOptions } from './data-source.js';
import { writeLegalMoves } from './legal-moves.js';
import { makePartitions } from './partitions.js';
import { MIGRATION_LIMITS, poolOptions } from './pool.js';

/** Gateways that start together take turns at the schema. */
const MIGRATION_LOCK = 'alliance-gateway.migrations';
/** First migration of the preview, whose tables had no room for more than two kinds of operation. */
const PREVIEW = 'CreatePaymentTables1795334400000';
const OLDEST_POSTGRES = 150_000;

/** Brings the schema up to date. @throws ConfigError for a server that cannot be used */
export async function migrate(options: PostgresOptions): Promise<void> {
  const database = await new DataSource({
    ...options,
    extra: poolOptions(MIGRATION_LIMITS, { prepared: false }),
  }).initialize();
  try {
    await checkServer(database);
    await refusePreview(database);
    await runOneAtATime(database, options);
  } finally {
    await database.destroy();
  }
}

/** The lock belongs to a transaction of its own, so that it is gone with its connection, behind a pooler too. */
async function runOneAtATime(database: DataSource, { legalMoves }: PostgresOptions): Promise<void> {
  await database.transaction(async (tx) => {
    await lockMigrations(tx);
    await database.runMigrations();
    await writeLegalMoves(database.manager, legalMoves);
    await makePartitions(database);
  });
}

/** Until the end of the transaction: nobody else changes the schema. */
export async function lockMigrations(tx: EntityManager): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [MIGRATION_LOCK]);
}

/** Nothing was released with those tables, so that there is nothing to carry over. @throws ConfigError */
export async function refusePreview(database: DataSource): Promise<void> {
  const [tables] = await database.query<[{ migrations: string | null }]>(
    `SELECT to_regclass('migrations') AS migrations`,
  );
  if (tables.migrations === null) return;
  const made = await database.query<unknown[]>('SELECT FROM migrations WHERE name = $1', [PREVIEW]);
  if (made.length === 0) return;
  throw new ConfigError(
    'The tables in this database were made by a preview of the gateway, and cannot be brought up to date: give DATABASE_URL a new, empty database; for the demo, delete its folder (DATA_DIR, .data if not set) while nothing runs.',
  );
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
