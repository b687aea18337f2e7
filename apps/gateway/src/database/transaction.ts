import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource, type EntityManager } from 'typeorm';
import { reach } from '../failpoints/failpoint.js';
import { isDatabaseAway } from './database-away.js';
import { transactionGuard } from './transaction-guard.js';

/**
 * A running database transaction, handed from service to repositories. No network call, no key and no second connection
 * may happen inside one; test runs check it, see {@link transactionGuard}.
 */
export type Transaction = EntityManager;

/** All is written and COMMIT not sent, and COMMIT answered. */
export const TRANSACTION_FAILPOINTS = ['transaction.committing', 'transaction.committed'] as const;

/** By which the server knows a transaction. */
interface Name {
  /** The server's own number of the transaction. */
  readonly xid: string;
  /** Which server, since which start or recovery: another one, and the same one later, gives the number to somebody else. */
  readonly server: string;
}

/** What a transaction has got to: before its COMMIT is sent a failure has undone all of it. */
interface Progress {
  name?: Name;
  committing: boolean;
}

/** A COMMIT whose answer was lost. */
interface Doubt {
  readonly name: Name | undefined;
  readonly error: unknown;
  /** Milliseconds of the monotonic clock. */
  readonly giveUpAt: number;
}

/** Tries in all; none begins later than this, in milliseconds: one may have waited for a time limit, and a client waits. */
const TRIES = 3;
const TRY_WITHIN_MS = 12_000;
/** Milliseconds before another try, and between two questions of how a COMMIT ended. */
const PAUSE_MS = 100;

/** After a crash the statistics begin anew, also where only the server's processes were restarted. Source: Postgres, "Monitoring". */
const SERVER = `pg_postmaster_start_time()::text || ' ' || coalesce((SELECT stats_reset::text FROM pg_stat_bgwriter), '')`;

/**
 * Runs `work` in a transaction. When the database is away for a moment it is tried again with whatever `work` has in
 * hand, such as the bank's answer; `work` may therefore run more than once, but never again after it was committed: where
 * the answer to COMMIT was lost, the server is asked how the transaction ended.
 */
export async function inTransaction<T>(database: DataSource, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + TRY_WITHIN_MS;
  for (let tries = 1; ; tries++) {
    const progress: Progress = { committing: false };
    const done: { value?: T } = {};
    try {
      const result = await runOnce(database, progress, async (tx) => (done.value = await work(tx)));
      reach('transaction.committed');
      return result;
    } catch (error) {
      if (!isDatabaseAway(error) || tries === TRIES || performance.now() > giveUpAt) throw error;
      await sleep(PAUSE_MS * tries);
      const doubt = { name: progress.name, error, giveUpAt };
      if (progress.committing && (await wasCommitted(database, doubt))) return done.value as T;
    }
  }
}

function runOnce<T>(database: DataSource, progress: Progress, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    const [name] = await tx.query<Name[]>(`SELECT pg_current_xact_id()::text AS xid, ${SERVER} AS server`);
    if (name) progress.name = name;
    const result = await transactionGuard.watch(() => work(tx));
    progress.committing = true;
    reach('transaction.committing');
    return result;
  });
}

/** @throws the error of the COMMIT when the server cannot say, as after a crash or a fail-over */
async function wasCommitted(database: DataSource, doubt: Doubt): Promise<boolean> {
  while (performance.now() < doubt.giveUpAt) {
    switch (await statusOf(database, doubt)) {
      case 'committed':
        return true;
      case 'aborted':
        return false;
      case 'in progress':
        await sleep(PAUSE_MS);
        break;
      default:
        throw doubt.error;
    }
  }
  throw doubt.error;
}

async function statusOf(database: DataSource, { name }: Doubt): Promise<string | null | undefined> {
  try {
    const [row] = await database.query<{ status: string | null }[]>(
      `SELECT CASE WHEN ${SERVER} = $2 THEN pg_xact_status($1::xid8) END AS status`,
      [name?.xid, name?.server],
    );
    return row?.status;
  } catch (error) {
    return isDatabaseAway(error) ? 'in progress' : undefined;
  }
}
