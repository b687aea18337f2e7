import fc from 'fast-check';
import { delayAfterDoubt, delayOfOpenOrder, EXPIRY_GRACE_SECONDS, REVIEW_AFTER_SECONDS } from './schedule.js';

const HOUR = 3_600;
/** The middle of the jitter: no spread at all. */
const MIDDLE = 0.5;

describe('delayAfterDoubt', () => {
  it.each([
    [0, 2],
    [1, 5],
    [2, 15],
    [3, 30],
    [4, 60],
    [5, 120],
    [6, 300],
    [7, 600],
    [8, 1_200],
    [9, 1_800],
    [10, HOUR],
    [11, HOUR],
    [33, HOUR],
    [34, 6 * HOUR],
    [500, 6 * HOUR],
  ])('waits before query %i + 1 for %i s', (queries, seconds) => {
    expect(delayAfterDoubt(queries, MIDDLE)).toBeCloseTo(seconds, 6);
  });

  it('is hourly until a day has passed, then every six hours', () => {
    let elapsed = 0;
    for (let queries = 0; elapsed < 7 * 24 * HOUR; queries++) {
      const delay = delayAfterDoubt(queries, MIDDLE);
      expect(delay).toBeLessThanOrEqual(elapsed < 24 * HOUR ? HOUR : 6 * HOUR);
      if (elapsed > 26 * HOUR) expect(delay).toBeCloseTo(6 * HOUR, 6);
      elapsed += delay;
    }
  });

  it('is spread by at most 20 % either way', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (queries, random) => {
        const share = delayAfterDoubt(queries, random) / delayAfterDoubt(queries, MIDDLE);
        expect(share).toBeGreaterThanOrEqual(0.8 - 1e-9);
        expect(share).toBeLessThan(1.2 + 1e-9);
      }),
    );
    expect(delayAfterDoubt(0, 0)).toBeCloseTo(1.6, 6);
    expect(delayAfterDoubt(0, 0.999_999)).toBeCloseTo(2.4, 3);
  });
});

describe('delayOfOpenOrder', () => {
  it.each([
    [0, 60],
    [59, 1],
    [60, 120],
    [100, 80],
    [180, 120],
    [300, 300],
    [600, 300],
    [900, 900],
    [1_800, 1_800],
    [HOUR, HOUR],
    [10 * HOUR, HOUR],
  ])('asks an order of %i s again in %i s', (age, seconds) => {
    expect(delayOfOpenOrder(age, 0)).toBeCloseTo(seconds, 6);
  });

  it('is late by at most a tenth, never early, never a busy loop', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 10 * HOUR, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (age, random) => {
          const plain = delayOfOpenOrder(age, 0);
          const delay = delayOfOpenOrder(age, random);
          expect(delay).toBeGreaterThanOrEqual(Math.max(1, plain));
          expect(delay).toBeLessThanOrEqual(Math.max(1, plain * 1.1));
        },
      ),
    );
  });
});

it('waits two hours for money after expiry and a day for proof', () => {
  expect([EXPIRY_GRACE_SECONDS, REVIEW_AFTER_SECONDS]).toEqual([2 * HOUR, 24 * HOUR]);
});
