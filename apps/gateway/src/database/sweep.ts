import { type DataSource } from 'typeorm';
import { SWEEP_LIMITS, SWEEP_MARK } from './pool.js';

/** A statement over a whole table, such as one that prunes: under limits of its own, for nobody waits for it. */
export function sweep<T>(database: DataSource, sql: string, parameters: unknown[] = []): Promise<T> {
  return database.transaction(async (tx) => {
    await tx.query(`SET LOCAL statement_timeout = '${SWEEP_LIMITS.statementMs}'`);
    return tx.query<T>(`${SWEEP_MARK} ${sql}`, parameters);
  });
}
