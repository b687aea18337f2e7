import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AppPlan } from './app-plan.js';
import { isReadyLine, toTerminal } from './log-line.js';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const LOG_LIMIT_BYTES = 10_000_000;

export interface ChildOptions {
  readonly plan: AppPlan;
  readonly script: string;
  readonly logFile: string;
  readonly print: (line: string) => void;
}

/** One app as a child process: its log goes to a file, what matters of it to the terminal. */
export class ChildApp {
  readonly ready: Promise<void>;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  private readonly child: ChildProcess;
  private readonly log: WriteStream;
  private lastError = '';

  constructor(private readonly options: ChildOptions) {
    const { plan, script } = options;
    this.log = openLog(options.logFile);
    // In a process group of its own: Ctrl-C reaches the launcher alone, which then stops the apps in order.
    const detached = process.platform !== 'win32';
    this.child = spawn(process.execPath, [script], { env: plan.env, detached, stdio: ['ignore', 'pipe', 'pipe'] });
    this.gone = once(this.child, 'close').then(() => undefined);
    this.ready = this.becomesReady();
  }

  get name(): string {
    return this.options.plan.name;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Why it ended, in one sentence. */
  get epitaph(): string {
    const { exitCode, signalCode } = this.child;
    const how = signalCode === null ? `with code ${exitCode ?? '?'}` : `by ${signalCode}`;
    const said = this.lastError === '' ? `see ${this.options.logFile}` : this.lastError;
    return `The ${this.name} ended ${how}: ${said}`;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const timeout = new AbortController();
    void sleep(STOP_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(
      () => {
        this.kill();
      },
      () => undefined, // it was gone in time
    );
    await this.gone;
    timeout.abort();
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private async becomesReady(): Promise<void> {
    const { logFile } = this.options;
    const timeout = new AbortController();
    const ready = new Promise<void>((resolve) => {
      this.listen(resolve);
    });
    const ended = this.gone.then(() => Promise.reject(new Error(this.epitaph)));
    const late = sleep(READY_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() =>
      Promise.reject(new Error(`The ${this.name} was not ready after ${READY_TIMEOUT_MS / 1000} s: see ${logFile}`)),
    );
    for (const loser of [ended, late]) loser.catch(() => undefined); // the race tells the first one
    await Promise.race([ready, ended, late]).finally(() => {
      timeout.abort();
    });
  }

  private listen(onReady: () => void): void {
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) return;
    createInterface({ input: stdout }).on('line', (line) => {
      if (isReadyLine(line)) onReady();
      this.record(line);
    });
    createInterface({ input: stderr }).on('line', (line) => {
      if (line.trim() !== '') this.lastError = line.trim();
      this.record(line);
    });
  }

  private record(line: string): void {
    this.log.write(`${line}\n`);
    const shown = toTerminal(this.name, line);
    if (shown !== undefined) this.options.print(shown);
  }
}

function openLog(file: string): WriteStream {
  if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return createWriteStream(file, { flags: 'a', mode: 0o600 });
}
