/** What was done to the world, and what was found: a campaign goes on from it. */
export interface Toll {
  /** SIGKILLs by the failpoint in which the process stood. */
  readonly killsAt: Record<string, number>;
  /** SIGKILLs at a moment that nobody chose. */
  randomKills: number;
  /** By what it was: only those that were seen to fire. */
  readonly faults: Record<string, number>;
  epochs: number;
  payments: number;
  operations: number;
  events: number;
  /** Operations left to a person: sent twice, and nobody knows. */
  reviews: number;
  /** Times that every invariant was checked. */
  checks: number;
  readonly violations: string[];
}

export const newToll = (): Toll => ({
  ...{
    killsAt: {},
    randomKills: 0,
    faults: {},
    epochs: 0,
    payments: 0,
    operations: 0,
    events: 0,
    reviews: 0,
    checks: 0,
  },
  violations: [],
});

export const count = (tally: Record<string, number>, name: string, by = 1): void => {
  tally[name] = (tally[name] ?? 0) + by;
};

/** What one epoch did, once its books are compared: what was not compared does not count. */
export function addUp(total: Toll, part: Toll): void {
  for (const [name, kills] of Object.entries(part.killsAt)) count(total.killsAt, name, kills);
  for (const [name, times] of Object.entries(part.faults)) count(total.faults, name, times);
  total.randomKills += part.randomKills;
  for (const name of ['epochs', 'payments', 'operations', 'events', 'reviews', 'checks'] as const)
    total[name] += part[name];
  total.violations.push(...part.violations);
}

export const faultsOf = ({ faults }: Toll): number => Object.values(faults).reduce((sum, times) => sum + times, 0);

export const killsOf = ({ killsAt, randomKills }: Toll): number =>
  Object.values(killsAt).reduce((sum, kills) => sum + kills, randomKills);
