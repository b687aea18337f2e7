import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { isCode, readOptional } from './files.js';

const run = promisify(execFile);

/** Line numbers of postmaster.pid. Source: PostgreSQL src/include/utils/pidfile.h. */
const PID_LINE = 0;
const PORT_LINE = 3;
const STATUS_LINE = 7;

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** False while it starts, recovers or stops. */
  readonly isReady: boolean;
}

/**
 * The server that runs on a data directory. A pid file left by a killed server is removed when its number meanwhile
 * belongs to another program, which PostgreSQL itself cannot tell.
 */
export async function findPostmaster(directory: string): Promise<Postmaster | undefined> {
  const file = path.join(directory, 'postmaster.pid');
  const lines = (await readOptional(file))?.split('\n') ?? [];
  const [pid, port] = [Number(lines[PID_LINE]), Number(lines[PORT_LINE])];
  if (!(pid > 0) || !isAlive(pid)) return undefined;
  if (!(await commandLine(pid)).includes(directory)) {
    await rm(file, { force: true });
    return undefined;
  }
  return { pid, port, isReady: lines[STATUS_LINE]?.trim() === 'ready' };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM'); // somebody else's
  }
}

export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (isCode(error, 'EADDRINUSE')) resolve(false);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}

/** Empty for a process that has ended but was not reaped yet. */
async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8');
    const query = `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`;
    const windows = ['powershell', ['-NoProfile', '-Command', query]] as const;
    const [program, argv] =
      process.platform === 'win32' ? windows : (['ps', ['-o', 'command=', '-p', String(pid)]] as const);
    return (await run(program, argv)).stdout;
  } catch {
    return '';
  }
}
