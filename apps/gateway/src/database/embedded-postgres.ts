import { type EmbeddedCluster, openCluster } from './embedded-postgres-cluster.js';

export interface EmbeddedPostgresOptions {
  /** Directory of the server's data, password and log; created when missing, kept between runs. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  readonly log?: (line: string) => void;
  /** Off only for throw-away test servers: data does not survive a power cut. Default true. */
  readonly fsync?: boolean;
}

export interface EmbeddedPostgres {
  /** Connection URL with the generated password: a secret. */
  readonly url: string;
  /** Stops the server, unless another live process started it. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that ships as an npm package, or re-attaches to the one already running on `dataDir`
 * (left behind by a killed process). Registers no signal handler: whoever starts it stops it.
 *
 * @throws EmbeddedPostgresError with one sentence that says what to change
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(options);
  const port = await cluster.start();
  await cluster.ensureDatabase(port);
  let stopped: Promise<void> | undefined;
  return { url: cluster.url(port), stop: () => (stopped ??= release(cluster)) };
}

async function release(cluster: EmbeddedCluster): Promise<void> {
  if (await cluster.isOwned()) await cluster.stop();
}
