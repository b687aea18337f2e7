import { Epoch, type Plan } from './epoch.js';
import { Faults } from './faults.js';
import { Dice } from './random.js';
import { type Toll } from './toll.js';
import { World } from './world.js';

export interface EpochOptions extends Partial<Plan> {
  readonly toll: Toll;
  readonly seed: number;
  /** Replicas are copies of one process, each a tenth of the price: see nursery/. Default false. */
  readonly isForking?: boolean;
}

const USUAL = { kills: 150, merchants: 8, replicas: 4, spares: 0, patienceMs: 15_000 } as const;
/** Where the next gateway is there at once, the better time is one that kills. */
const IMPATIENT = { patienceMs: 4_000 } as const;
/** Milliseconds between two faults of the bank or the webhook. */
const FAULT_EVERY_MS = 1_000;

/** A world of its own, from its first gateway to the comparison of the books. */
export async function runEpoch({ toll, seed, isForking = false, ...over }: EpochOptions): Promise<void> {
  const dice = new Dice(seed);
  const plan = { ...USUAL, ...(isForking && IMPATIENT), ...over };
  const world = await World.start({ isForking });
  try {
    await new Epoch(world, plan, toll, dice, new Faults(world, toll, dice, FAULT_EVERY_MS)).run();
  } finally {
    await world.stop();
  }
}
