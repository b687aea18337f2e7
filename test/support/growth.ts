/** Taken as the best of these many runs, since whatever else the machine does only ever makes one slower. */
const RUNS = 5;

/**
 * How many times more processor time a large input costs than a small one. Compared instead of measured, so that it
 * holds on a slow and on a busy machine; of this thread only.
 */
export function growthOf(work: (size: number) => unknown, sizes: { readonly small: number; readonly large: number }) {
  work(sizes.large); // compiled by now
  const [small, large] = [cost(() => work(sizes.small)), cost(() => work(sizes.large))];
  return large / Math.max(small, FLOOR_US);
}

/** What costs less counts as this much: caches and the collector weigh more below it. Microseconds. */
const FLOOR_US = 2_000;

function cost(work: () => unknown): number {
  const costs = Array.from({ length: RUNS }, () => {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    return user + system;
  });
  return Math.min(...costs);
}
