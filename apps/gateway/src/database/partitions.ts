import { type DataSource, type EntityManager } from 'typeorm';
import { systemCode } from './database-away.js';

/** A table that is cut by months, which end in UTC. */
export interface PartitionedTable {
  readonly table: string;
  /** A date or a time: rows are cut by it. */
  readonly column: string;
}

/**
 * What grows without end, is written once, and is found by nothing that must be unique for longer than a month. A row for
 * whose month there is no table goes to the table's `…_default`, so that a table that is missing stops nobody.
 */
export const PARTITIONED_TABLES: readonly PartitionedTable[] = [
  { table: 'history', column: 'at' },
  { table: 'outbox_event', column: 'month' },
  { table: 'webhook_attempt', column: 'at' },
];

/** Months after the current one that there are tables for: so long may nobody make any. */
const MONTHS_AHEAD = 2;
/** Longer, and it is tried again another day: statements that come meanwhile wait behind whoever waits for the lock. Milliseconds. */
const LOCK_WAIT_MS = 500;

/** Postgres found rows of the month in the table for what has none: they stay there. */
const IN_DEFAULT = '23514';
const LOCK_NOT_AVAILABLE = '55P03';
/** Of a table, of its type, and of the row of either in the catalogue: somebody else makes it at this moment. */
const ALREADY_THERE = ['42P07', '42710', '23505'];

/** @param month its first day, `2027-01-01` */
export const partitionName = ({ table }: PartitionedTable, month: string): string =>
  `${table}_y${month.slice(0, 4)}m${month.slice(5, 7)}`;

export const defaultPartition = ({ table }: PartitionedTable): string => `${table}_default`;

/** @param month its first day, `2027-01-01` @returns that of the next */
const monthAfter = (month: string): string => {
  const date = new Date(`${month}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + 1);
  return date.toISOString().slice(0, 10);
};

/**
 * Made by itself and attached then, which takes no lock that a payment would wait for; `PARTITION OF` would. Neither lock is
 * waited for longer than {@link LOCK_WAIT_MS}.
 */
export const partitionSql = (cut: PartitionedTable, month: string): string[] => {
  const name = partitionName(cut, month);
  const bounds = `FROM ('${month} 00:00:00+00') TO ('${monthAfter(month)} 00:00:00+00')`;
  return [
    `CREATE TABLE ${name} (LIKE ${cut.table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`,
    `ALTER TABLE ${cut.table} ATTACH PARTITION ${name} FOR VALUES ${bounds}`,
  ];
};

export interface MonthToMake {
  readonly cut: PartitionedTable;
  readonly month: string;
}

/** Months from the current one on, by the database's clock, that a table has no partition for. */
export async function monthsToMake(
  database: Pick<DataSource, 'query'>,
  tables: readonly PartitionedTable[] = PARTITIONED_TABLES,
): Promise<MonthToMake[]> {
  const rows = await database.query<{ table: string; month: string }[]>(
    `SELECT t.name AS "table", to_char(m, 'YYYY-MM-DD') AS month
     FROM unnest($1::text[]) AS t (name), date_trunc('month', now() AT TIME ZONE 'UTC') AS this,
          generate_series(this, this + make_interval(months => $2), interval '1 month') AS m
     WHERE to_regclass(t.name || to_char(m, '"_y"YYYY"m"MM')) IS NULL ORDER BY 1, 2`,
    [tables.map(({ table }) => table), MONTHS_AHEAD],
  );
  return rows.flatMap(({ table, month }) => {
    const cut = tables.find((one) => one.table === table);
    return cut ? [{ cut, month }] : [];
  });
}

/**
 * Makes what {@link monthsToMake} finds. Others may be at it at the same time. What cannot be had now is left out: the rows
 * go to the table for what has none.
 * @returns names of what was made
 */
export async function makePartitions(database: DataSource): Promise<string[]> {
  const made: string[] = [];
  for (const { cut, month } of await monthsToMake(database)) {
    if (await makeOne(database, { cut, month })) made.push(partitionName(cut, month));
  }
  return made;
}

async function makeOne(database: DataSource, { cut, month }: MonthToMake): Promise<boolean> {
  try {
    await database.transaction(async (tx) => {
      await waitBriefly(tx);
      for (const statement of partitionSql(cut, month)) await tx.query(statement);
    });
    return true;
  } catch (error) {
    if ([IN_DEFAULT, LOCK_NOT_AVAILABLE, ...ALREADY_THERE].includes(systemCode(error))) return false;
    throw error;
  }
}

/** For the rest of the transaction. */
export async function waitBriefly(tx: EntityManager): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = '${LOCK_WAIT_MS}ms'`);
}
