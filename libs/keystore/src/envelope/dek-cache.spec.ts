import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import { DekCache } from './dek-cache.js';

const aDek = (): KeyObject => createSecretKey(randomBytes(32));
const never = (): Promise<KeyObject> => Promise.reject(new Error('asked'));

describe('DekCache', () => {
  it('drops the least recently used beyond its size', async () => {
    const cache = new DekCache({ maxEntries: 2, maxAgeMs: 1000 });
    const [a, b, c] = [aDek(), aDek(), aDek()];
    cache.put('a', a);
    cache.put('b', b);
    expect(await cache.take('a', never)).toBe(a);
    cache.put('c', c);
    expect(cache.size).toBe(2);
    await expect(cache.take('b', never)).rejects.toThrow('asked');
    expect(await cache.take('a', never)).toBe(a);
  });

  it('drops each one when its time is over, however often it was used', async () => {
    jest.useFakeTimers();
    try {
      const cache = new DekCache({ maxEntries: 2, maxAgeMs: 1000 });
      cache.put('a', aDek());
      jest.advanceTimersByTime(999);
      await cache.take('a', never);
      expect(cache.size).toBe(1);
      jest.advanceTimersByTime(1);
      expect(cache.size).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('counts the time of a value that was put again from then on', () => {
    jest.useFakeTimers();
    try {
      const cache = new DekCache({ maxEntries: 2, maxAgeMs: 1000 });
      cache.put('a', aDek());
      jest.advanceTimersByTime(600);
      cache.put('a', aDek());
      jest.advanceTimersByTime(600);
      expect(cache.size).toBe(1);
    } finally {
      jest.useRealTimers();
    }
  });

  it('shares one call between concurrent callers and forgets a failure', async () => {
    const cache = new DekCache({ maxEntries: 2, maxAgeMs: 1000 });
    const dek = aDek();
    let calls = 0;
    const unwrap = (): Promise<KeyObject> => (calls++ === 0 ? Promise.reject(new Error('down')) : Promise.resolve(dek));
    const both = await Promise.allSettled([cache.take('a', unwrap), cache.take('a', unwrap)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls).toBe(1);
    expect(await cache.take('a', unwrap)).toBe(dek);
  });

  it.each([
    ['maxEntries', { maxEntries: 0, maxAgeMs: 1 }],
    ['maxEntries', { maxEntries: Infinity, maxAgeMs: 1 }],
    ['maxAgeMs', { maxEntries: 1, maxAgeMs: Number.NaN }],
    ['maxAgeMs', { maxEntries: 1, maxAgeMs: 2 ** 31 }],
  ])('refuses to be without bounds: %s', (member, limits) => {
    expect(() => new DekCache(limits)).toThrow(new RegExp(member));
  });
});
