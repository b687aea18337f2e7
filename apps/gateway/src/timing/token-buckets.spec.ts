import { TokenBuckets } from './token-buckets.js';

it('lets so many a second through for each name, and as many at once', () => {
  let now = 0;
  const buckets = new TokenBuckets({ perSecond: 10 }, () => now);
  const taken = (name: string, times: number): number =>
    Array.from({ length: times }, () => buckets.take(name)).filter(Boolean).length;
  expect(taken('a', 15)).toBe(10);
  expect(taken('b', 15)).toBe(10);
  now = 250;
  expect(taken('a', 5)).toBe(2);
  now = 60_000;
  expect(taken('a', 15)).toBe(10); // no more than a second's worth is saved
});

it('lets more through at once where that is said', () => {
  let now = 0;
  const buckets = new TokenBuckets({ perSecond: 0.5, atOnce: 3 }, () => now);
  const taken = (): number => [1, 2, 3, 4, 5].filter(() => buckets.take('a')).length;
  expect(taken()).toBe(3);
  now = 2_000;
  expect(taken()).toBe(1);
  now = 60_000;
  expect(taken()).toBe(3);
});

it('holds no more names than it can afford', () => {
  const buckets = new TokenBuckets({ perSecond: 1 }, () => 0);
  expect(buckets.take('first')).toBe(true);
  expect(buckets.take('first')).toBe(false);
  for (let other = 0; other < 10_000; other++) buckets.take(`other-${other}`);
  expect(buckets.take('first')).toBe(true); // forgotten, and so full again
});
