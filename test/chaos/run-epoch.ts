import { Epoch, type Plan } from './epoch.js';
import { Faults } from './faults.js';
import { Dice } from './random.js';
import { type Toll } from './toll.js';
import { World } from './world.js';

export interface EpochOptions extends Partial<Plan> {
  readonly toll: Toll;
  readonly seed: number;
}

const USUAL = { kills: 60, merchants: 8, replicas: 3, spares: 0, patienceMs: 15_000 } as const;
/** Milliseconds between two faults of the bank or the webhook. */
const FAULT_EVERY_MS = 1_500;

/** A world of its own, from its first gateway to the comparison of the books. */
export async function runEpoch({ toll, seed, ...over }: EpochOptions): Promise<void> {
  const dice = new Dice(seed);
  const world = await World.start();
  try {
    await new Epoch(world, { ...USUAL, ...over }, toll, dice, new Faults(world, toll, dice, FAULT_EVERY_MS)).run();
  } finally {
    await world.stop();
  }
}
