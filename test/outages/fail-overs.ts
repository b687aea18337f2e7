import { setTimeout as sleep } from 'node:timers/promises';
import { type Dice } from '../chaos/random.js';
import { GatewayClient } from '../support/gateway-client.js';
import { PaymentLoad } from '../support/payment-load.js';
import { startStack } from '../support/stack.js';
import { PostgresPair } from './postgres-pair.js';
import { type Books, tradeThrough } from './trading.js';

/** Milliseconds between two fail-overs in which payments are made. */
const BETWEEN_MS = 3_000;
/** Milliseconds by which the standby lags behind when the primary dies, at most. */
const LAG_MS = 300;

export interface FailOvers {
  readonly count: number;
  readonly dice: Dice;
}

export interface SynchronousReport extends Books {
  readonly failOvers: number;
  /** Milliseconds from the death of the primary until a payment was created again, of each fail-over. */
  readonly outagesMs: readonly number[];
}

/** Every COMMIT waits for the standby: what was acknowledged is there, whenever the primary dies. */
export async function synchronousFailOvers({ count, dice }: FailOvers): Promise<SynchronousReport> {
  const pair = await PostgresPair.start({ synchronous: true });
  process.env['TEST_DATABASE_URL'] = pair.url;
  const outagesMs: number[] = [];
  try {
    const books = await tradeThrough({
      ...{ dice, gateways: 2, merchants: 6 },
      disturb: async ({ stack, front }) => {
        for (let done = 0; done < count; done++) {
          await sleep(BETWEEN_MS + dice.below(1_000));
          if (dice.happens(0.8)) pair.holdReplication();
          await sleep(dice.below(LAG_MS));
          const diedAt = performance.now();
          await pair.failOver();
          await untilCreated(front.url, stack.apiKey);
          outagesMs.push(Math.round(performance.now() - diedAt));
          await pair.addStandby();
          process.stdout.write(`fail-over ${done + 1} of ${count}: ${outagesMs.at(-1)} ms\n`);
        }
      },
    });
    return { ...books, failOvers: outagesMs.length, outagesMs };
  } finally {
    await pair.stop();
  }
}

export interface AsynchronousReport {
  readonly failOvers: number;
  readonly lagMs: number;
  readonly acknowledged: number;
  /** Acknowledged payments that the new primary does not have, of each fail-over. */
  readonly lost: readonly number[];
}

/** No COMMIT waits: what the standby has not received is lost with the primary. */
export async function asynchronousFailOvers({ count }: FailOvers): Promise<AsynchronousReport> {
  const pair = await PostgresPair.start({ synchronous: false });
  process.env['TEST_DATABASE_URL'] = pair.url;
  try {
    const stack = await startStack({ withShop: false, gateway: { LOG_LEVEL: 'error' } });
    const lost: number[] = [];
    let acknowledged = 0;
    try {
      for (let done = 0; done < count; done++) {
        const load = new PaymentLoad([stack.client, stack.client, stack.client, stack.client]);
        await load.turnOver();
        await sleep(BETWEEN_MS);
        pair.holdReplication();
        await sleep(LAG_MS);
        await pair.failOver();
        await load.turnOver();
        const { accepted } = await load.stop();
        const rows = await stack.database.query<{ id: string }>('SELECT id FROM payment WHERE id = ANY($1)', [
          accepted,
        ]);
        acknowledged += accepted.length;
        lost.push(accepted.length - rows.length);
        process.stdout.write(
          `asynchronous fail-over ${done + 1} of ${count}: ${lost.at(-1)} of ${accepted.length} lost\n`,
        );
        await pair.addStandby();
      }
    } finally {
      await stack.stop();
    }
    return { failOvers: count, lagMs: LAG_MS, acknowledged, lost };
  } finally {
    await pair.stop();
  }
}

/** As the next customer finds it. */
async function untilCreated(url: string, apiKey: string): Promise<void> {
  const client = new GatewayClient(url, apiKey);
  for (;;) {
    const answer = await client.createPayment().catch(() => undefined);
    if (answer !== undefined && answer.status < 300) return;
    await sleep(50);
  }
}
