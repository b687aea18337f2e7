import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../apps/gateway/src/app/schema.js';
import { startEmbeddedPostgres } from '#libs/embedded-postgres';
import { migrate } from '../apps/gateway/src/database/migrate.js';
import { BankControl } from '../test/support/bank-control.js';
import { createDatabase } from '../test/support/database.js';
import { freePort } from '../test/support/free-port.js';
import { startChild } from './child.js';

export interface SessionArena {
  readonly bankUrl: string;
  readonly bank: BankControl;
  /** Each as one process of the gateway would open the database. */
  readonly databases: readonly DataSource[];
  stop(): Promise<void>;
}

/** A simulator, and one migrated database opened as often as there are processes to imitate. */
export async function startSessionArena(processes: number): Promise<SessionArena> {
  await mkdir('.data', { recursive: true });
  const directory = await mkdtemp(path.resolve('.data', 'bench-'));
  const dataDir = path.join(directory, 'postgres');
  const postgres = await startEmbeddedPostgres({ dataDir, port: await freePort() });
  const home = await readFile(path.join(dataDir, 'location'), 'utf8').catch(() => dataDir);
  process.env['TEST_DATABASE_URL'] = postgres.url; // where createDatabase looks
  const database = await createDatabase();
  await migrate(dataSourceOptions(database.url, { size: 2 }));
  const databases = Array.from({ length: processes }, () => new DataSource(dataSourceOptions(database.url)));
  for (const source of databases) await source.initialize();
  const port = await freePort();
  const bankUrl = `http://127.0.0.1:${port}`;
  const env = { PORT: String(port), PUBLIC_URL: bankUrl };
  const logFile = path.join(directory, 'simulator.log');
  const simulator = await startChild('apps/simulator/src/main.js', { env, logFile });
  return {
    bankUrl,
    bank: new BankControl(bankUrl),
    databases,
    stop: async () => {
      await simulator.stop();
      for (const source of databases) await source.destroy();
      await database.drop();
      await postgres.stop();
      for (const place of [home, directory]) await rm(place, { recursive: true, force: true });
    },
  };
}
