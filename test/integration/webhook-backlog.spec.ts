import { DeliveryRepository } from '../../apps/gateway/src/webhooks/store/delivery.repository.js';
import { isFullSize } from '../support/full-size.js';
import { until } from '../support/until.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { WebhookReceiver } from './webhook-receiver.js';
import { addAccount, someKeks, startGateway, type WholeGateway } from './whole-gateway.js';

/** Deliveries that wait for an endpoint that never answers. */
const BACKLOG = isFullSize ? 1_000_000 : 20_000;
const EVENTS = isFullSize ? 300 : 30;
/** Milliseconds from the commit of an event to its arrival, of 99 in 100, beside the whole backlog. Source: docs/correctness.md. */
const LATEST_MS = 5_000;
/** What a claim may read: a few rows and index entries of each endpoint, whatever waits. */
const CLAIM_READS = 600;

describe(`beside ${BACKLOG} deliveries to an endpoint that never answers`, () => {
  let database: MigratedDatabase;
  let dead: WebhookReceiver;
  let healthy: WebhookReceiver;
  let gateway: WholeGateway;
  let accounts: string[];

  beforeAll(async () => {
    [database, dead, healthy] = await Promise.all([
      createMigratedDatabase(),
      WebhookReceiver.start(),
      WebhookReceiver.start(),
    ]);
    dead.answer = () => undefined;
    const keks = someKeks();
    const env = { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' };
    gateway = await startGateway(database, { keks, env });
    accounts = [];
    for (const { url } of [dead, healthy]) {
      const { id, apiKey: key } = await addAccount(gateway);
      const made = await gateway.call('POST', '/v1/webhook-endpoints', { key, body: { url } });
      accounts.push(id);
      if (url === dead.url) await fill(id, made.body['id'] as string);
    }
    await gateway.app.close();
    gateway = await startGateway(database, { keks, env: { ...env, ROLE: 'worker' } });
  }, 600_000);
  afterAll(async () => {
    dead.stop();
    healthy.stop();
    await gateway.app.close();
    await database.drop();
  });

  async function fill(accountId: string, endpointId: string): Promise<void> {
    await database.query(
      `WITH e AS (
         INSERT INTO outbox_event (merchant_account_id, id, subject_id, sequence, type, data, position)
         SELECT $1, 'evt_old_' || n, 'pay_old_' || n, 1, 'payment.succeeded', '{}', n FROM generate_series(1, $3::int) AS n
         RETURNING id)
       INSERT INTO webhook_delivery (merchant_account_id, id, endpoint_id, event_id, next_attempt_at)
       SELECT $1, 'wd_' || id, $2, id, now() - interval '1 day' FROM e`,
      [accountId, endpointId, BACKLOG],
    );
    await database.query('ANALYZE webhook_delivery');
  }

  it('every event for another endpoint arrives, and the backlog is still there', async () => {
    const committedAt = new Map<string, number>();
    const arrivedAt = new Map<string, number>();
    healthy.answer = (response, { headers }) => {
      arrivedAt.set(String(headers['webhook-id']), performance.now());
      response.writeHead(204).end();
    };
    await until('the dead endpoint is being tried', () => Promise.resolve(dead.received.length > 0), 30_000);
    for (let count = 0; count < EVENTS; count++) {
      const id = `evt_new_${count}`;
      await database.query(
        `INSERT INTO outbox_event (merchant_account_id, id, subject_id, sequence, type, data)
         VALUES ($1, $2, $2, 1, 'payment.succeeded', '{}')`,
        [accounts[1], id],
      );
      committedAt.set(id, performance.now());
      if (isFullSize) await new Promise((resolve) => setTimeout(resolve, 100)); // spread over half a minute
    }
    await until('every event arrives', () => Promise.resolve(arrivedAt.size === EVENTS), 30_000);
    const [left] = await database.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM webhook_delivery WHERE status = 'pending' AND attempts = 0`,
    );
    expect(left!.waiting).toBeGreaterThan(BACKLOG - 2_000);
    if (!isFullSize) return;
    const waits = [...arrivedAt].map(([id, at]) => at - committedAt.get(id)!).toSorted((a, b) => a - b);
    const p99 = waits[Math.floor(waits.length * 0.99)]!;
    process.stdout.write(
      `Beside ${BACKLOG} deliveries: median ${waits[waits.length >> 1]!.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms.\n`,
    );
    expect(p99).toBeLessThan(LATEST_MS);
  }, 120_000);

  it('a claim reads no more than a few rows of each endpoint', async () => {
    const source = await database.connect(1);
    const counted = async (): Promise<number> => {
      await source.query('SELECT pg_stat_force_next_flush()');
      const [row] = await source.query<{ rows: number }[]>(
        `SELECT ((SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname = 'webhook_delivery')
                 + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'webhook_delivery'))::float8 AS rows`,
      );
      return row!.rows;
    };
    dead.stop(); // ends what hangs there
    await gateway.app.close(); // nobody else reads
    const before = await counted();
    const room = { most: 256, spare: 20, inHand: new Map(), shut: [], careful: [] };
    const claimed = await new DeliveryRepository(source).claimDue(room, 60);
    expect(claimed.length).toBeGreaterThan(0);
    expect((await counted()) - before).toBeLessThan(CLAIM_READS);
  }, 60_000);
});
