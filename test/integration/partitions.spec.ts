import { type DataSource } from 'typeorm';
import {
  defaultPartition,
  makePartitions,
  PARTITIONED_TABLES,
  partitionName,
} from '../../apps/gateway/src/database/partitions.js';
import {
  create,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

/** First days of months, counted from the current one, in UTC. */
const month = (after: number): string => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + after)).toISOString().slice(0, 10);
};
const NAMES = PARTITIONED_TABLES.map(({ table }) => table);

describe('partitions by month', () => {
  let database: MigratedDatabase;
  let source: DataSource;

  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    source = await database.connect(4);
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  const partitionsOf = async (table: string): Promise<string[]> =>
    (
      await database.query<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1`,
        [table],
      )
    ).map(({ name }) => name);
  const countIn = async (table: string): Promise<number> =>
    (await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]!.n;
  const dropMonth = async (after: number): Promise<void> => {
    for (const cut of PARTITIONED_TABLES) await database.query(`DROP TABLE ${partitionName(cut, month(after))}`);
  };

  it('are there after the migrations: this month, the two after it, and one for what has none', async () => {
    for (const cut of PARTITIONED_TABLES) {
      const months = [0, 1, 2].map((after) => partitionName(cut, month(after)));
      expect(await partitionsOf(cut.table)).toEqual([defaultPartition(cut), ...months].toSorted());
    }
    expect(await makePartitions(source)).toEqual([]);
  });

  it('are made once by several who are at it', async () => {
    await dropMonth(1);
    const made = (await Promise.all([makePartitions(source), makePartitions(source), makePartitions(source)])).flat();
    expect(made.toSorted()).toEqual(PARTITIONED_TABLES.map((cut) => partitionName(cut, month(1))).toSorted());
  });

  it('are not made while somebody is in the way, and stop nobody by that', async () => {
    await dropMonth(2);
    const locked = await database.lockTable('history_default');
    const made = await makePartitions(source);
    expect(made).toEqual(
      ['outbox_event', 'webhook_attempt'].map((table) => partitionName({ table, column: '' }, month(2))),
    );
    expect((await create(parts)).status).toBe('requires_action'); // nobody else has waited
    await locked.release();
    expect(await makePartitions(source)).toEqual([partitionName({ table: 'history', column: '' }, month(2))]);
  });

  it('that are older than what is asked for are not read', async () => {
    const { id } = await createPaid(parts);
    await database.query(
      `CREATE TABLE history_old PARTITION OF history FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-02-01 00:00:00+00')`,
    );
    const plan = await database.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, COSTS OFF) SELECT (SELECT max(h.at) FROM history h
         WHERE h.merchant_account_id = p.merchant_account_id AND h.subject_id = p.id AND h.at >= p.created_at - interval '1 day')
       FROM payment p WHERE p.id = '${id}'`,
    );
    const scans = plan.map((line) => line['QUERY PLAN']).filter((line) => line.includes(' on history_'));
    const read = scans.filter((line) => !line.includes('never executed')).join();
    expect(read).toContain(`history_y${month(0).slice(0, 4)}m`);
    expect(read).not.toContain('history_old');
    expect(scans.join()).toContain('history_old');
  });

  it('may be missing: payments go on, and their rows are found where they are', async () => {
    for (const after of [0, 1, 2]) await dropMonth(after);
    const { id, status } = await createPaid(parts);
    expect(status).toBe('succeeded');
    for (const table of ['history', 'outbox_event']) expect(await countIn(`${table}_default`)).toBeGreaterThan(1);
    // What was begun without a table of its own goes on so; the next months get theirs.
    expect(await makePartitions(source)).toEqual([
      ...[1, 2].map((after) => partitionName({ table: 'history', column: '' }, month(after))),
      ...[1, 2].map((after) => partitionName({ table: 'outbox_event', column: '' }, month(after))),
      ...[0, 1, 2].map((after) => partitionName({ table: 'webhook_attempt', column: '' }, month(after))),
    ]);
    expect((await parts.payments.get(parts.accountId, id)).status).toBe('succeeded');
    expect((await createPaid(parts)).status).toBe('succeeded');
  });

  it('are made of what is there when the tables are cut, rows and numbers as they were, and back again', async () => {
    const { id } = await createPaid(parts);
    await database.query('DROP TABLE history_old');
    await database.query(`UPDATE history SET at = '2025-03-31T23:59:59.9Z' WHERE subject_id = $1 AND number % 2 = 0`, [
      id,
    ]);
    const rows = () =>
      database.query(`SELECT 'history', number::int, at FROM history
        UNION ALL SELECT 'outbox_event', number::int, created_at FROM outbox_event ORDER BY 1, 2`);
    const before = await rows();
    const isCut = async (): Promise<number> =>
      (await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM pg_partitioned_table`))[0]!.n;
    while ((await isCut()) > 0) await source.undoLastMigration();
    expect(await rows()).toEqual(before);
    await source.runMigrations();
    expect(await isCut()).toBe(NAMES.length);
    expect(await rows()).toEqual(before);
    expect(await countIn('history_y2025m03')).toBe(2);
    await createPaid(parts);
    expect((await rows()).length).toBeGreaterThan(before.length);
  });
});
