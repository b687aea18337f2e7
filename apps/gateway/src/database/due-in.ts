import { rawSql, sql, type Sql } from './sql.js';

/**
 * The new value of a due column; the clock is the database's.
 * @param seconds from now; null for never; undefined to leave the column alone
 */
export const dueIn = (column: string, seconds: number | null | undefined): Sql =>
  sql`CASE WHEN ${seconds !== undefined}::boolean THEN now() + make_interval(secs => ${seconds}::float8)
           ELSE ${rawSql(column)} END`;
