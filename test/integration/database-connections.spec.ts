import { DataSource } from 'typeorm';
import { isDatabaseAway } from '../../apps/gateway/src/database/database-away.js';
import { dataSourceOptions } from '../../apps/gateway/src/app/schema.js';
import { migrate } from '../../apps/gateway/src/database/migrate.js';
import { poolOptions, type TimeLimits, WORK_LIMITS } from '../../apps/gateway/src/database/pool.js';
import { inTransaction } from '../../apps/gateway/src/database/transaction.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { PostgresProxy } from '../support/postgres-proxy.js';

const SHORT: TimeLimits = { ...WORK_LIMITS, answerMs: 400 };

describe('connections to the database', () => {
  let database: TestDatabase;
  let proxy: PostgresProxy;
  const opened: DataSource[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    await database.query('CREATE TABLE note (words text)');
    proxy = await PostgresProxy.listen(database.url);
  });
  beforeEach(() => database.query('TRUNCATE note'));
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((source) => source.destroy()));
  });
  afterAll(async () => {
    await proxy.close();
    await database.drop();
  });

  const open = async (over: { url?: string; poolSize?: number; limits?: TimeLimits } = {}): Promise<DataSource> => {
    const { url = database.url, poolSize = 1, limits } = over;
    const options = dataSourceOptions(url, { size: poolSize });
    const source = await new DataSource(limits ? { ...options, extra: poolOptions(limits) } : options).initialize();
    opened.push(source);
    return source;
  };
  const name = (): string => new URL(database.url).pathname.slice(1);
  const words = async (): Promise<string[]> =>
    (await database.query<{ words: string }>('SELECT words FROM note ORDER BY words')).map((row) => row.words);
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  describe('set what the code relies on', () => {
    const STRANGE: readonly (readonly [setting: string, strange: string, ours: string])[] = [
      ['DateStyle', 'German', 'ISO, MDY'],
      ['TimeZone', 'Asia/Kathmandu', 'UTC'],
      ['client_encoding', 'LATIN1', 'UTF8'],
      ['default_transaction_isolation', 'serializable', 'read committed'],
      ['standard_conforming_strings', 'off', 'on'],
      ['synchronous_commit', 'off', 'on'],
      ['statement_timeout', '0', '8s'],
      ['idle_in_transaction_session_timeout', '0', '30s'],
    ];
    afterAll(() => database.query(`ALTER DATABASE ${name()} RESET ALL`));

    it.each(STRANGE)('%s = %s of the database becomes %s', async (setting, strange, ours) => {
      await database.query(`ALTER DATABASE ${name()} SET ${setting} = '${strange}'`);
      const source = await open();
      const [row] = await source.query<{ setting: string }[]>(`SELECT current_setting('${setting}') AS setting`);
      expect(row?.setting).toBe(ours);
    });

    it('so that a moment is read as the moment it is', async () => {
      const source = await open();
      const moment = new Date('2026-03-01T00:30:00.123Z');
      const [row] = await source.query<{ at: Date }[]>('SELECT $1::timestamptz AS at', [moment]);
      expect(row?.at).toEqual(moment);
    });

    it('and leave a stricter setting alone', async () => {
      await database.query(`ALTER DATABASE ${name()} SET synchronous_commit = 'remote_apply'`);
      const source = await open();
      expect(await source.query('SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'remote_apply' }]);
    });
  });

  it('a database in another encoding is refused with the remedy', async () => {
    const latin = `${name()}_latin`;
    await database.query(`CREATE DATABASE ${latin} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    try {
      const url = new URL(database.url);
      url.pathname = `/${latin}`;
      await expect(migrate(dataSourceOptions(url.href, { size: 2 }))).rejects.toThrow(/LATIN1.*ENCODING 'UTF8'/u);
    } finally {
      await database.query(`DROP DATABASE ${latin} WITH (FORCE)`);
    }
  });

  describe('are destroyed, not given back', () => {
    it('after a time-out: the next COMMIT does not commit the half before it', async () => {
      const source = await open({ limits: SHORT });
      const late = await failure(
        source.transaction(async (tx) => {
          await tx.query(`INSERT INTO note VALUES ('half')`);
          await tx.query('SELECT pg_sleep(1.5)');
        }),
      );
      expect((late as Error).message).toContain('Query read timeout');
      await source.transaction((tx) => tx.query(`INSERT INTO note VALUES ('whole')`));
      expect(await words()).toEqual(['whole']);
    });

    it('after a statement that the server cancelled', async () => {
      const source = await open({ limits: { ...WORK_LIMITS, statementMs: 100 } });
      const before = await backend(source);
      const error = await failure(source.query('SELECT pg_sleep(3)'));
      expect(isDatabaseAway(error)).toBe(true);
      expect(await backend(source)).not.toBe(before);
    });

    it('after a fail-over that left them read-only, all of them', async () => {
      await database.query(`ALTER DATABASE ${name()} SET default_transaction_read_only = on`);
      const source = await open({ poolSize: 3 });
      await Promise.all([1, 2, 3].map(() => source.query('SELECT pg_sleep(0.05)')));
      await database.query(`ALTER DATABASE ${name()} RESET default_transaction_read_only`);
      const error = await failure(source.query(`INSERT INTO note VALUES ('refused')`));
      expect(error).toMatchObject({ code: '25006' });
      expect(isDatabaseAway(error)).toBe(true);
      await Promise.all([1, 2, 3].map((note) => source.query('INSERT INTO note VALUES ($1)', [`taken ${note}`])));
      expect(await words()).toHaveLength(3);
    });

    it('but are kept after an error in the statement', async () => {
      const source = await open();
      const before = await backend(source);
      expect(await failure(source.query('SELECT 1 / 0'))).toMatchObject({ code: '22012' });
      expect(await backend(source)).toBe(before);
    });
  });

  describe('prepare each statement once', () => {
    const ADD = 'INSERT INTO note VALUES ($1)';
    const parsed = (sql: string): number =>
      proxy.statements.filter((statement) => statement.sql === sql && statement.isParsed).length;

    it('under a name that is made of its text', async () => {
      const source = await open({ url: proxy.url });
      const before = parsed(ADD);
      for (const word of ['a', 'b', 'c']) await source.query(ADD, [word]);
      expect(await words()).toEqual(['a', 'b', 'c']);
      expect(parsed(ADD) - before).toBe(1);
      const [{ name: first } = { name: '' }] = await source.query<{ name: string }[]>(
        'SELECT name FROM pg_prepared_statements WHERE statement = $1',
        [ADD],
      );
      expect(first).toMatch(/^[\w-]{43}$/u); // a connection that changes hands must not run another text
    });

    it('or each time, where that is switched off', async () => {
      const { extra, ...options } = dataSourceOptions(proxy.url, { size: 1, prepared: false });
      const source = await new DataSource({ ...options, extra }).initialize();
      opened.push(source);
      const before = parsed(ADD);
      for (const word of ['a', 'b', 'c']) await source.query(ADD, [word]);
      expect(parsed(ADD) - before).toBe(3);
    });

    it('and stop doing so behind a pooler that does not keep them', async () => {
      const source = await open({ url: proxy.url });
      await source.query(ADD, ['a']);
      await source.query('DEALLOCATE ALL'); // as a connection of somebody else would be
      const error = await failure(source.query(ADD, ['b']));
      expect(error).toMatchObject({ code: '26000' });
      expect(isDatabaseAway(error)).toBe(true);
      const before = parsed(ADD);
      for (const word of ['c', 'd']) await source.query(ADD, [word]);
      expect(parsed(ADD) - before).toBe(2);
      expect(await words()).toEqual(['a', 'c', 'd']);
    });

    it('and take a table that a newer version has changed for a passing trouble', async () => {
      const source = await open();
      const ALL = 'SELECT * FROM note WHERE words <> $1';
      await source.query(ALL, ['']);
      await database.query('ALTER TABLE note ADD COLUMN newer text');
      try {
        const error = await failure(source.query(ALL, ['']));
        expect(error).toMatchObject({ code: '0A000' });
        expect(isDatabaseAway(error)).toBe(true);
        expect(await source.query(ALL, [''])).toEqual([]);
      } finally {
        await database.query('ALTER TABLE note DROP COLUMN newer');
      }
    });
  });

  describe('a transaction that meets an outage', () => {
    it('before its COMMIT runs again with what it has in hand', async () => {
      const source = await open({ url: proxy.url });
      const trap = proxy.trap({ statement: 'COMMIT', when: 'before', action: 'cut' });
      let runs = 0;
      const value = await inTransaction(source, async (tx) => {
        await tx.query('INSERT INTO note VALUES ($1)', [`run ${++runs}`]);
        return runs;
      });
      expect([trap.hasSprung(), value, await words()]).toEqual([true, 2, ['run 2']]);
    });

    it('in its COMMIT does not run again: the server says that it was committed', async () => {
      const source = await open({ url: proxy.url });
      const trap = proxy.trap({ statement: 'COMMIT', when: 'after', action: 'cut' });
      let runs = 0;
      const value = await inTransaction(source, async (tx) => {
        await tx.query('INSERT INTO note VALUES ($1)', [`run ${++runs}`]);
        return 'the answer';
      });
      expect([trap.hasSprung(), value, runs, await words()]).toEqual([true, 'the answer', 1, ['run 1']]);
    });

    it('of packets that vanish runs again on another connection', async () => {
      const source = await open({ url: proxy.url, limits: SHORT });
      const trap = proxy.trap({ statement: 'INSERT INTO note', when: 'before', action: 'hold' });
      await inTransaction(source, (tx) => tx.query(`INSERT INTO note VALUES ('once')`));
      expect([trap.hasSprung(), await words()]).toEqual([true, ['once']]);
    });

    it('that lasts fails in the end, and a defect fails at once', async () => {
      const source = await open();
      let runs = 0;
      const away = Object.assign(new Error('deadlock'), { code: '40P01' });
      const run = (error: Error) => inTransaction(source, () => (runs++, Promise.reject(error)));
      await expect(run(away)).rejects.toBe(away);
      expect(runs).toBe(3);
      await expect(run(new TypeError('a defect'))).rejects.toThrow('a defect');
      expect(runs).toBe(4);
    });
  });
});

const backend = async (source: DataSource): Promise<number> => {
  const [row] = await source.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
  return row!.pid;
};
