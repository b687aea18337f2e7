import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as embedded from '#libs/embedded-postgres';
import { freePort } from '../support/free-port.js';
import { type Plant } from './plant.js';

export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** One throw-away server for all runs, of the code without a bug. @returns undefined where unit specs are all */
export async function startServer(plants: readonly Pick<Plant, 'noticedBy'>[]): Promise<TestServer | undefined> {
  const isNeeded = plants.some(({ noticedBy }) => noticedBy.some((spec) => spec.startsWith('test/')));
  if (!isNeeded || process.env['TEST_DATABASE_URL'] !== undefined) return undefined;
  const directory = await mkdtemp(path.join(tmpdir(), 'plants-postgres-'));
  const dataDir = path.join(directory, 'data');
  const file = path.resolve('dist/libs/embedded-postgres/src/index.js');
  const { startEmbeddedPostgres } = (await import(file)) as typeof embedded;
  const server = await startEmbeddedPostgres({ dataDir, port: await freePort(), fsync: false });
  const home = await readFile(path.join(dataDir, 'location'), 'utf8').catch(() => dataDir);
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      for (const folder of [home, directory]) await rm(folder, { recursive: true, force: true });
    },
  };
}
