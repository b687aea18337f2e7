import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../apps/gateway/src/app/schema.js';
import { inTransaction } from '../../apps/gateway/src/database/transaction.js';
import { PostgresPair } from '../outages/postgres-pair.js';
import { PaymentLoad } from '../support/payment-load.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

/** Two servers; the second takes over when the first dies. */
describe('a fail-over of the database', () => {
  const server = process.env['TEST_DATABASE_URL'];
  let pair: PostgresPair;
  let stack: Stack;

  beforeAll(async () => {
    pair = await PostgresPair.start({ synchronous: true });
    process.env['TEST_DATABASE_URL'] = pair.url;
    stack = await startStack({ withShop: false });
  }, 240_000); // a busy machine takes minutes for two servers and two apps
  afterAll(async () => {
    await stack.stop();
    await pair.stop();
    process.env['TEST_DATABASE_URL'] = server;
  }, 120_000);

  const waitsForStandby = async (): Promise<string | undefined> =>
    (
      await pair.ask<{ xid: string }>(
        `SELECT backend_xid::text AS xid FROM pg_stat_activity
       WHERE wait_event = 'SyncRep' AND query = 'COMMIT' AND backend_xid IS NOT NULL`,
      )
    )[0]?.xid;

  it('loses nothing that was acknowledged, and a COMMIT that the new primary never saw is not taken for done', async () => {
    const source = await new DataSource(dataSourceOptions(stack.database.url, { size: 1 })).initialize();
    const load = new PaymentLoad([stack.client, stack.client]);
    try {
      await source.query('CREATE TABLE note (words text)');
      await load.turnOver();
      pair.holdReplication();
      const doubtful = inTransaction(source, async (tx) => {
        await tx.query(`INSERT INTO note VALUES ('never replicated')`);
        return 'done';
      }).catch((error: unknown) => error);
      await until('its COMMIT waits for the standby', async () => (await waitsForStandby()) !== undefined);
      const xid = BigInt((await waitsForStandby()) ?? 0);
      await pair.failOver(async () => {
        // Transactions of others take the same numbers.
        for (let taken = 0n; taken <= xid;) taken = BigInt((await pair.ask<{ xid: string }>(NEXT))[0]!.xid);
      });
      expect(await doubtful).toBeInstanceOf(Error);
      expect(await stack.database.query('SELECT * FROM note')).toEqual([]);
      await load.turnOver();
    } finally {
      await source.destroy();
      await load.stop();
    }
    const { accepted, lost, others } = await load.stop();
    const kept = await stack.database.query('SELECT id FROM payment WHERE id = ANY($1)', [accepted]);
    expect([kept.length, lost]).toEqual([accepted.length, 0]);
    expect(others.filter((other) => !/^(?:202|503)/u.test(other))).toEqual([]);
  }, 120_000);
});

const NEXT = 'SELECT pg_current_xact_id()::text AS xid';
