import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AppPlan } from './app-plan.js';
import { LogFile } from './log-file.js';
import { toTerminal } from './log-line.js';

const READY_TIMEOUT_MS = 60_000;
/** Longer than an app may take to end in order, which is 25 s. */
const STOP_TIMEOUT_MS = 30_000;

export interface ChildOptions {
  readonly plan: AppPlan;
  readonly script: string;
  /** Tells this app from the same one of another installation: it stands in the command line. */
  readonly mark: string;
  readonly logFile: string;
  readonly print: (line: string) => void;
}

/** One app as a child process: its log goes to a file, what matters of it to the terminal. */
export class ChildApp {
  readonly ready: Promise<void>;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  private readonly child: ChildProcess;
  private readonly log: LogFile;
  private lastError = '';

  constructor(private readonly options: ChildOptions) {
    const { plan, script, mark } = options;
    this.log = new LogFile(options.logFile);
    // In a process group of its own: Ctrl-C reaches the launcher alone, which then stops the apps in order.
    const detached = process.platform !== 'win32';
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
    this.child = spawn(process.execPath, [script, mark], { env: plan.env, detached, stdio });
    this.child.on('error', ({ message }) => (this.lastError = message)); // it could not be started, or not be signalled
    this.gone = new Promise((resolve) => this.child.once('close', resolve)).then(() => undefined);
    this.ready = this.becomesReady();
  }

  get name(): string {
    return this.options.plan.name;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Why it ended, in one sentence. */
  get ending(): string {
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
    this.readOutput();
    // The one message that an app sends says that it listens. Its log may be silent.
    const ready = new Promise((resolve) => this.child.once('message', resolve)).then(() => undefined);
    const ended = this.gone.then(() => Promise.reject(new Error(this.ending)));
    const late = sleep(READY_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() =>
      Promise.reject(new Error(`The ${this.name} was not ready after ${READY_TIMEOUT_MS / 1000} s: see ${logFile}`)),
    );
    for (const loser of [ended, late]) loser.catch(() => undefined); // the race tells the first one
    await Promise.race([ready, ended, late]).finally(() => {
      timeout.abort();
    });
  }

  private readOutput(): void {
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) return;
    createInterface({ input: stdout }).on('line', (line) => {
      this.record(line);
    });
    createInterface({ input: stderr }).on('line', (line) => {
      if (line.trim() !== '') this.lastError = line.trim();
      this.record(line);
    });
  }

  private record(line: string): void {
    this.log.write(line);
    const shown = toTerminal(this.name, line);
    if (shown !== undefined) this.options.print(shown);
  }
}
