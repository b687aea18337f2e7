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

/** What a transaction has got to: before its COMMIT is sent a failure has undone all of it. */
interface Progress {
  /** The server's own number of the transaction. */
  xid?: string;
  committing: boolean;
}

/** A COMMIT whose answer was lost. */
interface Doubt {
  readonly xid: string | undefined;
  readonly error: unknown;
  /** Milliseconds of the monotonic clock. */
  readonly giveUpAt: number;
}

/** Tries in all; none begins later than this, in milliseconds: one may have waited for a time limit, and a client waits. */
const TRIES = 3;
const TRY_WITHIN_MS = 12_000;
/** Milliseconds before another try, and between two questions of how a COMMIT ended. */
const PAUSE_MS = 100;

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
      const doubt = { xid: progress.xid, error, giveUpAt };
      if (progress.committing && (await wasCommitted(database, doubt))) return done.value as T;
    }
  }
}

function runOnce<T>(database: DataSource, progress: Progress, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<{ xid: string }[]>('SELECT pg_current_xact_id()::text AS xid');
    if (row) progress.xid = row.xid;
    const result = await transactionGuard.watch(() => work(tx));
    progress.committing = true;
    reach('transaction.committing');
    return result;
  });
}

/** @throws the error of the COMMIT when the server cannot say, as after a fail-over to a copy that lags behind */
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

async function statusOf(database: DataSource, { xid }: Doubt): Promise<string | null | undefined> {
  try {
    const rows = await database.query<{ status: string | null }[]>('SELECT pg_xact_status($1::xid8) AS status', [xid]);
    return rows[0]?.status;
  } catch (error) {
    return isDatabaseAway(error) ? 'in progress' : undefined;
  }
}
