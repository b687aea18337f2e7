import { nextAttempt, readRetryAfter } from './schedule.js';

const HOUR = 3_600;

/** Seconds after each failure. Source: docs/correctness.md, "Webhooks". */
it.each([
  [1, 5],
  [2, 300],
  [3, 1_800],
  [4, 2 * HOUR],
  [5, 5 * HOUR],
  [6, 10 * HOUR],
  [7, 14 * HOUR],
  [8, 20 * HOUR],
  [9, 24 * HOUR],
])('failure %i is followed by another attempt after %i s, a fifth more or less', (failed, seconds) => {
  expect(nextAttempt(failed, undefined, 0)?.inSeconds).toBeCloseTo(seconds * 0.8, 6);
  expect(nextAttempt(failed, undefined, 0.5)?.inSeconds).toBeCloseTo(seconds, 6);
  expect(nextAttempt(failed, undefined, 1)?.inSeconds).toBeCloseTo(seconds * 1.2, 6);
});

it('the tenth failure is the last', () => {
  expect(nextAttempt(10, undefined, 0.5)).toBeUndefined();
});

it('the last attempt never comes before all of the schedule has passed, however the jitter fell', () => {
  expect(nextAttempt(9, undefined, 0)?.notBeforeSeconds).toBe(272_105);
  expect(272_105).toBeGreaterThan(72 * HOUR);
  for (const failed of [1, 2, 3, 4, 5, 6, 7, 8]) expect(nextAttempt(failed, undefined, 0)?.notBeforeSeconds).toBe(0);
});

it.each([
  ['more patience is given', 1, 60, 60],
  ['less is not: the schedule stands', 2, 1, 240],
  ['not more than a day', 1, 10 * 24 * HOUR, 24 * HOUR],
])('Retry-After: %s', (_what, failed, asked, seconds) => {
  expect(nextAttempt(failed, asked, 0)?.inSeconds).toBe(seconds);
});

describe('Retry-After is read', () => {
  const now = Date.UTC(2026, 0, 31, 12, 0, 0);
  it.each<[string | undefined, number | undefined]>([
    ['120', 120],
    [' 0 ', 0],
    ['Sat, 31 Jan 2026 12:01:30 GMT', 90],
    ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['soon', undefined],
    ['2026-01-31T12:01:30Z', undefined],
    ['Sat, 31 Jan 2026 99:99:99 GMT', undefined],
    ['9'.repeat(40), undefined],
  ])('%j as %j seconds', (header, seconds) => {
    expect(readRetryAfter(header, now)).toBe(seconds);
  });
});
