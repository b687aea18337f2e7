import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { defaultPartition, monthsToMake, type PartitionedTable, partitionSql } from '../partitions.js';

/** What grows without end is cut by months, so that what is old goes with a table of its own instead of row by row. */
export class PartitionByMonth1796000000023 implements MigrationInterface {
  readonly name = 'PartitionByMonth1796000000023';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE outbox_event ADD COLUMN month date`);
    await runner.query(`UPDATE outbox_event SET month = date_trunc('month', created_at AT TIME ZONE 'UTC')`);
    await runner.query(`ALTER TABLE outbox_event ALTER COLUMN month SET NOT NULL, ALTER COLUMN month
      SET DEFAULT (date_trunc('month', now() AT TIME ZONE 'UTC'))::date`);
    for (const table of TABLES) await cut(runner, table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await makeWhole(runner, table);
    await runner.query(`ALTER TABLE outbox_event DROP COLUMN month`);
  }
}

interface Table extends PartitionedTable {
  readonly key: string;
  /** Name, kind, columns and condition; unique ones hold within a month. */
  readonly indexes: readonly (readonly [name: string, kind: string, columns: string, where: string])[];
}

const TABLES: readonly Table[] = [
  { table: 'history', column: 'at', key: 'merchant_account_id, subject_id, number', indexes: [] },
  {
    table: 'outbox_event',
    column: 'month',
    key: 'merchant_account_id, id',
    indexes: [
      ['outbox_event_sequence', 'UNIQUE INDEX', 'merchant_account_id, subject_id, sequence', ''],
      ['outbox_event_unpublished', 'INDEX', 'merchant_account_id, number', 'WHERE position IS NULL'],
      ['outbox_event_by_position', 'INDEX', 'merchant_account_id, position', ''],
    ],
  },
  {
    table: 'webhook_attempt',
    column: 'at',
    key: 'merchant_account_id, number',
    indexes: [['webhook_attempt_delivery', 'INDEX', 'merchant_account_id, delivery_id, number', '']],
  },
];

async function cut(runner: QueryRunner, { key, indexes, ...table }: Table): Promise<void> {
  await putAside(runner, table, `PARTITION BY RANGE (${table.column})`);
  await runner.query(`CREATE TABLE ${defaultPartition(table)} PARTITION OF ${table.table} DEFAULT`);
  for (const month of await monthsOf(runner, table)) {
    for (const statement of partitionSql(table, month)) await runner.query(statement);
  }
  await takeOver(runner, table);
  await runner.query(`ALTER TABLE ${table.table} ADD PRIMARY KEY (${key}, ${table.column})`);
  for (const [name, kind, columns, where] of indexes) {
    const all = kind.startsWith('UNIQUE') ? `${columns}, ${table.column}` : columns;
    await runner.query(`CREATE ${kind} ${name} ON ${table.table} (${all}) ${where}`);
  }
}

async function makeWhole(runner: QueryRunner, { key, indexes, ...table }: Table): Promise<void> {
  await putAside(runner, table, '');
  await takeOver(runner, table);
  await runner.query(`ALTER TABLE ${table.table} ADD PRIMARY KEY (${key})`);
  for (const [name, kind, columns, where] of indexes) {
    await runner.query(`CREATE ${kind} ${name} ON ${table.table} (${columns}) ${where}`);
  }
}

async function putAside(runner: QueryRunner, { table }: PartitionedTable, how: string): Promise<void> {
  await runner.query(`ALTER TABLE ${table} RENAME TO ${table}_before`);
  await runner.query(`ALTER SEQUENCE ${table}_number_seq RENAME TO ${table}_number_before`);
  await runner.query(`CREATE TABLE ${table}
    (LIKE ${table}_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY) ${how}`);
}

/** With the numbers that its rows had. */
async function takeOver(runner: QueryRunner, { table }: PartitionedTable): Promise<void> {
  await runner.query(`SELECT setval('${table}_number_seq', nextval('${table}_number_before'))`);
  await runner.query(`INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM ${table}_before`);
  await runner.query(`DROP TABLE ${table}_before`);
}

/** Those of the rows that there are, and the next ones. */
async function monthsOf(runner: QueryRunner, table: PartitionedTable): Promise<string[]> {
  const ahead = (await monthsToMake(runner, [table])).map(({ month }) => month);
  const rows = (await runner.query(
    `SELECT DISTINCT to_char(${table.column}::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-"01"') AS month FROM ${table.table}_before`,
  )) as { month: string }[];
  return [...new Set([...rows.map(({ month }) => month), ...ahead])].toSorted();
}
