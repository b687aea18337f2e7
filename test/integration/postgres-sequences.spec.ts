import pg from 'pg';
import { PostgresSequences } from '#libs/webhook-receiver';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { untilBlocked } from '../support/lock-waits.js';

describe('PostgresSequences', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let sequences: PostgresSequences<pg.PoolClient>;
  beforeAll(async () => {
    database = await createDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 3 });
    sequences = new PostgresSequences(pool);
    await pool.query(PostgresSequences.TABLE);
    await pool.query('CREATE TABLE paid (payment text, overtaken boolean)');
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const eventOf = (id: string, sequence: number) => ({ subject: { type: 'payment', id }, sequence });
  const pay = (id: string, sequence: number, also: () => Promise<void> = () => Promise.resolve()): Promise<boolean> =>
    sequences.once(eventOf(id, sequence), async ({ transaction, overtaken }) => {
      await transaction.query('INSERT INTO paid VALUES ($1, $2)', [id, overtaken]);
      await also();
    });
  const paid = async (id: string): Promise<boolean[]> =>
    (await database.query<{ overtaken: boolean }>('SELECT overtaken FROM paid WHERE payment = $1', [id])).map(
      ({ overtaken }) => overtaken,
    );

  it('handles each event once, and says what was overtaken', async () => {
    const outcomes = [];
    for (const sequence of [1, 3, 2, 3, 1]) outcomes.push(await pay('pay_order', sequence));
    expect(outcomes).toEqual([true, true, true, false, false]);
    expect(await paid('pay_order')).toEqual([false, false, true]);
  });

  it('forgets both the event and what was written when the handler fails', async () => {
    await expect(pay('pay_fail', 1, () => Promise.reject(new Error('no stock')))).rejects.toThrow('no stock');
    expect(await paid('pay_fail')).toEqual([]);
    expect(await pay('pay_fail', 1)).toBe(true);
  });

  it('forgets both when the connection dies before the end', async () => {
    const dying = sequences.once(eventOf('pay_dies', 1), async ({ transaction }) => {
      await transaction.query("INSERT INTO paid VALUES ('pay_dies', false)");
      transaction.on('error', () => undefined);
      await transaction.query('SELECT pg_terminate_backend(pg_backend_pid())');
    });
    await expect(dying).rejects.toThrow(/terminat/u);
    expect(await paid('pay_dies')).toEqual([]);
    expect(await pay('pay_dies', 1)).toBe(true);
  });

  it('lets a repeat wait for the first, in whatever process', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = pay('pay_wait', 1, () => held);
    const repeat = pay('pay_wait', 1);
    await untilBlocked(database);
    release();
    expect([await first, await repeat].toSorted()).toEqual([false, true]);
    expect(await paid('pay_wait')).toEqual([false]);
  });
});
