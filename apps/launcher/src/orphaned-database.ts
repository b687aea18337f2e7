import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine } from './leftovers.js';

/** Line numbers of postmaster.pid. Source: PostgreSQL src/include/utils/pidfile.h. */
const PID_LINE = 0;
const PORT_LINE = 3;
/** A fast shutdown writes out what is in memory, then ends. */
const FAST_STOP_MS = 20_000;
const POLL_MS = 50;

interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/** The database server of this DATA_DIR, as its own pid file has it. It may be gone. */
export function postmasterOf(dataDir: string): Postmaster | undefined {
  const lines = readText(path.join(clusterOf(dataDir), 'postmaster.pid'))?.split('\n');
  return lines && { pid: Number(lines[PID_LINE]), port: Number(lines[PORT_LINE]) };
}

/** The database server that the gateway started and could not stop, because it was killed. */
export class OrphanedDatabase {
  constructor(private readonly dataDir: string) {}

  async stop(): Promise<void> {
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
      this.signal(signal);
      for (let waitedMs = 0; waitedMs < FAST_STOP_MS && this.find() !== undefined; waitedMs += POLL_MS) {
        await sleep(POLL_MS);
      }
    }
  }

  /** SIGINT: fast shutdown; SIGQUIT: at once, and the next start recovers. Source: PostgreSQL documentation, chapter 18.5. */
  signal(signal: 'SIGINT' | 'SIGQUIT'): void {
    const pid = this.find();
    if (pid === undefined) return;
    try {
      process.kill(pid, signal);
    } catch {
      // it ended by itself
    }
  }

  /** Not while another live process says that it is its own to stop. */
  private find(): number | undefined {
    const pid = postmasterOf(this.dataDir)?.pid;
    if (pid === undefined || !commandLine(pid).includes(clusterOf(this.dataDir))) return undefined;
    const owner = Number(readText(path.join(this.dataDir, 'postgres', 'owner.pid')) ?? Number.NaN);
    return owner > 0 && commandLine(owner) !== '' ? undefined : pid;
  }
}

function clusterOf(dataDir: string): string {
  const home = path.join(dataDir, 'postgres');
  const cluster = path.join(readText(path.join(home, 'location')) ?? home, 'cluster');
  return existsSync(cluster) ? realpathSync(cluster) : cluster; // as it stands in the server's command line
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
