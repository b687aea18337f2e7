import { type WatchedWorker, Workers } from './workers.js';

describe('Workers', () => {
  let kicks = 0;
  const aWorker = (sinceClaimMs: number): Required<WatchedWorker> => ({
    ...{ name: 'a-worker', claimLimitMs: 25_000, sinceClaimMs },
    kick: () => {
      kicks += 1;
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  });
  beforeEach(() => (kicks = 0));

  it.each([
    { areTold: false, sinceClaimMs: 1, looks: true },
    { areTold: true, sinceClaimMs: 1, looks: false },
    { areTold: true, sinceClaimMs: 850, looks: false },
    { areTold: true, sinceClaimMs: 950, looks: true },
  ])('told: $areTold, last look $sinceClaimMs ms ago: looks at a tick: $looks', async (one) => {
    const workers = new Workers();
    workers.areTold = one.areTold;
    await workers.poll(aWorker(one.sinceClaimMs));
    expect(kicks).toBe(Number(one.looks));
  });

  it('wakes the worker of that name, however short ago it looked, and knows no other', () => {
    const workers = new Workers();
    workers.areTold = true;
    workers.add(aWorker(1));
    expect([workers.wake('a-worker'), workers.wake('another'), kicks]).toEqual([true, false, 1]);
    expect([workers.has('a-worker'), workers.has('another')]).toEqual([true, false]);
  });
});
