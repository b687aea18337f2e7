import { CallbackRepository } from '../../apps/gateway/src/callbacks/callback.repository.js';
import { OperationRepository } from '../../apps/gateway/src/payments/store/operation.repository.js';
import { PaymentRepository } from '../../apps/gateway/src/payments/store/payment.repository.js';
import { create, createMigratedDatabase, type MigratedDatabase, type Parts, startParts } from './gateway-parts.js';

interface Claimed {
  readonly id: string;
}
interface Queue {
  readonly table: string;
  readonly column: string;
  readonly claim: (limit: number, leaseSeconds: number) => Promise<readonly Claimed[]>;
}

/** Claims of due work: each row is one worker's, and whoever holds a row up holds up nobody else. */
describe('claims', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let queues: Record<string, Queue>;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
    const payments = new PaymentRepository(parts.source);
    const operations = new OperationRepository(parts.source);
    const inbox = new CallbackRepository(parts.source);
    queues = {
      payments: { table: 'payment', column: 'next_sync_at', claim: (...args) => payments.claimDue(...args) },
      operations: { table: 'operation', column: 'next_query_at', claim: (...args) => operations.claimDue(...args) },
      callbacks: { table: 'callback_inbox', column: 'next_attempt_at', claim: (...args) => inbox.claimDue(...args) },
    };
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    for (const { table, column } of Object.values(queues)) await database.query(`UPDATE ${table} SET ${column} = NULL`);
  });

  /** Three rows of the queue, due for `ages` seconds. @returns their ids */
  async function due({ table, column }: Queue, ages: readonly number[]): Promise<string[]> {
    const ids: string[] = [];
    for (const age of ages) {
      const { id: paymentId } = await create(parts);
      if (table === 'callback_inbox') {
        await database.query(
          `INSERT INTO callback_inbox (merchant_account_id, id, subject_id, digest, body_sealed)
           VALUES ($1, 'cb_' || $2, $2, sha256($2::bytea), 'sealed')`,
          [parts.accountId, paymentId],
        );
      }
      const key = table === 'payment' ? 'id' : 'subject_id';
      const rows = await database.query<{ id: string }>(
        `UPDATE ${table} SET ${column} = now() - make_interval(secs => $2) WHERE ${key} = $1 RETURNING id`,
        [paymentId, age],
      );
      ids.push(rows[0]!.id);
    }
    return ids;
  }
  const idsOf = (rows: readonly Claimed[]): string[] => rows.map(({ id }) => id).toSorted();

  describe.each(['payments', 'operations', 'callbacks'])('of %s', (name) => {
    it('take what is due and leave what is not', async () => {
      const ids = await due(queues[name]!, [10, 0, -60]);
      expect(idsOf(await queues[name]!.claim(100, 60))).toEqual(ids.slice(0, 2).toSorted());
    });

    it('take a row once, until its lease is over', async () => {
      const { table, column, claim } = queues[name]!;
      const [id] = await due(queues[name]!, [1]);
      const both = await Promise.all([claim(100, 60), claim(100, 60)]);
      expect(both.flat()).toHaveLength(1);
      expect(await claim(100, 60)).toEqual([]);
      const [row] = await database.query<{ seconds: number }>(
        `SELECT extract(epoch FROM ${column} - now())::float AS seconds FROM ${table} WHERE id = $1`,
        [id],
      );
      expect(row!.seconds).toBeGreaterThan(30);
      expect(row!.seconds).toBeLessThanOrEqual(60);
      await database.query(`UPDATE ${table} SET ${column} = now() - interval '1 second' WHERE id = $1`, [id]);
      expect(idsOf(await claim(100, 60))).toEqual([id]);
    });

    it('take no more than they are asked for, and together everything once', async () => {
      const { claim } = queues[name]!;
      const ids = await due(queues[name]!, [5, 4, 3, 2, 1]);
      expect(await claim(2, 60)).toHaveLength(2);
      const rest = await Promise.all([claim(2, 60), claim(2, 60)]);
      expect(rest.flat()).toHaveLength(3);
      expect(ids).toHaveLength(5);
    });

    it('pass over a row that somebody else has locked, without waiting for it', async () => {
      const { table, claim } = queues[name]!;
      const ids = await due(queues[name]!, [30, 20, 10]);
      const holder = (await database.connect(1)).createQueryRunner();
      await holder.startTransaction();
      await holder.query(`SELECT 1 FROM ${table} WHERE id = $1 FOR UPDATE`, [ids[0]]);
      try {
        expect(idsOf(await claim(100, 60))).toEqual(ids.slice(1).toSorted());
      } finally {
        await holder.rollbackTransaction();
        await holder.release();
      }
      expect(idsOf(await claim(100, 60))).toEqual([ids[0]]);
    });
  });
});
