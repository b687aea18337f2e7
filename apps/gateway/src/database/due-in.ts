/**
 * SQL that sets a due column from two parameters, see {@link dueParameters}; the clock is the database's.
 * @param first number of the first of the two parameters
 */
export const dueColumn = (column: string, first: number): string =>
  `CASE WHEN $${first} THEN now() + make_interval(secs => $${first + 1}::float8) ELSE ${column} END`;

/** Seconds from now; null for never; undefined to leave the column alone. */
export const dueParameters = (seconds: number | null | undefined): [change: boolean, seconds: number | null] => [
  seconds !== undefined,
  seconds ?? null,
];
