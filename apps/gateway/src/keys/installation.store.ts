import { existsSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { type Access } from '../audit/command.js';
import { readKeysFile } from '../config/keystore-keys.js';
import { ConfigError, type GatewayConfig } from '../config/gateway-config.js';
import { compareKeks, knownKeks, type KnownKek, rememberCurrentKek } from './kek-registry.store.js';
import { openKeys, type OpenedKeys } from './open-keys.js';
import { type PostgresOptions } from '../database/data-source.js';
import { explained } from '../database/database-problem.js';
import { checkServer, lockMigrations, migrate, pendingMigrations, refusePreview } from '../database/migrate.js';

export interface Purpose {
  readonly access: Access;
  /** Gives up before the next step. */
  readonly signal?: AbortSignal;
}

/** What is there before anything is written. */
interface Found {
  /** The gateway has made its tables. */
  readonly isInstalled: boolean;
  readonly keks: readonly KnownKek[];
}

/**
 * A database with the latest schema, and the keys that fit it. Nothing is written before the keys are checked, and
 * nothing at all for somebody who only reads.
 */
export async function prepareInstallation(
  config: GatewayConfig,
  options: PostgresOptions,
  { access, signal }: Purpose,
): Promise<OpenedKeys> {
  if (!config.remoteKeks && existsSync(config.keystoreKeysFile)) readKeysFile(config.keystoreKeysFile, false);
  const found = await withDatabase(options, (database) => inspect(database, access));
  signal?.throwIfAborted();
  const keys = await openKeys(config, mayMakeKeys(config, found, access));
  if (keys.generated) announceKeys(config.keystoreKeysFile);
  await compareKeks(found.keks, keys);
  signal?.throwIfAborted();
  if (access !== 'reads') await install(options, keys);
  return keys;
}

async function inspect(database: DataSource, access: Access): Promise<Found> {
  await checkServer(database);
  await refusePreview(database);
  const [tables] = await database.query<[{ migrations: string | null; kek: string | null }]>(
    `SELECT to_regclass('migrations') AS migrations, to_regclass('kek') AS kek`,
  );
  const isInstalled = tables.migrations !== null && tables.kek !== null;
  if (
    tables.migrations !== null &&
    !isInstalled &&
    (await database.query<unknown[]>('SELECT FROM migrations LIMIT 1')).length > 0
  ) {
    throw new ConfigError('DATABASE_URL is a database that another program uses: give the gateway one of its own.');
  }
  if (!isInstalled && access !== 'installs') {
    throw new ConfigError(
      'There is no installation in this database: start the gateway, or make an account with "accounts create", or correct DATABASE_URL.',
    );
  }
  if (access === 'reads' && (await pendingMigrations(database)).length > 0) {
    throw new ConfigError(
      'The tables of this database are of an older version: start the gateway of this version, which brings them up to date.',
    );
  }
  return { isInstalled, keks: isInstalled ? await knownKeks(database) : [] };
}

/** What stands in the way of a key file that does not exist; undefined: one may be made. */
function mayMakeKeys(config: GatewayConfig, { keks }: Found, access: Access): string | undefined {
  if (keks.some(({ isRetired }) => !isRetired)) return 'restore it from your backup';
  if (config.production) {
    return 'nothing is sealed in this database yet, so make one, as docs/operate.md describes under "A real bank", and back it up';
  }
  return access === 'reads' ? 'start the gateway, which makes one' : undefined;
}

function announceKeys(path: string): void {
  process.stderr.write(
    `A new key-encrypting key was made in ${path}. Back it up: without it nothing that is sealed in the database opens again.\n`,
  );
}

/** The tables, then the KEK: under a lock, so that of two processes with other keys the second is refused. */
async function install(options: PostgresOptions, keys: OpenedKeys): Promise<void> {
  await explained('migrating', () => migrate(options));
  await withDatabase(options, (database) =>
    database.transaction(async (tx) => {
      await lockMigrations(tx);
      await compareKeks(await knownKeks(tx), keys);
      await rememberCurrentKek(tx, keys.keks);
    }),
  );
}

async function withDatabase<T>(options: PostgresOptions, work: (database: DataSource) => Promise<T>): Promise<T> {
  const database = await explained('connecting', () => new DataSource(options).initialize());
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}
