import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Frame, FrameReader, type Statement, StatementReader } from './postgres-frames.js';

export interface TrapOptions {
  /** Part of the SQL that springs it. */
  readonly statement: string;
  /** before: the server never sees the statement · after: it has run and committed, its answer stays here */
  readonly when: 'before' | 'after';
  /** hold: the connection stands still until it is released · cut: both ends are torn down */
  readonly action: 'hold' | 'cut';
}

/** Springs once. */
export interface Trap {
  /** Resolves when the statement came by. */
  readonly sprung: Promise<void>;
  readonly hasSprung: () => boolean;
  /** Lets a held connection go on. */
  release(): void;
}

/** Where a connection is cut: after so many messages of the whole proxy have gone that way. */
export interface Boundary {
  readonly direction: 'question' | 'answer';
  readonly after: number;
}

/** The message after which a connection was cut, and the statement that was under way. */
export interface Cut {
  readonly direction: Boundary['direction'];
  /** Type of the message. Source: postgresql.org/docs, "Message Formats". */
  readonly type: string;
  readonly sql: string;
}

/** A network that loses every packet and resets nothing. */
export interface Silence {
  /** Bytes of the client that were taken and lost so far. */
  readonly swallowedBytes: () => number;
  /** Connections are let through again; those that were made before stay silent. */
  end(): void;
}

type Swallow = (chunk: Buffer) => void;

interface ArmedTrap {
  readonly options: TrapOptions;
  spring(release: () => void): void;
}

/** Stands between one client and Postgres, sees every statement and stops or cuts a connection where a test says. */
export class PostgresProxy {
  /** In the order they were sent, over all connections. */
  readonly statements: Statement[] = [];
  /** As a pooler does it that gives the connection to others between two statements. */
  dropsNotices = false;
  private readonly armed: ArmedTrap[] = [];
  private readonly links = new Set<Link>();
  private readonly cuts = new Set<{ boundary: Boundary; passed: number; done: (cut: Cut) => void }>();
  /** Connections that were made while all was silent. */
  private readonly strays = new Set<Socket>();
  /** Set while all is silent. */
  private swallow: Swallow | undefined;

  private constructor(
    private readonly server: Server,
    private readonly upstream: URL,
  ) {}

