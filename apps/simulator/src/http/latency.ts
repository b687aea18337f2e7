/** Standard deviations from the median to the 95th percentile of a normal distribution. */
const Z95 = 1.645;

export interface Latency {
  readonly medianMs: number;
  readonly p95Ms: number;
}

/**
 * A length of real time, log-normal.
 * @param random two numbers from 0 to 1
 */
export function drawLatency({ medianMs, p95Ms }: Latency, random: () => number = Math.random): number {
  if (medianMs <= 0 || p95Ms <= medianMs) return medianMs;
  const z = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()); // Box and Muller
  return medianMs * Math.exp((z * Math.log(p95Ms / medianMs)) / Z95);
}
