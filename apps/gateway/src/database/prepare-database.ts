import { DataSource } from 'typeorm';
import { type GatewayConfig } from '../config/gateway-config.js';
import { dataSourceOptions } from './data-source.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { migrate } from './migrate.js';
import { checkKeks, knownKeks } from '../keys/kek-registry.store.js';
import { openKeys, type OpenedKeys } from '../keys/open-keys.js';

export interface Prepared {
  readonly databaseUrl: string;
  readonly keys: OpenedKeys;
  readonly stop: () => Promise<void>;
}

/** A database with the latest schema, and the keys that fit it. Nothing is sealed before both are sure. */
export async function prepareDatabase(config: GatewayConfig): Promise<Prepared> {
  const { url: databaseUrl, stop } = await openDatabase(config);
  try {
    const options = dataSourceOptions(databaseUrl, 2);
    await migrate(options);
    return { databaseUrl, keys: await fittingKeys(config, await new DataSource(options).initialize()), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fittingKeys(config: GatewayConfig, database: DataSource): Promise<OpenedKeys> {
  try {
    const isNew = (await knownKeks(database)).length === 0;
    const keys = await openKeys(config, isNew && !config.production);
    await checkKeks(database, keys);
    return keys;
  } finally {
    await database.destroy();
  }
}

async function openDatabase(config: GatewayConfig): Promise<{ url: string; stop: () => Promise<void> }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, stop: () => Promise.resolve() };
  return startEmbeddedPostgres({ dataDir: `${config.dataDir}/postgres`, port: config.embeddedPostgresPort });
}