  static async listen(databaseUrl: string): Promise<PostgresProxy> {
    const server = createServer();
    const proxy = new PostgresProxy(server, new URL(databaseUrl));
    server.on('connection', (client) => {
      proxy.accept(client);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The database by way of this proxy. */
  get url(): string {
    const url = new URL(this.upstream);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  trap(options: TrapOptions): Trap {
    const { promise: sprung, resolve } = Promise.withResolvers<undefined>();
    let release: (() => void) | undefined;
    this.armed.push({
      options,
      spring: (letGo) => {
        release = letGo;
        resolve(undefined);
      },
    });
    return { sprung, hasSprung: () => release !== undefined, release: () => release?.() };
  }

  /** Cuts whichever connection the message belongs to. What has passed arrives; nothing else does, either way. */
  cutAt(boundary: Boundary): Promise<Cut> {
    const { promise, resolve } = Promise.withResolvers<Cut>();
    this.cuts.add({ boundary, passed: 0, done: resolve });
    return promise;
  }

  /** From now on all that clients send is taken and lost, over connections that stand and over new ones. */
  fallSilent(): Silence {
    let swallowed = 0;
    this.swallow = (chunk) => (swallowed += chunk.length);
    for (const link of this.links) link.fallSilent(this.swallow);
    return { swallowedBytes: () => swallowed, end: () => (this.swallow = undefined) };
  }

  async close(): Promise<void> {
    for (const link of this.links) link.cut();
    for (const stray of this.strays) stray.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.swallow) {
      this.strays.add(client.on('data', this.swallow).on('error', () => undefined));
      return;
    }
    const server = connect(Number(this.upstream.port), this.upstream.hostname);
    const see = (statement: Statement): ArmedTrap | undefined => {
      this.statements.push(statement);
      const index = this.armed.findIndex(({ options }) => statement.sql.includes(options.statement));
      return index < 0 ? undefined : this.armed.splice(index, 1)[0];
    };
    const link = new Link(client, server, {
      see,
      drops: ({ type }) => this.dropsNotices && type === NOTICE,
      isCutAfter: (cut) => this.isCutAfter(cut),
    });
    this.links.add(link);
    server.once('close', () => this.links.delete(link));
  }

  private isCutAfter(cut: Cut): boolean {
    for (const one of this.cuts) {
      if (one.boundary.direction !== cut.direction || one.passed++ < one.boundary.after) continue;
      this.cuts.delete(one);
      one.done(cut);
      return true;
    }
    return false;
  }
}

/** NotificationResponse. Source: postgresql.org/docs, "Message Formats". */
const NOTICE = 'A';

interface Watch {
  readonly see: (statement: Statement) => ArmedTrap | undefined;
  /** Whether a message of the server is lost. */
  readonly drops: (frame: Frame) => boolean;
  readonly isCutAfter: (cut: Cut) => boolean;
}

/** One connection of the client and its connection to the server. Clients here never send a query before an answer. */
class Link {
  private readonly fromClient = new FrameReader(true);
  private readonly fromServer = new FrameReader(false);
  private readonly statements = new StatementReader();
  /** Frames that wait while the link is held, by where they go. */
  private held: { readonly to: Socket; readonly bytes: Buffer }[] | undefined;
  /** Set while the answer to a trapped statement is awaited. */
  private awaited: ArmedTrap | undefined;
  /** The statement under way. */
  private sql = '';
  private isOver = false;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly watch: Watch,
  ) {
    client.on('data', (chunk) => {
      for (const frame of this.fromClient.push(chunk)) this.onQuestion(frame);
    });
    server.on('data', (chunk) => {
      for (const frame of this.fromServer.push(chunk)) this.onAnswer(frame);
    });
    for (const socket of [client, server]) {
      socket.on('error', () => undefined); // 'close' follows
      socket.on('close', this.closed);
    }
  }

  cut(): void {
    this.client.destroy();
    this.server.destroy();
  }

  /** For good: what comes from either side is lost, and neither learns that the other has gone. */
  fallSilent(swallow: Swallow): void {
    for (const socket of [this.client, this.server]) socket.removeAllListeners('data').off('close', this.closed);
    this.client.on('data', swallow);
    this.server.resume();
  }

  private readonly closed = (): void => {
    this.cut();
  };

  private onQuestion(frame: Frame): void {
    const statement = this.statements.next(frame);
    this.sql = statement?.sql ?? this.sql;
    const trap = statement && this.watch.see(statement);
    if (trap?.options.when === 'before') this.spring(trap);
    else if (trap) this.awaited = trap;
    this.pass(this.server, frame.bytes);
    this.cutAfter('question', frame);
  }

  /** 'Z', ready for query: the statement ran to its end and, outside a transaction, is committed. */
  private onAnswer(frame: Frame): void {
    if (this.watch.drops(frame)) return;
    if (this.awaited) {
      this.held ??= [];
      if (frame.type === 'Z') this.spring(this.awaited);
    }
    this.pass(this.client, frame.bytes);
    this.cutAfter('answer', frame);
  }

  private cutAfter(direction: Boundary['direction'], { type }: Frame): void {
    if (this.isOver || !this.watch.isCutAfter({ direction, type, sql: this.sql })) return;
    this.isOver = true;
    for (const socket of [this.client, this.server]) socket.end(); // what was written before arrives
  }

  private spring(trap: ArmedTrap): void {
    this.awaited = undefined;
    if (trap.options.action === 'cut') this.cut();
    else this.held ??= [];
    trap.spring(() => {
      this.release();
    });
  }

  private pass(to: Socket, bytes: Buffer): void {
    if (this.isOver) return;
    if (this.held) this.held.push({ to, bytes });
    else if (to.writable) to.write(bytes);
  }

  private release(): void {
    const waiting = this.held ?? [];
    this.held = undefined;
    for (const { to, bytes } of waiting) this.pass(to, bytes);
  }
}
