import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { APP_ENVIRONMENT } from './app-environment.js';

export type AppName = 'gateway' | 'simulator' | 'shop' | 'launcher';

export interface AppOptions {
  /** The whole environment but {@link APP_ENVIRONMENT}: nothing of the test run's own leaks in. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds until it is ready. Default 40,000: a busy machine needs half of it. */
  readonly readyTimeoutMs?: number;
  /** What it prints when it is ready; default: the message of gateway, simulator and shop, whatever they log. */
  readonly ready?: RegExp;
}

export interface AppExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One built app as a child process. Everything it ever printed is kept, over restarts too. */
export class AppProcess {
  private child: ChildProcess | undefined;
  private output = '';
  /** Start of the current run within `output`. */
  private mark = 0;
  /** The current run has said that it listens. */
  private isListening = false;

  private constructor(
    readonly name: AppName,
    private options: AppOptions,
  ) {}

  /** Resolves when the app is ready. @throws Error with its output when it ends or stays silent instead */
  static async start(name: AppName, options: AppOptions): Promise<AppProcess> {
    const app = new AppProcess(name, options);
    await app.run();
    return app;
  }

  /** Runs an app that is expected to end by itself, such as one with a wrong configuration. */
  static async runToEnd(name: AppName, options: AppOptions): Promise<AppExit & { output: string }> {
    const app = new AppProcess(name, options);
    const exit = await app.ended(app.spawn());
    return { ...exit, output: app.output };
  }

  get isRunning(): boolean {
    return this.child !== undefined;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} is not running.`);
    return this.child.pid;
  }

  /** A message over the channel of child processes, such as which failpoint is armed. */
  tell(message: object): void {
    this.child?.send(message, () => undefined); // one that has just died hears nothing
  }

  /** SIGSTOP and SIGCONT; one that has died gets neither. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** All of stdout and stderr so far: scan it for canaries. */
  logs(): string {
    return this.output;
  }

  /** Nobody reads any more, as when it is piped into `head`. */
  closeOutput(): void {
    for (const stream of [this.child?.stdout, this.child?.stderr]) stream?.destroy();
  }

  /** SIGTERM, then SIGKILL after 40 seconds: the launcher gives its apps 30. */
  async stop(): Promise<AppExit> {
    return this.end('SIGTERM');
  }

  /** Waits until it ends by itself. */
  async exit(): Promise<AppExit> {
    if (this.child === undefined) throw new Error(`${this.name} is not running.`);
    return this.ended(this.child);
  }

  async kill(): Promise<AppExit> {
    return this.end('SIGKILL');
  }

  /** Stops it if it runs and starts it again, with `env` laid over the old one. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.stop();
    this.options = { ...this.options, env: { ...this.options.env, ...env } };
    await this.run();
  }

  private async run(): Promise<void> {
    const child = this.spawn();
    try {
      await this.becomesReady(child);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  private spawn(): ChildProcess {
    const file = path.join('dist', 'apps', this.name, 'src', 'main.js'); // relative, as the npm scripts name it
    const env = { ...APP_ENVIRONMENT, NODE_ENV: 'test', ...this.options.env };
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.isListening = false;
    child.on('message', () => (this.isListening = true));
    this.mark = this.output.length;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.child = child;
    return child;
  }

  private async becomesReady(child: ChildProcess): Promise<void> {
    const { readyTimeoutMs = 40_000, ready } = this.options;
    const isReady = () => (ready === undefined ? this.isListening : ready.test(this.output.slice(this.mark)));
    const giveUpAt = Date.now() + readyTimeoutMs;
    while (!isReady()) {
      if (child.exitCode !== null || child.signalCode !== null) throw this.failure('ended before it was ready');
      if (Date.now() > giveUpAt) throw this.failure(`was not ready after ${readyTimeoutMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private failure(what: string): Error {
    return new Error(`${this.name} ${what}:\n${this.output.slice(this.mark)}`);
  }

  private async end(signal: NodeJS.Signals): Promise<AppExit> {
    const { child } = this;
    if (child === undefined) return { code: 0, signal: null };
    const ended = this.ended(child);
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 40_000);
    const exit = await ended;
    clearTimeout(timer);
    this.child = undefined;
    return exit;
  }

  private async ended(child: ChildProcess): Promise<AppExit> {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    return { code: child.exitCode, signal: child.signalCode };
  }
}
