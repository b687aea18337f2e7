import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';

const READY_TIMEOUT_MS = 30_000;

export interface Child {
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Working copy whose build is run; this one when left out. */
  readonly checkout?: string | undefined;
}

/**
 * A compiled program as a child process; resolves when it says that it listens. Its output goes to a file: reading it
 * through a pipe would cost the load generator CPU time that the logs of the measured process should not take.
 */
export async function startChild(file: string, { env, logFile, checkout = '.' }: ChildOptions): Promise<Child> {
  const output = openSync(logFile, 'w');
  const program = path.resolve(checkout, 'dist', file);
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  await listening(child, file, logFile);
  return { pid: child.pid ?? -1, stop: () => stop(child) };
}

async function listening(child: ChildProcess, file: string, logFile: string): Promise<void> {
  const giveUpAt = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const printed = readFileSync(logFile, 'utf8');
    if (printed.includes('"msg":"listening"')) return;
    if (child.exitCode !== null || Date.now() > giveUpAt) {
      await stop(child);
      throw new Error(`${file} is not listening:\n${printed}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}
