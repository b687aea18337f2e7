import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.js';
import { until } from './until.js';

export interface Pooler {
  /** "PgBouncer 1.18.0" */
  readonly version: string;
  /** A database of the server, by way of the pooler. */
  urlOf(databaseUrl: string): string;
  stop(): Promise<void>;
}

/** The version of the program on this machine; undefined when there is none. */
export function pgBouncerVersion(): string | undefined {
  const { stdout, error } = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' });
  return error ? undefined : stdout.split('\n')[0];
}

/** PgBouncer in transaction mode before the server of `databaseUrl`, with fewer connections than it has clients. */
export async function startPgBouncer(databaseUrl: string, version: string): Promise<Pooler> {
  const server = new URL(databaseUrl);
  const port = await freePort();
  const directory = await mkdtemp(path.join(tmpdir(), 'pgbouncer-'));
  const file = path.join(directory, 'pgbouncer.ini');
  await writeFile(file, configOf(server, port));
  await chmod(directory, 0o755); // it refuses to run as root and must read its file as somebody else
  const asSomebodyElse = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', ['-q', ...asSomebodyElse, file], { stdio: 'ignore' });
  await until('PgBouncer listens', () => accepts(port));
  return {
    version,
    urlOf: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    stop: async () => {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const configOf = ({ hostname, port, username, password }: URL, listenPort: number): string => `[databases]
* = host=${hostname} port=${port} user=${username}${password === '' ? '' : ` password=${decodeURIComponent(password)}`}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 100
`;

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
