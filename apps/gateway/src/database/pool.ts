import pg from 'pg';
import { isConnectionSpent } from './database-away.js';
import { CommittedWork, type DueMarks, type OnDue } from './due-marks.js';
import { PreparedStatements } from './prepared-statements.js';
import { transactionGuard } from './transaction-guard.js';

/** How long a statement may take. Milliseconds. */
export interface TimeLimits {
  /** Kept by the server, which then cancels the statement and lets go of its locks. */
  readonly statementMs: number;
  /** Kept by us, for a server or a network that has fallen silent; longer than the server's own. */
  readonly answerMs: number;
  /** A process that stands still keeps its row locks no longer than this; 0 for no limit. */
  readonly idleInTransactionMs: number;
}

/** Every statement of a request or a worker reads or writes some rows by key: a second is long. */
export const WORK_LIMITS: TimeLimits = { statementMs: 8_000, answerMs: 10_000, idleInTransactionMs: 30_000 };
/** An index over a large table takes minutes, in which the transaction that holds the turn is idle. */
export const MIGRATION_LIMITS: TimeLimits = {
  statementMs: 30 * 60_000,
  answerMs: 31 * 60_000,
  idleInTransactionMs: 0,
};
/** A statement that goes over a whole table while nobody waits. */
export const SWEEP_LIMITS = { statementMs: 10 * 60_000, answerMs: 11 * 60_000 };
/** How a statement of a sweep begins. */
export const SWEEP_MARK = '/* sweep */';

/** Longer, and the server is taken for unreachable. Milliseconds. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** A lost peer is noticed on an idle connection, too. libuv repeats the probe every second, ten times. Milliseconds. */
export const KEEP_ALIVE_AFTER_MS = 5_000;

/**
 * What the code relies on and a database or a role may have set otherwise. Dates are read by `pg` in the ISO style only.
 * A commit that is answered before it is on disk would be lost in a crash; a stricter setting than `on` stays.
 */
const sessionSettings = ({ statementMs, idleInTransactionMs }: TimeLimits): string => `SELECT
  set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO, MDY', false),
  set_config('client_encoding', 'UTF8', false), set_config('standard_conforming_strings', 'on', false),
  set_config('extra_float_digits', '1', false), set_config('bytea_output', 'hex', false),
  set_config('default_transaction_isolation', 'read committed', false),
  set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
    ELSE current_setting('synchronous_commit') END, false),
  set_config('idle_in_transaction_session_timeout', '${idleInTransactionMs}', false),
  set_config('statement_timeout', '${statementMs}', false)`;

/** Who is told of work that statements make due. */
export interface DueWatch {
  readonly marks: DueMarks;
  readonly onDue: OnDue;
}

interface GatewayClientConfig extends pg.ClientConfig {
  readonly prepared: PreparedStatements;
  readonly dueWatch: DueWatch | undefined;
}

/** A connection that names its statements, and destroys itself when it is no longer to be trusted, see {@link isConnectionSpent}. */
class GatewayClient extends pg.Client {
  private readonly prepared: PreparedStatements;
  private readonly work: CommittedWork | undefined;

  constructor(config: GatewayClientConfig) {
    super(config);
    const { prepared, dueWatch } = config;
    this.prepared = prepared;
    this.work = dueWatch && new CommittedWork(dueWatch.marks, dueWatch.onDue);
    const query = this.query.bind(this) as (...parameters: unknown[]) => unknown;
    Object.assign(this, {
      query: (text: unknown, values?: unknown, ...rest: unknown[]): unknown => {
        const answer =
          typeof text === 'string' && Array.isArray(values) && rest.length === 0
            ? query(this.withValues(text, values))
            : query(text, values, ...rest);
        if (answer instanceof Promise) {
          answer.then(() => {
            if (typeof text === 'string') this.work?.done(text);
          }, this.afterFailure);
        }
        return answer;
      },
    });
  }

  private withValues(text: string, values: unknown[]): pg.QueryConfig {
    if (text.startsWith(SWEEP_MARK)) return { text, values, query_timeout: SWEEP_LIMITS.answerMs } as pg.QueryConfig;
    const name = values.length > 0 ? this.prepared.nameOf(text) : undefined;
    return name === undefined ? { text, values } : { name, text, values };
  }

  private readonly afterFailure = (error: unknown): void => {
    this.prepared.failed(error);
    this.destroyIfSpent(error);
  };

  /** An ending client is taken out of the pool when it is given back; with a query under way its socket goes at once. */
  private destroyIfSpent(error: unknown): void {
    if (!isConnectionSpent(error)) return;
    this.emit('spent');
    void this.end();
  }
}

type Connected = Parameters<pg.Pool['connect']>[0];

/** The pool behind TypeORM: one place makes every connection of the gateway. */
class GatewayPool extends pg.Pool {
  /** Connections made before the last one that was lost are not trusted: they would be lost the same way. */
  private generation = 0;
  private readonly generations = new WeakMap<object, number>();

  constructor(config: pg.PoolConfig) {
    super({ ...config, Client: GatewayClient as unknown as new () => pg.ClientBase });
    this.on('connect', (client) => {
      const born = this.generation;
      this.generations.set(client, born);
      client.once('spent', () => {
        this.generation = Math.max(this.generation, born + 1);
      });
    });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
    transactionGuard.forbid('a second connection');
    if (callback === undefined) {
      return new Promise((resolve, reject) => {
        this.connect((error, client) => {
          if (client) resolve(client);
          else reject(error ?? new Error('Connection terminated'));
        });
      });
    }
    super.connect((error, client, release) => {
      if (client === undefined || (this.generations.get(client) ?? 0) === this.generation) {
        callback(error, client, release);
      } else {
        release(true);
        this.connect(callback);
      }
    });
    return undefined;
  }
}

/** `driver` of the data source: `pg`, with the pool above. */
export const gatewayDriver = { ...pg, Pool: GatewayPool };

interface PoolOptions extends Omit<pg.PoolConfig, 'onConnect'> {
  /** The pool waits for it; what its types do not say. */
  readonly onConnect: (client: pg.ClientBase) => Promise<unknown>;
  /** Handed on to each client. */
  readonly prepared: PreparedStatements;
  readonly dueWatch: DueWatch | undefined;
}

export interface ClientWishes {
  /** Whether statements are parsed once a connection instead of each time. Default true. */
  readonly prepared?: boolean | undefined;
  readonly dueWatch?: DueWatch | undefined;
}

/** `extra` of the data source: what its pool is made with. */
export const poolOptions = (limits: TimeLimits, { prepared = true, dueWatch }: ClientWishes = {}): PoolOptions => ({
  prepared: new PreparedStatements(prepared),
  dueWatch,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  query_timeout: limits.answerMs,
  onConnect: (client) => client.query(sessionSettings(limits)),
});
