import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { APP_ENVIRONMENT } from '../../support/app-environment.js';
import { type AppExit } from '../../support/app-process.js';

/** Of a gateway that is to come. */
export interface Birth {
  readonly env: Readonly<Record<string, string>>;
  /** Files: what it prints, and where it talks to whoever wanted it. */
  readonly output: string;
  readonly socket: string;
}

/** Built from fork.c. */
export interface ForkAddon {
  fork(output: string): number;
  signalThatEnded(pid: number): number;
}

const SOURCE = path.join('test', 'chaos', 'nursery', 'fork.c');
const ADDON = path.resolve('dist/test/chaos/nursery/fork.node');
/** Milliseconds until a gateway listens; a busy machine needs a part of it. */
const READY_MS = 40_000;
/** Milliseconds between two looks at a process that was killed. */
const LOOK_MS = 5;
const SIGKILL = 9;

/** @returns why this machine cannot, or undefined when all that it takes stands in `dist` */
export function buildNursery(): string | undefined {
  const headers = path.resolve(path.dirname(process.execPath), '../include/node');
  if (process.platform !== 'linux' || !existsSync(path.join(headers, 'node_api.h'))) return 'no headers of Node.js';
  mkdirSync(path.dirname(ADDON), { recursive: true });
  const compile = ['node_modules/@swc/cli/bin/swc.js', path.dirname(SOURCE), '--out-dir', 'dist'];
  execFileSync(process.execPath, [...compile, '--config-file', '.swcrc', '--quiet']);
  try {
    execFileSync('cc', ['-O1', '-shared', '-fPIC', '-I', headers, '-o', ADDON, SOURCE], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no C compiler';
  }
}

/** Copies of one process that has loaded and run everything once: a new gateway for a tenth of what a start costs. */
export class Nursery {
  private count = 0;

  private constructor(
    private readonly mother: ChildProcess,
    private readonly directory: string,
  ) {}

  /** @param env of a gateway that is started once and stopped again */
  static async open(directory: string, env: Readonly<Record<string, string>>): Promise<Nursery> {
    const options = ['--single-threaded', '--max-semi-space-size=32', ...(env['NODE_OPTIONS'] ?? '').split(' ')];
    const file = path.join('dist', 'test', 'chaos', 'nursery', 'mother.js');
    const mother = spawn(process.execPath, [...options.filter(Boolean), file], {
      env: { ...APP_ENVIRONMENT, NODE_ENV: 'test', FORK_ADDON: ADDON, WARM_UP: JSON.stringify({ env }) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ready = once(mother, 'message').then(() => true);
    if (!(await Promise.race([ready, once(mother, 'exit').then(() => false)]))) throw new Error('no nursery');
    return new Nursery(mother, directory);
  }

  /** Resolves when it listens. */
  async bear(env: Readonly<Record<string, string>>): Promise<ForkedGateway> {
    const name = path.join(this.directory, `life-${(this.count += 1)}`);
    const birth: Birth = { env: { ...APP_ENVIRONMENT, NODE_ENV: 'test', ...env }, ...filesOf(name) };
    const server = createServer();
    server.listen(birth.socket);
    await once(server, 'listening');
    const line: Promise<Socket[]> = once(server, 'connection');
    const { pid } = await this.ask<{ pid: number }>({ bear: birth }, 'born', birth.socket);
    const [socket] = await orFail(line, () => readFileSync(birth.output, 'utf8'));
    if (!socket) throw new Error('nobody came');
    server.close();
    socket.on('error', () => undefined); // it was killed
    const gone = once(socket, 'close').then(() => Promise.reject(new Error(readFileSync(birth.output, 'utf8'))));
    await orFail(Promise.race([once(socket, 'data'), gone]), () => readFileSync(birth.output, 'utf8'));
    gone.catch(() => undefined); // as it is meant to, later
    return new ForkedGateway(pid, birth.output, socket, () => this.signalThatEnded(pid));
  }

  close(): void {
    this.mother.kill('SIGKILL'); // its children go with it
  }

  private async signalThatEnded(pid: number): Promise<number> {
    for (;;) {
      const { signal } = await this.ask<{ signal: number }>({ bury: pid }, 'buried', pid);
      if (signal >= 0) return signal;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  private ask<Answer>(order: object, member: string, id: unknown): Promise<Answer> {
    return new Promise((resolve) => {
      const hear = (message: Record<string, unknown>): void => {
        if (message[member] !== id) return;
        this.mother.off('message', hear);
        resolve(message as Answer);
      };
      this.mother.on('message', hear).send(order);
    });
  }
}

/** What a campaign does with a gateway's process, however it came about. */
export class ForkedGateway {
  constructor(
    readonly pid: number,
    private readonly output: string,
    private readonly line: Socket,
    private readonly ended: () => Promise<number>,
  ) {}

  tell(message: object): void {
    if (this.line.writable) this.line.write(`${JSON.stringify(message)}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  logs(): string {
    return readFileSync(this.output, 'utf8');
  }

  async kill(): Promise<AppExit> {
    this.signal('SIGKILL');
    const signal = await this.ended();
    this.line.destroy();
    return signal === SIGKILL ? { code: null, signal: 'SIGKILL' } : { code: signal, signal: null };
  }
}

const filesOf = (name: string) => ({ output: `${name}.log`, socket: `${name}.sock` });

async function orFail<T>(promise: Promise<T>, output: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`a gateway was not ready after ${READY_MS} ms:\n${output()}`));
  }, READY_MS);
  return Promise.race([promise, late.promise]).finally(() => {
    clearTimeout(timer);
  });
}
