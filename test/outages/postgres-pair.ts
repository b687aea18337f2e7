import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type * as embedded from '#libs/embedded-postgres';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { Road } from './road.js';

const run = promisify(execFile);

type Server = Awaited<ReturnType<typeof embedded.startEmbeddedPostgres>>;

/** One of the two servers. */
interface Node {
  readonly dataDir: string;
  readonly port: number;
  readonly server: Server;
}

/** Milliseconds. A standby catches up within one; a copy of an empty database takes three seconds. */
const PATIENCE_MS = 60_000;
const STANDBY = 'second';

/**
 * Two Postgres servers, the second of which follows the first by streaming replication. Clients and the standby reach the
 * primary by roads that a test can hold and cut.
 */
export class PostgresPair {
  /** How the standby follows the primary. */
  private replication: Road | undefined;
  private standby: Node | undefined;
  private copies = 0;

  private constructor(
    private readonly home: string,
    private primary: Node,
    /** How clients get to whichever is the primary. */
    readonly road: Road,
    private readonly isSynchronous: boolean,
  ) {}

  /** @param synchronous whether a COMMIT waits for the standby */
  static async start({ synchronous }: { readonly synchronous: boolean }): Promise<PostgresPair> {
    const home = await mkdtemp(path.join(tmpdir(), 'postgres-pair-'));
    await chmod(home, 0o711); // as root the server's own user has to pass through
    const primary = await startNode(path.join(home, 'node-0'));
    const pair = new PostgresPair(home, primary, await Road.to(primary.port), synchronous);
    await pair.addStandby();
    return pair;
  }

  /** By the road, so that it always leads to the primary. */
  get url(): string {
    return Object.assign(new URL(this.primary.server.url), { port: String(this.road.port) }).href;
  }

  /** Nothing of what the primary writes gets to the standby any more. */
  holdReplication(): void {
    this.replication?.hold();
  }

  /** The primary dies as it stands, and the standby takes over. @param first what happens there before clients get to it */
  async failOver(first?: () => Promise<unknown>): Promise<void> {
    const { standby } = this;
    if (!standby) throw new Error('there is no standby');
    this.road.cut();
    await killAtOnce(this.primary);
    await this.replication?.close();
    const dead = this.primary;
    [this.primary, this.standby, this.replication] = [standby, undefined, undefined];
    await this.ask(`ALTER SYSTEM SET synchronous_standby_names = ''`, 'SELECT pg_reload_conf()');
    await this.ask('SELECT pg_promote(true, 60)');
    await first?.();
    this.road.leadTo(standby.port);
    await dead.server.stop();
    await rm(dead.dataDir, { recursive: true, force: true });
  }

  /** A copy of the primary's files, made while it runs: the machine may have no pg_basebackup. */
  async addStandby(): Promise<void> {
    const { primary, home } = this;
    this.copies += 1;
    const dataDir = path.join(home, `node-${this.copies}`);
    const to = path.join(dataDir, 'cluster');
    await mkdir(dataDir, { mode: 0o711 });
    await chmod(dataDir, 0o711);
    await run('cp', ['-p', path.join(primary.dataDir, 'password'), path.join(dataDir, 'password')]);
    const client = await this.connect();
    try {
      await client.query(`SELECT pg_backup_start('standby', true)`);
      await run('cp', ['-a', path.join(primary.dataDir, 'cluster'), to]).catch(ignoreVanished);
      const { rows } = await client.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(false)');
      await this.makeStandby(to, rows[0]?.label ?? '');
    } finally {
      await client.end();
    }
    this.standby = await startNode(dataDir);
    await until('the standby streams', () => this.isStreaming(), PATIENCE_MS);
    if (!this.isSynchronous) return;
    await this.ask(`ALTER SYSTEM SET synchronous_standby_names = '${STANDBY}'`, 'SELECT pg_reload_conf()');
    await until('commits wait for it', () => this.isStreaming('sync'), PATIENCE_MS);
  }

  async stop(): Promise<void> {
    await this.road.close();
    await this.replication?.close();
    for (const node of [this.standby, this.primary]) await node?.server.stop();
    await rm(this.home, { recursive: true, force: true });
  }

  /** Statements at the primary, past the road. */
  async ask<Row extends pg.QueryResultRow>(...statements: readonly string[]): Promise<Row[]> {
    const client = await this.connect();
    try {
      let rows: Row[] = [];
      for (const statement of statements) ({ rows } = await client.query<Row>(statement));
      return rows;
    } finally {
      await client.end();
    }
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.primary.server.url });
    client.on('error', () => undefined); // it is told by the next statement
    await client.connect();
    return client;
  }

  private async makeStandby(cluster: string, label: string): Promise<void> {
    const own = await run('stat', ['-c', '%u:%g', path.join(cluster, 'PG_VERSION')]);
    this.replication = await Road.to(this.primary.port);
    const { username, password } = new URL(this.primary.server.url);
    const conninfo = `host=127.0.0.1 port=${this.replication.port} user=${username} password=${password} application_name=${STANDBY}`;
    const files = {
      'standby.signal': '',
      backup_label: label,
      'postgresql.auto.conf': `primary_conninfo = '${conninfo}'\nwal_retrieve_retry_interval = '200ms'\n`,
    };
    await rm(path.join(cluster, 'postmaster.pid'), { force: true });
    for (const [name, text] of Object.entries(files)) {
      await writeFile(path.join(cluster, name), text, { mode: 0o600 });
      await run('chown', [own.stdout.trim(), path.join(cluster, name)]);
    }
  }

  private async isStreaming(state?: string): Promise<boolean> {
    const rows = await this.ask<{ state: string }>(
      `SELECT sync_state AS state FROM pg_stat_replication WHERE state = 'streaming'`,
    );
    return rows.some((row) => state === undefined || row.state === state);
  }
}

async function startNode(dataDir: string): Promise<Node> {
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  await chmod(dataDir, 0o711);
  const file = path.resolve('dist/libs/embedded-postgres/src/index.js');
  const { startEmbeddedPostgres } = (await import(file)) as typeof embedded;
  const port = await freePort();
  return { dataDir, port, server: await startEmbeddedPostgres({ dataDir, port }) };
}

/** Nothing is written out: what is on disk is all that is left. Source: Postgres, "Shutting Down the Server". */
async function killAtOnce({ dataDir }: Node): Promise<void> {
  const file = path.join(dataDir, 'cluster', 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8')).split('\n')[0]);
  process.kill(pid, 'SIGQUIT');
  await until('the primary is dead', () => Promise.resolve(!isAlive(pid)), PATIENCE_MS);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Files come and go while they are copied: the write-ahead log between start and stop of the backup makes up for it. */
function ignoreVanished(error: unknown): void {
  if (!/No such file|file changed/u.test(String((error as { stderr?: string }).stderr))) throw error;
}
