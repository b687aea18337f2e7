import fc from 'fast-check';
import {
  delayAfterDoubt,
  delayAfterEnd,
  delayOfOpenOrder,
  EXPIRY_GRACE_SECONDS,
  INCOMPLETE_SECONDS,
  ORDER_REVIEW_SECONDS,
  REVIEW_AFTER_SECONDS,
} from './schedule.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;
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
    [57, 6 * HOUR],
    [58, 24 * HOUR],
    [80, 24 * HOUR],
  ])('waits before query %i + 1 for %i s', (queries, seconds) => {
    expect(delayAfterDoubt(queries, MIDDLE)).toBeCloseTo(seconds, 6);
  });

  it('is hourly to a day, six-hourly to a week, daily to a month, and then ends', () => {
    let elapsed = 0;
    let queries = 0;
    for (let delay; (delay = delayAfterDoubt(queries, MIDDLE)) !== null; queries++) {
      const longest = elapsed < 24 * HOUR ? HOUR : elapsed < 7 * DAY ? 6 * HOUR : DAY;
      expect(delay).toBeLessThanOrEqual(longest + 1e-6);
      if (elapsed > 26 * HOUR && elapsed < 7 * DAY) expect(delay).toBeCloseTo(6 * HOUR, 6);
      elapsed += delay;
    }
    expect(elapsed).toBeGreaterThan(30 * DAY);
    expect(elapsed).toBeLessThan(31 * DAY);
    expect(delayAfterDoubt(10_000, MIDDLE)).toBeNull();
  });

  it('is spread by at most 20 % either way', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (queries, random) => {
        const share = delayAfterDoubt(queries, random)! / delayAfterDoubt(queries, MIDDLE)!;
        expect(share).toBeGreaterThanOrEqual(0.8 - 1e-9);
        expect(share).toBeLessThan(1.2 + 1e-9);
      }),
    );
    expect(delayAfterDoubt(0, 0)).toBeCloseTo(1.6, 6);
    expect(delayAfterDoubt(0, 0.999_999)).toBeCloseTo(2.4, 3);
  });
});

/** An order of this age that can be paid for a day. */
const anAge = (sinceCreatedSeconds: number, expiry = DAY) => ({
  sinceCreatedSeconds,
  untilExpirySeconds: expiry - sinceCreatedSeconds,
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
    expect(delayOfOpenOrder(anAge(age), 0)).toBeCloseTo(seconds, 6);
  });

  it('asks at expiry, then 2, 3 and 4 hours later, and at the deadline', () => {
    const looks = (expiry: number): number[] => {
      const moments = [0];
      while (moments.at(-1)! < expiry + 5 * HOUR)
        moments.push(moments.at(-1)! + delayOfOpenOrder(anAge(moments.at(-1)!, expiry), 0));
      return moments.slice(1);
    };
    const minutes = (expiry: number) => looks(expiry * 60).map((seconds) => seconds / 60);
    expect(minutes(15)).toEqual([1, 3, 5, 10, 15, 135, 195, 255, 315]);
    expect(minutes(20)).toEqual([1, 3, 5, 10, 15, 20, 140, 200, 260, 320]);
    expect(minutes(150)).toEqual([1, 3, 5, 10, 15, 30, 60, 120, 150, 270, 330, 390, 450]);
  });

  it('is late by at most a tenth, never early, never a busy loop', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 10 * HOUR, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (age, random) => {
          const plain = delayOfOpenOrder(anAge(age), 0);
          const delay = delayOfOpenOrder(anAge(age), random);
          expect(delay).toBeGreaterThanOrEqual(Math.max(1, plain));
          expect(delay).toBeLessThanOrEqual(Math.max(1, plain * 1.1));
        },
      ),
    );
  });
});

describe('delayAfterEnd', () => {
  it('looks again after 1 h, 1, 3, 7, 30 and 90 d, and then never', () => {
    const looks = [0];
    for (let delay; (delay = delayAfterEnd(looks.at(-1)!, 0)) !== null;) looks.push(looks.at(-1)! + delay);
    expect(looks.slice(1)).toEqual([HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY]);
    expect(delayAfterEnd(0, 0.999)).toBeLessThan(1.1 * HOUR);
    expect(delayAfterEnd(91 * DAY, 0)).toBeNull();
  });
});

it('waits two hours for money after expiry, five for an order, a day for proof, and half an hour for facts', () => {
  expect([EXPIRY_GRACE_SECONDS, ORDER_REVIEW_SECONDS, REVIEW_AFTER_SECONDS, INCOMPLETE_SECONDS]).toEqual([
    2 * HOUR,
    5 * HOUR,
    24 * HOUR,
    HOUR / 2,
  ]);
});
