import path from 'node:path';
import { type EmbeddedCluster, openCluster } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { isCode } from './files.js';
import { homeOf } from './home.js';
import { findPostmaster } from './postmaster.js';

/** Where the server keeps its data, where it listens, and whose it is. */
export interface EmbeddedPostgresOptions {
  /** Directory of the server's data, password and log; created when missing, kept between runs. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  readonly log?: (line: string) => void;
  /** A cluster that does not exist is an error, and nothing is made. Default false: it is made. */
  readonly mustExist?: boolean;
  /** Gives up: what is half made is removed. */
  readonly signal?: AbortSignal | undefined;
  /**
   * For a short visit, such as one command: a server that somebody else started stays theirs to stop, and one that a
   * gateway has come to use meanwhile goes on. Default false: whoever starts or finds the server stops it.
   */
  readonly isVisit?: boolean;
  /** Off only for throw-away test servers: data does not survive a power cut. Default true. */
  readonly fsync?: boolean;
}

/** A server that runs. */
export interface EmbeddedPostgres {
  /** Connection URL with the generated password: a secret. */
  readonly url: string;
  /** Stops the server, unless it is another live process's to stop. Safe to call twice. */
  stop(): Promise<void>;
  /** Tells the server to stop, and does not wait for it: for a process that ends at once. */
  interrupt(): Promise<void>;
}

/**
 * Starts the PostgreSQL that ships as an npm package, or re-attaches to the one already running on `dataDir`
 * (left behind by a killed process). Registers no signal handler: whoever starts it stops it.
 *
 * @throws EmbeddedPostgresError with one sentence that says what to change
 * @example
 * const postgres = await startEmbeddedPostgres({ dataDir: '.data/postgres', port: 54_380 });
 * await new pg.Client({ connectionString: postgres.url }).connect();
 * await postgres.stop();
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await explained(options.dataDir, () => openCluster(options));
  try {
    options.signal?.throwIfAborted();
    const port = await cluster.start();
    await cluster.ensureDatabase(port);
    options.signal?.throwIfAborted();
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= release(cluster, options.isVisit ? port : undefined));
    return { url: cluster.url(port), stop, interrupt: () => cluster.interrupt() };
  } catch (error) {
    if (await cluster.isOwn()) await cluster.stop();
    throw error;
  }
}

/**
 * The port that the server of `dataDir` listens on; undefined: none runs. It may be gone a moment later.
 * @example
 * const port = await portOfRunningServer('.data/postgres'); // undefined: none runs
 */
export async function portOfRunningServer(dataDir: string): Promise<number | undefined> {
  return (await findPostmaster(path.join(await homeOf(dataDir), 'cluster')))?.port;
}

/** @param visited the port of a server that is left to a gateway which uses it */
async function release(cluster: EmbeddedCluster, visited?: number): Promise<void> {
  if (await cluster.isForeign()) return;
  if (visited !== undefined && (await cluster.isUsed(visited))) await cluster.disown();
  else await cluster.stop();
}

/** A folder that cannot be used is the operator's to change. @throws EmbeddedPostgresError */
async function explained<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EDQUOT')) throw error;
    throw new EmbeddedPostgresError(
      `The database cannot be kept in ${dataDir} (${(error as Error).message}): set DATA_DIR to a folder that this user may write to, with 100 MB to spare, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}
