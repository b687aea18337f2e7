import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.js';

/** A terminal in which a reader types what a document shows. What runs in the background goes on printing into it. */
export class ShellSession {
  private output = '';
  private errors = '';
  private typed = 0;
  private readonly shell: ChildProcessWithoutNullStreams;

  constructor(env: Readonly<Record<string, string>>) {
    this.shell = spawn('bash', ['--noprofile', '--norc'], { env, detached: true });
    this.shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.shell.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  /** All that went to standard output so far. */
  get printed(): string {
    return this.output.replaceAll(/<end \d+ \d+>\n/gu, '');
  }

  /** @returns what these commands printed. @throws Error with it when the last of them failed */
  async run(commands: string): Promise<string> {
    const start = this.output.length;
    const number = ++this.typed;
    const end = new RegExp(`<end ${number} (\\d+)>\\n`, 'u');
    this.shell.stdin.write(`${commands}\necho "<end ${number} $?>"\n`);
    await until(`the shell has run: ${commands}`, () => Promise.resolve(end.test(this.output.slice(start))));
    const printed = this.output.slice(start);
    const [, code] = end.exec(printed) ?? [];
    if (code !== '0') throw new Error(`This ended with ${String(code)}: ${commands}\n${printed}${this.errors}`);
    return printed.replace(end, '');
  }

  /** Ends the shell with everything that it began. */
  async close(): Promise<void> {
    if (this.shell.exitCode !== null) return;
    const closed = once(this.shell, 'close');
    process.kill(-(this.shell.pid ?? 0), 'SIGKILL');
    await closed;
  }
}
