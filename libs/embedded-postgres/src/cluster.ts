import { execFile } from 'node:child_process';
import { chown, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { findBinaries, type PostgresBinaries } from './binaries.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { draftPrefix, removeDeadDrafts } from './drafts.js';
import { exists, publish, readOptional } from './files.js';
import { homeOf, prepareHome, readPassword } from './home.js';
import { findPostmaster, isAlive, isPortFree, type Postmaster } from './postmaster.js';
import { findServerUser, type ServerUser } from './server-user.js';

const run = promisify(execFile);

const MAJOR_VERSION = '18';
const ROLE = 'gateway';
const DATABASE = 'gateway';
/** A killed postmaster's backends hold its shared memory for a moment; a rival start holds the pid file. */
const START_ATTEMPTS = 100;
const RETRY_MS = 300;
/** A fast shutdown writes out what is in memory. After it, at once, and the next start recovers. */
const FAST_STOP_SECONDS = 30;

interface ClusterOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly log?: (line: string) => void;
  readonly fsync?: boolean;
  readonly mustExist?: boolean;
  readonly isVisit?: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Placement {
  readonly home: string;
  readonly user: ServerUser | undefined;
  readonly binaries: PostgresBinaries;
  readonly password: string;
}

export async function openCluster(options: ClusterOptions): Promise<EmbeddedCluster> {
  if (options.mustExist) await assertExists(options.dataDir);
  const user = await findServerUser();
  const home = await realpath(await prepareHome(path.resolve(options.dataDir), user));
  const dataDir = await realpath(options.dataDir);
  const [binaries, isOld] = await Promise.all([findBinaries({ home, user }), exists(path.join(home, 'cluster'))]);
  const password = await readPassword(dataDir, !isOld);
  const cluster = new EmbeddedCluster({ ...options, dataDir }, { home, user, binaries, password });
  await (isOld ? cluster.checkVersion() : cluster.initialise());
  return cluster;
}

/** Looks only, so that a question about an installation makes none. */
async function assertExists(dataDir: string): Promise<void> {
  if (await exists(path.join(await homeOf(dataDir), 'cluster'))) return;
  throw new EmbeddedPostgresError(
    `There is no installation in ${path.dirname(path.resolve(dataDir))}: set DATA_DIR or DATABASE_URL to those of the gateway, or start the gateway first.`,
  );
}

/** One PostgreSQL data directory, driven through `initdb` and `pg_ctl`. */
export class EmbeddedCluster {
  private readonly directory: string;
  private readonly ownerFile: string;

  constructor(
    private readonly options: ClusterOptions,
    private readonly place: Placement,
  ) {
    this.directory = path.join(place.home, 'cluster');
    this.ownerFile = path.join(options.dataDir, 'owner.pid');
  }

  url(port: number, database = DATABASE): string {
    return `postgres://${ROLE}:${this.place.password}@127.0.0.1:${port}/${database}`;
  }

  async checkVersion(): Promise<void> {
    const version = (await readOptional(path.join(this.directory, 'PG_VERSION')))?.trim();
    if (version === MAJOR_VERSION) return;
    throw new EmbeddedPostgresError(
      `${this.directory} holds data of PostgreSQL ${version ?? 'unknown'}, this program brings ${MAJOR_VERSION}: move the data with pg_dump, or set DATABASE_URL.`,
    );
  }

  /** Made aside and renamed, so that a killed `initdb` leaves nothing behind that looks like a cluster. */
  async initialise(): Promise<void> {
    this.options.log?.('creating the database cluster');
    await removeDeadDrafts(this.directory);
    const draft = await mkdtemp(draftPrefix(this.directory));
    try {
      const passwordFile = path.join(draft, 'pw');
      await this.handOver(draft);
      await writeFile(passwordFile, this.place.password, { mode: 0o600 });
      await this.handOver(passwordFile);
      // initdb wants an empty folder, so the cluster goes one level below the password file
      const argv = this.initdbArguments(path.join(draft, 'data'), passwordFile);
      await this.execute(this.place.binaries.initdb, argv, this.options.signal);
      await publish(path.join(draft, 'data'), this.directory);
    } finally {
      await rm(draft, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** @returns the port it listens on: the one of a server found running wins over the configured one */
  async start(): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      const running = await findPostmaster(this.directory);
      if (running && (await this.answers(running))) return this.attach(running.port);
      const failure = running ? 'PostgreSQL is still starting or stopping.' : await this.tryStart();
      if (failure === undefined) return this.options.port;
      const isPassing = running !== undefined || PASSING.test(failure) || (await this.isRunning());
      if (attempt === START_ATTEMPTS || !isPassing) throw new EmbeddedPostgresError(failure);
      await sleep(RETRY_MS, undefined, { signal: this.options.signal });
    }
  }

  async ensureDatabase(port: number): Promise<void> {
    const client = new pg.Client({ connectionString: this.url(port, 'postgres') });
    await client.connect();
    try {
      const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
      if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
    } catch (error) {
      const isRace = error instanceof pg.DatabaseError && (error.code === '42P04' || error.code === '23505');
      if (!isRace) throw error; // duplicate database: another process was quicker
    } finally {
      await client.end();
    }
  }

  async isOwn(): Promise<boolean> {
    return (await this.ownerPid()) === process.pid;
  }

  /** A server that another live process started is that process's to stop. */
  async isForeign(): Promise<boolean> {
    const owner = await this.ownerPid();
    return owner !== undefined && owner !== process.pid && isAlive(owner);
  }

  /** A gateway works with it. */
  async isUsed(port: number): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url(port) });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const used = await client.query(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'alliance-gateway'`);
      return used.rowCount !== 0;
    } catch {
      return false; // it is gone
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Whoever uses it last stops it. */
  async disown(): Promise<void> {
    await rm(this.ownerFile, { force: true });
  }

  async stop(): Promise<void> {
    await rm(this.ownerFile, { force: true });
    if (!(await this.isRunning())) return;
    await this.pgCtl('stop', '--mode=fast', `--timeout=${FAST_STOP_SECONDS}`).catch(() =>
      this.pgCtl('stop', '--mode=immediate'),
    );
  }

  async interrupt(): Promise<void> {
    const running = await findPostmaster(this.directory);
    if (!running || (await this.isForeign())) return;
    try {
      process.kill(running.pid, 'SIGINT'); // a fast shutdown. Source: PostgreSQL documentation, chapter 18.5
    } catch {
      // it ended by itself
    }
  }

  private async isRunning(): Promise<boolean> {
    return (await findPostmaster(this.directory)) !== undefined;
  }

  /** A postmaster just killed still has its pid and its file for a moment: only an answer proves it. */
  private async answers({ port, isReady }: Postmaster): Promise<boolean> {
    if (!isReady) return false;
    const client = new pg.Client({ connectionString: this.url(port, 'postgres') });
    client.on('error', () => undefined); // it went away in between: the next query says so
    try {
      await client.connect();
      await client.end();
      return true;
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code?.startsWith('57P') !== true) throw error;
      return false; // starting or stopping (57P03), or gone
    }
  }

  private async attach(port: number): Promise<number> {
    this.options.log?.(`re-attached to the PostgreSQL that already runs on 127.0.0.1:${port}`);
    if (!this.options.isVisit || !(await this.isForeign())) await this.own();
    return port;
  }

  /** @returns why it did not start */
  private async tryStart(): Promise<string | undefined> {
    const { port } = this.options;
    if (!(await isPortFree(port))) return takenPort(port);
    await this.shiftLog();
    try {
      const log = `--log=${this.logFile()}`;
      await this.pgCtl('start', '--wait', '--timeout=60', '--silent', log, `--options=${this.serverOptions()}`);
      await this.own();
      return undefined;
    } catch {
      const log = await readOptional(this.logFile());
      return log?.includes('Address already in use') ? takenPort(port) : `PostgreSQL did not start: ${lastLine(log)}`;
    }
  }

  private initdbArguments(directory: string, passwordFile: string): string[] {
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const login = [`--username=${ROLE}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    return [`--pgdata=${directory}`, ...locale, ...login, ...(this.options.fsync === false ? ['--no-sync'] : [])];
  }

  /** No Unix socket; terse errors keep the values of rows out of the server's log. */
  private serverOptions(): string {
    const durable = this.options.fsync === false ? '-F -c synchronous_commit=off -c full_page_writes=off' : '';
    const plain = '-c timezone=UTC -c log_timezone=UTC -c max_connections=200 -c log_error_verbosity=terse';
    return `-p ${this.options.port} -h 127.0.0.1 -k "" ${plain} ${durable}`.trim();
  }

  private logFile(): string {
    return path.join(this.directory, 'server.log');
  }

  /** Keeps the log of this run and of the one before. */
  private async shiftLog(): Promise<void> {
    if (await exists(this.logFile())) await rename(this.logFile(), `${this.logFile()}.1`);
  }

  private async pgCtl(command: string, ...rest: string[]): Promise<void> {
    await this.execute(this.place.binaries.pgCtl, [command, `--pgdata=${this.directory}`, ...rest]);
  }

  /** The environment is not handed on: it may hold secrets, and PG* variables change what the programs do. */
  private async execute(file: string, argv: string[], signal?: AbortSignal): Promise<void> {
    const { user, home } = this.place;
    const env = { LC_ALL: 'C', PATH: '/usr/bin:/bin', COMSPEC: 'C:\\Windows\\System32\\cmd.exe' };
    const running = run(file, argv, { cwd: home, env, ...user, ...(signal && { signal }) });
    const gone = new Promise((resolve) => running.child.once('close', resolve));
    try {
      await running;
    } catch (error) {
      await gone; // an abort does not wait for the program, which still writes
      signal?.throwIfAborted();
      const { stderr = '', message } = error as Error & { stderr?: string };
      const reason = stderr.trim() === '' ? message : lastLine(stderr);
      throw new EmbeddedPostgresError(`${path.basename(file)} failed: ${reason}`, { cause: error });
    }
  }

  private async handOver(file: string): Promise<void> {
    if (this.place.user) await chown(file, this.place.user.uid, this.place.user.gid);
  }

  private async own(): Promise<void> {
    await writeFile(this.ownerFile, String(process.pid), { mode: 0o600 });
  }

  private async ownerPid(): Promise<number | undefined> {
    const text = await readOptional(this.ownerFile);
    return text === undefined ? undefined : Number(text);
  }
}

const takenPort = (port: number): string =>
  `Port ${port} on 127.0.0.1 is taken: set POSTGRES_PORT to a free port, or stop the program that uses it.`;

const PASSING = /shared memory block|lock file|data directory/;

/** The last complaint of a PostgreSQL program: its HINT lines come after the line that matters. */
function lastLine(text: string | undefined): string {
  const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '');
  return (lines.findLast((line) => /FATAL|PANIC|error:/.test(line)) ?? lines.at(-1) ?? 'no message').trim();
}
