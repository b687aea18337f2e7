import { within } from './deadline.js';
import { RecentValues } from './recent-values.js';

describe('within', () => {
  it('gives the result of work that is done, and its error', async () => {
    expect(await within(60_000, Promise.resolve('done'), () => 'late')).toBe('done');
    await expect(within(60_000, Promise.reject(new Error('broken')), () => 'late')).rejects.toThrow('broken');
  });

  it('says that it is late, and does not wait for the work', async () => {
    const never = new Promise<string>(() => undefined);
    expect(await within(0, never, () => 'late')).toBe('late');
    const refuse = () => {
      throw new RangeError('too late');
    };
    await expect(within(0, never, refuse)).rejects.toThrow(RangeError);
  });

  it('does not let an error that comes late end the process', async () => {
    const { promise, reject } = Promise.withResolvers<string>();
    expect(await within(0, promise, () => 'late')).toBe('late');
    reject(new Error('unheard'));
    await new Promise((resolve) => setImmediate(resolve)); // where Jest would report an unhandled rejection
  });
});

describe('RecentValues', () => {
  let now = 0;
  const values = new RecentValues<number>({ maxEntries: 2, maxAgeMs: 10 }, () => now);
  beforeEach(() => {
    now = 0;
    values.clear();
  });

  it('knows a value until it is too old', () => {
    values.set('a', 1);
    now = 9;
    expect(values.get('a')).toBe(1);
    now = 10;
    expect(values.get('a')).toBeUndefined();
  });

  it('forgets the oldest where there is no room, and what it is told to forget', () => {
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
    ] as const)
      values.set(key, value);
    expect(['a', 'b', 'c'].map((key) => values.get(key))).toEqual([3, undefined, 4]);
    values.delete('a');
    expect(values.get('a')).toBeUndefined();
  });
});
