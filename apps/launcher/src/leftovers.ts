import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than an app may take to end in order, which is 25 s. */
const GRACE_MS = 30_000;
const POLL_MS = 50;

/** Which processes of ours run, kept on disk: a launcher that was killed could not stop its apps. */
export class Leftovers {
  private readonly directory: string;

  /** @param scriptOf the main.js that a process of this name runs */
  constructor(
    private readonly dataDir: string,
    private readonly scriptOf: (name: string) => string,
  ) {
    this.directory = path.join(dataDir, 'run');
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
  }

  /** The pid, if it really is that process of ours: numbers are used again, by other installations as well. */
  find(name: string): number | undefined {
    const pid = this.read(name);
    if (pid === undefined || !runs(pid, this.scriptOf(name))) return undefined;
    return name === 'launcher' || isAbout(this.dataDir, commandLine(pid)) ? pid : undefined;
  }

  note(name: string, pid: number): void {
    writeFileSync(this.file(name), String(pid), { mode: 0o600 });
  }

  forget(name: string): void {
    rmSync(this.file(name), { force: true });
  }

  /** SIGTERM, then SIGKILL. */
  async stop(name: string): Promise<void> {
    if (this.find(name) !== undefined) {
      this.signal(name, 'SIGTERM');
      for (let waitedMs = 0; waitedMs < GRACE_MS && this.find(name) !== undefined; waitedMs += POLL_MS) {
        await sleep(POLL_MS);
      }
      this.signal(name, 'SIGKILL');
    }
    this.forget(name);
  }

  private signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.find(name);
    if (pid === undefined) return;
    try {
      process.kill(pid, signal);
    } catch {
      // it ended by itself
    }
  }

  private read(name: string): number | undefined {
    try {
      return Number(readFileSync(this.file(name), 'utf8'));
    } catch {
      return undefined;
    }
  }

  private file(name: string): string {
    return path.join(this.directory, `${name}.pid`);
  }
}

/** npm starts the launcher by a relative path, so what a process names is read from the folder that it runs in. */
function runs(pid: number, script: string): boolean {
  const line = commandLine(pid);
  return line.includes(script) || line.split(/[\0 ]/u).some((word) => path.resolve(folderOf(pid), word) === script);
}

/** `ps` separates words with blanks, which a path may have itself. */
const isAbout = (dataDir: string, line: string): boolean =>
  line.includes('\0') ? line.split('\0').includes(dataDir) : line.trimEnd().endsWith(` ${dataDir}`);

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return process.cwd();
  }
}

function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (process.platform === 'win32') return '';
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
