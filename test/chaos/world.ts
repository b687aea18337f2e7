import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SCOPE_NAMES } from '../../apps/gateway/src/accounts/scopes.js';
import { WebhookReceiver } from '../integration/webhook-receiver.js';
import { GatewayClient } from '../support/gateway-client.js';
import { OpsClient } from '../support/ops-client.js';
import { OPS_KEY, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { Cluster, GATEWAY_ENVIRONMENT } from './cluster.js';
import { collect, type Evidence } from './evidence.js';
import { Front } from './front.js';
import { Merchant } from './merchant.js';

/** Milliseconds in which the bank has done whatever a dead process asked of it. */
const BANK_IS_DONE_MS = 2_500;
/** Absence of a follow-up is proven over half an hour. Seconds. */
const HALF_AN_HOUR = 1_900;
/** Looks that prove it, twice, and what follows. */
const ROUNDS = 10;
/** Milliseconds for one look at everything that is due. */
const ROUND_MS = 60_000;

const AGES: Readonly<Record<string, string>> = {
  payment: 'next_sync_at',
  operation: 'next_query_at',
  recurring_request: 'next_attempt_at',
};

/** Payouts are for keys that name them. */
async function keyToEverything({ gatewayUrl, database }: Stack): Promise<string> {
  const [account] = await database.query<{ id: string }>('SELECT id FROM merchant_account LIMIT 1');
  const ops = new OpsClient(gatewayUrl, OPS_KEY);
  const route = `merchant-accounts/${account?.id}/api-keys`;
  const { status, body } = await ops.call<{ key: string }>('POST', route, { scopes: SCOPE_NAMES });
  if (status !== 201) throw new Error(`the API key was answered ${status}`);
  return body.key;
}

/** A bank, a database, a merchant with a webhook, and gateways behind one address. */
export class World {
  private constructor(
    readonly stack: Stack,
    readonly front: Front,
    readonly cluster: Cluster,
    readonly receiver: WebhookReceiver,
    readonly merchant: Merchant,
  ) {}

  /** @param isForking replicas are copies of one process: see nursery/ */
  static async start({ isForking = false } = {}): Promise<World> {
    const front = await Front.listen();
    const merchantId = randomUUID();
    const stack = await startStack({
      withShop: false,
      merchant: { merchantId },
      gateway: { ...GATEWAY_ENVIRONMENT, PUBLIC_URL: front.url, ALLIANCE_A2A_MERCHANT_ID: merchantId },
    });
    const client = new GatewayClient(front.url, await keyToEverything(stack));
    const receiver = await WebhookReceiver.start();
    const { status } = await stack.client.call('POST', '/v1/webhook-endpoints', { body: { url: receiver.url } });
    if (status !== 201) throw new Error(`the webhook endpoint was answered ${status}`);
    await stack.gateway.stop();
    const cluster = new Cluster(stack, front);
    if (isForking) await cluster.openNursery();
    return new World(stack, front, cluster, receiver, new Merchant(client, stack));
  }

  /** Whoever was at it may be dead; back-offs and the bucket of renewals are as after a minute. */
  async endSessionLease(): Promise<void> {
    await this.stack.database.query(
      `UPDATE bank_session SET lease_until = now(), retry_at = '-infinity', renewal_tokens = 5, tokens_counted_at = now()`,
    );
  }

  /** The world is well: time passes until nothing is due, open or in doubt any more. */
  async settle(): Promise<void> {
    await sleep(BANK_IS_DONE_MS);
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.letPass(HALF_AN_HOUR);
      await until('nothing is due', async () => (await this.due()) === 0, ROUND_MS);
      if ((await this.open()) === 0) return;
    }
  }

  async evidence(): Promise<Evidence> {
    const { asked, expected } = this.merchant;
    return collect(this.stack, { asked, expected, received: this.received() });
  }

  private received(): ReadonlyMap<string, ReadonlySet<string>> {
    const bodies = new Map<string, Set<string>>();
    for (const { headers, body } of this.receiver.received) {
      const id = String(headers['webhook-id']);
      bodies.set(id, (bodies.get(id) ?? new Set()).add(body));
    }
    return bodies;
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    await this.stack.stop();
    await this.front.close();
    this.receiver.stop();
  }

  /** Rows get older; what waits is due at once. The bank's clock stays: no order runs out. */
  private async letPass(seconds: number): Promise<void> {
    const { database } = this.stack;
    for (const [table, due] of Object.entries(AGES)) {
      const columns = await database.query<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name = $1 AND data_type = 'timestamp with time zone'
           AND column_name <> $2`,
        [table, due],
      );
      const older = columns.map(({ name }) => `${name} = ${name} - make_interval(secs => $1)`);
      const open = table === 'payment' ? `status NOT IN ('succeeded', 'failed', 'expired', 'canceled')` : `true`;
      await database.query(
        `UPDATE ${table} SET ${older.join(', ')}, ${due} = CASE WHEN ${due} IS NOT NULL AND ${open} THEN now() ELSE ${due} END`,
        [seconds],
      );
    }
    await database.query(`UPDATE webhook_delivery SET next_attempt_at = now() WHERE status = 'pending'`);
    await database.query(`UPDATE callback_inbox SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL`);
    await this.endSessionLease();
  }

  private async due(): Promise<number> {
    const [row] = await this.stack.database.query<{ due: number }>(
      `SELECT ((SELECT count(*) FROM payment WHERE next_sync_at <= now())
             + (SELECT count(*) FROM operation WHERE next_query_at <= now())
             + (SELECT count(*) FROM recurring_request WHERE next_attempt_at <= now())
             + (SELECT count(*) FROM webhook_delivery WHERE status = 'pending')
             + (SELECT count(*) FROM outbox_event WHERE position IS NULL)
             + (SELECT count(*) FROM callback_inbox WHERE next_attempt_at <= now()))::int AS due`,
    );
    return row?.due ?? 0;
  }

  private async open(): Promise<number> {
    const [row] = await this.stack.database.query<{ open: number }>(
      `SELECT ((SELECT count(*) FROM operation WHERE status IN ('sending', 'unknown', 'pending'))
             + (SELECT count(*) FROM recurring_request WHERE status IN ('sending', 'unknown'))
             + (SELECT count(*) FROM callback_inbox WHERE settled_at IS NULL))::int AS open`,
    );
    return row?.open ?? 0;
  }
}
