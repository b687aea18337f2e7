import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { type AppProcess } from '../support/app-process.js';
import { PostgresProxy } from '../support/postgres-proxy.js';
import { type Stack } from '../support/stack.js';
import { type Front } from './front.js';
import { type ForkedGateway, Nursery } from './nursery/nursery.js';

/** What the gateway prints in a failpoint. Source: apps/gateway/src/failpoints/failpoint.ts. */
const REACHED = 'failpoint reached:';
/** Milliseconds between two looks at what a process has printed. */
const LOOK_MS = 25;

/** One gateway of several over the same database. It serves and works. */
export interface Replica {
  readonly port: number;
  readonly process: AppProcess | ForkedGateway;
  /** Between it and the database. */
  readonly proxy: PostgresProxy;
  /** Milliseconds by which its clock is off. */
  clockOffMs: number;
}

/** Environment of every replica: what takes long elsewhere takes a moment here. */
export const GATEWAY_ENVIRONMENT = {
  ROLE: 'all',
  FAILPOINTS: 'on',
  BANK_TIMEOUT_MS: '1500',
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
  LOG_LEVEL: 'error',
} as const;

/** Patched into a gateway: its wall clock can be set off by a message. It has no other. */
const CLOCK_SHIM = `
const now = Date.now.bind(Date);
const RealDate = Date;
let off = 0;
globalThis.Date = class extends RealDate {
  constructor(...args) { if (args.length === 0) super(now() + off); else super(...args); }
  static now() { return now() + off; }
};
process.on('message', (message) => {
  if (typeof message?.clockOffMs !== 'number') return;
  off = message.clockOffMs;
  process.stderr.write('clock off ' + off + '\\n');
});
process.channel?.unref();
`;

/** Ports below those that systems give to connections that go out: a start takes a while, and one of those may be quicker. */
const LOW_PORTS = { from: 12_000, count: 20_000 } as const;

async function lowPort(): Promise<number> {
  for (;;) {
    const port = LOW_PORTS.from + Math.floor(Math.random() * LOW_PORTS.count);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => {
        resolve(false);
      });
      server.listen(port, '127.0.0.1', () => {
        resolve(true);
      });
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** Gateways that come and go behind one address. */
export class Cluster {
  private readonly alive = new Set<Replica>();
  private readonly env: Readonly<Record<string, string>>;
  private nursery: Nursery | undefined;

  constructor(
    private readonly stack: Stack,
    private readonly front: Front,
  ) {
    const shim = path.join(stack.dataDir, 'clock-shim.mjs');
    writeFileSync(shim, CLOCK_SHIM);
    this.env = { ...GATEWAY_ENVIRONMENT, PUBLIC_URL: front.url, NODE_OPTIONS: `--import=${shim}` };
  }

  /** From now on replicas are copies of one process, and none is started any more. */
  async openNursery(): Promise<void> {
    const { dataDir, gatewayEnvironment } = this.stack;
    const env = { ...gatewayEnvironment, ...this.env, PORT: String(await lowPort()) };
    this.nursery = await Nursery.open(dataDir, env);
  }

  get replicas(): readonly Replica[] {
    return [...this.alive];
  }

  async add(): Promise<Replica> {
    const proxy = await PostgresProxy.listen(this.stack.database.url);
    const { port, process } = await this.start({ ...this.env, DATABASE_URL: proxy.url });
    const replica = { port, process, proxy, clockOffMs: 0 };
    this.alive.add(replica);
    this.lead();
    return replica;
  }

  /** Tells a replica where to stand still; it may never get there. */
  arm({ process }: Replica, failpoint: string | null, pass = 1): void {
    process.tell({ failpoint, pass });
  }

  setClockOff(replica: Replica, clockOffMs: number): void {
    replica.clockOffMs = clockOffMs;
    replica.process.tell({ clockOffMs });
  }

  /** @returns whether it stands still there, within that time */
  async stands({ process }: Replica, failpoint: string, withinMs: number): Promise<boolean> {
    const giveUpAt = Date.now() + withinMs;
    while (!process.logs().includes(`${REACHED} ${failpoint}\n`)) {
      if (Date.now() > giveUpAt) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return true;
  }

  /** Its sockets close at once, as when the machine's kernel lives on. */
  async kill(replica: Replica): Promise<void> {
    this.alive.delete(replica);
    this.lead();
    const { signal } = await replica.process.kill();
    if (signal !== 'SIGKILL') throw new Error(`a replica ended by ${String(signal)}:\n${replica.process.logs()}`);
    await replica.proxy.close();
  }

  async stop(): Promise<void> {
    for (const replica of this.replicas) await this.kill(replica);
    this.nursery?.close();
  }

  /** Once more where a machine is too busy with others, or somebody else took the port. */
  private async start(over: Readonly<Record<string, string>>): Promise<Pick<Replica, 'port' | 'process'>> {
    return this.tryToStart(over).catch(() => this.tryToStart(over));
  }

  private async tryToStart(over: Readonly<Record<string, string>>): Promise<Pick<Replica, 'port' | 'process'>> {
    const port = await lowPort();
    const env = { ...over, PORT: String(port) };
    if (!this.nursery) return { port, process: (await this.stack.addGateway(env)).process };
    return { port, process: await this.nursery.bear({ ...this.stack.gatewayEnvironment, ...env }) };
  }

  private lead(): void {
    this.front.leadTo(this.replicas.map(({ port }) => port));
  }
}
