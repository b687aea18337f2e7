import { setTimeout as sleep } from 'node:timers/promises';
import { ACTIVITIES } from '../chaos/activities.js';
import { type Evidence } from '../chaos/evidence.js';
import { violationsOf } from '../chaos/invariants.js';
import { OutOfOrders } from '../chaos/merchant.js';
import { type Dice } from '../chaos/random.js';
import { World } from '../chaos/world.js';
import { type TestDatabase } from '../support/database.js';

/** What was found when the world was well again. */
export interface Books {
  readonly payments: number;
  readonly operations: number;
  readonly events: number;
  /** Ids that the gateway answered 2xx with, and those of them that are in no row. */
  readonly acknowledged: number;
  readonly lost: number;
  readonly violations: readonly string[];
}

export interface TradeOptions {
  readonly dice: Dice;
  readonly gateways: number;
  readonly merchants: number;
  /** What is done to the world meanwhile. */
  readonly disturb: (world: World) => Promise<void>;
}

/** Milliseconds in which a database that is away comes back. */
const AWAY_MS = 120_000;

/** Merchants do all that they can do while the world is disturbed; then it is well, and the books of all sides are compared. */
export async function tradeThrough({ dice, gateways, merchants, disturb }: TradeOptions): Promise<Books> {
  const world = await World.start().catch(() => World.start()); // a machine that is busy with others may be too slow once
  waitWhileAway(world.stack.database);
  const violations: string[] = [];
  let isOver = false;
  try {
    for (let count = 0; count < gateways; count++) await world.cluster.add();
    const trade = async (): Promise<void> => {
      while (!isOver) {
        const [name, activity] = dice.oneOf(Object.entries(ACTIVITIES));
        await activity.run(world).catch((error: unknown) => {
          if (!(error instanceof OutOfOrders)) violations.push(`${name}: ${String(error)}`);
        });
      }
    };
    const trades = Array.from({ length: merchants }, trade);
    await disturb(world).finally(() => (isOver = true));
    await Promise.all(trades);
    await world.endSessionLease();
    await world.settle().catch((error: unknown) => violations.push(`the world did not settle: ${String(error)}`));
    return booksOf(await world.evidence(), violations);
  } finally {
    isOver = true;
    await world.stop();
  }
}

function booksOf(evidence: Evidence, violations: readonly string[]): Books {
  const { payments, operations, events, asked } = evidence;
  const known = new Set([...payments, ...operations].map(({ id }) => id));
  // A card that is saved is judged by the invariants: it has no row of these two.
  const acknowledged = new Set(asked.filter(({ path }) => !path.endsWith('/cards')).flatMap(({ ids }) => [...ids]));
  return {
    ...{ payments: payments.length, operations: operations.length, events: events.length },
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter((id) => !known.has(id)).length,
    violations: [...violations, ...violationsOf(evidence)],
  };
}

/** The merchant's own looks into the database are no part of the trial. */
function waitWhileAway(database: TestDatabase): void {
  const query = database.query.bind(database);
  const patient = async (sql: string, values?: unknown[]): Promise<unknown[]> => {
    for (const giveUpAt = Date.now() + AWAY_MS; ;) {
      try {
        return await query(sql, values);
      } catch (error) {
        if (Date.now() > giveUpAt) throw error;
        await sleep(100);
      }
    }
  };
  Object.assign(database, { query: patient });
}
