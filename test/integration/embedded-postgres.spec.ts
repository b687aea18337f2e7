import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { portOfRunningServer, startEmbeddedPostgres } from '#libs/embedded-postgres';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the server is killed on purpose
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('embedded PostgreSQL', () => {
  const folders: string[] = [];
  /** One cluster for all but the tests that make their own: `initdb` is the slow half. */
  let shared: string;
  let dataDir: string;
  let port: number;
  const start = () => startEmbeddedPostgres({ dataDir, port });
  const homeOf = (directory: string) => {
    try {
      return readFileSync(path.join(directory, 'location'), 'utf8');
    } catch {
      return directory;
    }
  };
  const home = () => homeOf(dataDir);
  async function aFolder(): Promise<string> {
    const base = await mkdtemp(path.join(tmpdir(), 'embedded-postgres-')); // 0700: as root the server cannot enter it
    folders.push(base);
    return path.join(base, 'postgres');
  }
  const postmasterPid = () =>
    Number(readFileSync(path.join(home(), 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);

  beforeAll(async () => {
    shared = await aFolder();
  });
  beforeEach(async () => {
    dataDir = shared;
    port = await freePort();
  });
  afterAll(async () => {
    for (const base of folders) {
      await rm(homeOf(path.join(base, 'postgres')), { recursive: true, force: true });
      await rm(base, { recursive: true, force: true });
    }
  });

  it('starts cold and warm, keeps the data, and asks for its password', async () => {
    dataDir = await aFolder();
    const cold = await start();
    await query(cold.url, 'CREATE TABLE kept (n int)');
    const rows = await query(
      cold.url,
      "SELECT current_setting('server_version') AS v, current_setting('server_encoding') AS e",
    );
    expect(rows).toEqual([{ v: expect.stringMatching(/^18\./) as string, e: 'UTF8' }]);
    await expect(query(cold.url.replace(/:[0-9a-f]{48}@/, ':wrong@'), 'SELECT 1')).rejects.toThrow('password');
    await Promise.all([cold.stop(), cold.stop()]);
    await expect(query(cold.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');

    const made = await stat(path.join(home(), 'cluster', 'PG_VERSION'));
    const warm = await start();
    const found = await stat(path.join(home(), 'cluster', 'PG_VERSION'));
    expect([found.ino, found.mtimeMs]).toEqual([made.ino, made.mtimeMs]); // the slow half, initdb, is not done again
    expect(warm.url).toBe(cold.url);
    expect(await query(warm.url, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
    expect((await stat(path.join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
    await warm.stop();
  });

  it('recovers after the server was killed, with every committed row', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE recovered (n int); INSERT INTO recovered VALUES (7)');
    process.kill(postmasterPid(), 'SIGKILL');

    const second = await start();
    expect(await query(second.url, 'SELECT n FROM recovered')).toEqual([{ n: 7 }]);
    await second.stop();
  });

  it('re-attaches to a server whose starter is gone, even when another port is asked for', async () => {
    const first = await start();
    const pid = postmasterPid();

    port = await freePort();
    const second = await start();
    expect(postmasterPid()).toBe(pid);
    expect(second.url).toBe(first.url);
    await second.stop();
    await expect(query(first.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('starts once when two processes start it at the same time', async () => {
    dataDir = await aFolder();
    const both = await Promise.all([start(), start()]);
    expect(both[0].url).toBe(both[1].url);
    await query(both[0].url, 'SELECT 1');
    await Promise.all(both.map((one) => one.stop()));
  });

  it('is left by a visitor to whoever else runs it, and taken over by whoever comes to stay', async () => {
    const visit = () => startEmbeddedPostgres({ dataDir, port, isVisit: true });
    const owner = path.join(dataDir, 'owner.pid');
    const first = await start();
    writeFileSync(owner, String(process.ppid)); // as if another live process had started it
    await (await visit()).stop();
    expect(await portOfRunningServer(dataDir)).toBe(port);
    expect(readFileSync(owner, 'utf8')).toBe(String(process.ppid));

    const staying = await start();
    expect(readFileSync(owner, 'utf8')).toBe(String(process.pid));
    await staying.interrupt();
    await until('it has stopped', async () => (await portOfRunningServer(dataDir)) === undefined);
    await first.stop(); // nothing is left to stop
  });

  it('names the variable to change when the port is taken', async () => {
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    const failure = await start().catch((error: unknown) => error);
    await new Promise((resolve) => squatter.close(resolve));
    const sentence = `Port ${port} on 127.0.0.1 is taken: set POSTGRES_PORT to a free port, or stop the program that uses it.`;
    expect(failure).toMatchObject({ name: 'EmbeddedPostgresError', message: sentence });
  });
});
