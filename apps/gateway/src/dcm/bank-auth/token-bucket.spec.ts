import { TokenBuckets } from './token-bucket.js';

it('lets so many a second through for each name, and as many at once', () => {
  let now = 0;
  const buckets = new TokenBuckets(10, () => now);
  const taken = (name: string, times: number): number =>
    Array.from({ length: times }, () => buckets.take(name)).filter(Boolean).length;
  expect(taken('a', 15)).toBe(10);
  expect(taken('b', 15)).toBe(10);
  now = 250;
  expect(taken('a', 5)).toBe(2);
  now = 60_000;
  expect(taken('a', 15)).toBe(10); // no more than a second's worth is saved
});

it('holds no more names than it can afford', () => {
  const buckets = new TokenBuckets(1, () => 0);
  expect(buckets.take('first')).toBe(true);
  expect(buckets.take('first')).toBe(false);
  for (let other = 0; other < 10_000; other++) buckets.take(`other-${other}`);
  expect(buckets.take('first')).toBe(true); // forgotten, and so full again
});
