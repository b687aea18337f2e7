/** Rounds are many and short, so that whatever else the machine does falls on both sides. */
export interface RoundPlan {
  /** Discarded rounds of each side before the first that counts. */
  readonly warmUps: number;
  readonly rounds: number;
}

/** Runs A B A B … and keeps what each counted round gave. */
export async function interleave<A, B>(
  plan: RoundPlan,
  runA: () => Promise<A>,
  runB: () => Promise<B>,
): Promise<{ readonly a: readonly A[]; readonly b: readonly B[] }> {
  const a: A[] = [];
  const b: B[] = [];
  for (let round = -plan.warmUps; round < plan.rounds; round++) {
    const [ofA, ofB] = [await runA(), await runB()];
    if (round < 0) continue;
    a.push(ofA);
    b.push(ofB);
  }
  return { a, b };
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), min: quantile(sorted, 0), max: quantile(sorted, 1) };
}

/** Nearest rank, the lower of two. @param sorted ascending, at least one @param q 0 to 1 */
export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN;

/** Each round against its neighbour, so that a slow spell of the machine cancels out. */
export const ratios = (a: readonly number[], b: readonly number[]): Spread =>
  spreadOf(a.map((value, round) => value / (b[round] ?? Number.NaN)));
