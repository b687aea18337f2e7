import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type * as embedded from '#libs/embedded-postgres';

// Jest runs this once per project that names it, all in one process. It runs outside Jest's own module resolution,
// so nothing of ours can be imported from source here; stop-postgres.ts finds the server through globalThis.
const shared = globalThis as { testServer?: Promise<{ url: string; stop(): Promise<void> }> };

/** One throw-away server for the whole run, without fsync. Its URL goes to TEST_DATABASE_URL. */
export default async function startPostgres(): Promise<void> {
  if (process.env['TEST_DATABASE_URL'] !== undefined && shared.testServer === undefined) return; // brought from outside
  shared.testServer ??= start();
  process.env['TEST_DATABASE_URL'] = (await shared.testServer).url;
}

async function start(): Promise<{ url: string; stop(): Promise<void> }> {
  await compile();
  const directory = await mkdtemp(path.join(tmpdir(), 'gateway-test-postgres-'));
  const dataDir = path.join(directory, 'data');
  const file = path.resolve('dist/libs/embedded-postgres/src/index.js');
  const { startEmbeddedPostgres } = (await import(file)) as typeof embedded;
  const postgres = await startEmbeddedPostgres({ dataDir, port: await freePort(), fsync: false });
  const home = await readFile(path.join(dataDir, 'location'), 'utf8').catch(() => dataDir);
  const stop = async (): Promise<void> => {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
    await rm(directory, { recursive: true, force: true });
  };
  return { url: postgres.url, stop };
}

/** So that child processes never run yesterday's code: half a second. */
async function compile(): Promise<void> {
  const swc = path.resolve('node_modules/@swc/cli/bin/swc.js');
  const options = ['apps', 'libs', '--out-dir', 'dist', '--config-file', '.swcrc', '--quiet'];
  await promisify(execFile)(process.execPath, [swc, ...options]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No TCP port.');
  return address.port;
}
