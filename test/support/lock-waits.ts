import { type TestDatabase } from './database.js';
import { until } from './until.js';

/** Waits until this many statements of the database stand in line for a lock that another transaction holds. */
export async function untilBlocked(database: TestDatabase, statements = 1): Promise<void> {
  await until(`${statements} statement(s) waiting for a lock`, async () => {
    const [row] = await database.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return row!.waiting >= statements;
  });
}
