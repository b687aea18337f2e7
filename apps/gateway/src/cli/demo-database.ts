import path from 'node:path';
import { EmbeddedPostgresError, startEmbeddedPostgres } from '#libs/embedded-postgres';
import { ConfigError } from '../config/gateway-config.js';
import { type Access } from '../audit/command.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface CommandDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

/** As `npm start` has it, TCP. */
const DEFAULT_PORT = 54_380;
/** Kubernetes describes every service to every container: a service "postgres" sets POSTGRES_PORT=tcp://10.96.0.12:5432. */
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//iu;

/** A command without a database of its own works with the one that `npm start` keeps in DATA_DIR. */
export function isDemo(env: Environment): boolean {
  const isBlank = (name: string): boolean => (env[name] ?? '').trim() === '';
  return env['NODE_ENV'] !== 'production' && isBlank('DATABASE_URL') && isBlank('DATABASE_URL_FILE');
}

/**
 * Starts the database of `npm start` if it does not run, for one command.
 *
 * @param access what the command does: only one that installs makes a database where there is none
 * @throws ConfigError
 */
export async function openDemoDatabase(env: Environment, access: Access): Promise<CommandDatabase> {
  const dataDir = path.join(setOr(env['DATA_DIR'], '.data'), 'postgres');
  const port = portOf(setOr(env['POSTGRES_PORT'], String(DEFAULT_PORT)));
  try {
    return await startEmbeddedPostgres({ dataDir, port, mustExist: access !== 'installs', isVisit: true });
  } catch (error) {
    throw error instanceof EmbeddedPostgresError ? new ConfigError(error.message, { cause: error }) : error;
  }
}

const setOr = (value: string | undefined, fallback: string): string =>
  value === undefined || value.trim() === '' ? fallback : value;

function portOf(text: string): number {
  const port = SERVICE_LINK.test(text) ? DEFAULT_PORT : Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ConfigError('POSTGRES_PORT must be a TCP port from 0 to 65535');
}
