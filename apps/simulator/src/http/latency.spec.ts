import { drawLatency } from './latency.js';

/** The same row of numbers in every run. */
function aRandom(): () => number {
  let state = 7;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

it('is spread around its median, with its 95th percentile where it was asked for', () => {
  const random = aRandom();
  const drawn = Array.from({ length: 20_000 }, () => drawLatency({ medianMs: 200, p95Ms: 1_000 }, random)).toSorted(
    (one, other) => one - other,
  );
  expect(drawn[10_000]).toBeGreaterThan(190);
  expect(drawn[10_000]).toBeLessThan(210);
  expect(drawn[19_000]).toBeGreaterThan(900);
  expect(drawn[19_000]).toBeLessThan(1_100);
});

it.each([
  [{ medianMs: 0, p95Ms: 0 }, 0],
  [{ medianMs: 0, p95Ms: 50 }, 0],
  [{ medianMs: 30, p95Ms: 0 }, 30],
])('%j is always %i', (latency, ms) => {
  expect(drawLatency(latency)).toBe(ms);
});
