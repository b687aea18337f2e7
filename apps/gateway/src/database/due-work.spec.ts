import { jest } from '@jest/globals';
import { type Room } from './claim-due.js';
import { DueWorker } from './due-work.js';

const ticks = () => new Promise((resolve) => setImmediate(resolve));

/** A queue of numbers; what was handled and what went wrong. */
function aQueue(due: number[], handle: (item: number) => Promise<void> = () => Promise.resolve()) {
  const handled: number[] = [];
  const errors: unknown[] = [];
  const worker = new DueWorker<number>({
    name: 'a-worker',
    claim: ({ spare }) => Promise.resolve(due.splice(0, spare)),
    accountOf: () => 'acc_1',
    handle: async (item) => {
      await handle(item);
      handled.push(item);
    },
    onError: (error, item) => errors.push([(error as Error).message, item]),
  });
  return { worker, handled, errors, due };
}

describe('DueWorker', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('works off more than one batch in one go', async () => {
    const { worker, handled } = aQueue(Array.from({ length: 45 }, (_none, n) => n));
    await worker.kick();
    expect(handled).toHaveLength(45);
  });

  it('lets one bad item stop neither the others nor the next round', async () => {
    const { worker, handled, errors, due } = aQueue([1, 2, 3], (item) =>
      item === 2 ? Promise.reject(new Error('bad row')) : Promise.resolve(),
    );
    await worker.kick();
    due.push(4);
    await worker.kick();
    expect(handled).toEqual([1, 3, 4]);
    expect(errors).toEqual([['bad row', 2]]);
  });

  it('reports a claim that failed, leaves the database alone for a while, then tries again', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    const errors: string[] = [];
    let claims = 0;
    const worker = new DueWorker<number>({
      name: 'a-worker',
      accountOf: () => 'acc_1',
      claim: () => (++claims === 1 ? Promise.reject(new Error('no database')) : Promise.resolve([])),
      handle: () => Promise.resolve(),
      onError: (error) => errors.push((error as Error).message),
    });
    await worker.kick();
    jest.advanceTimersByTime(4_999);
    await worker.kick();
    expect([errors, claims]).toEqual([['no database'], 1]);
    jest.advanceTimersByTime(1);
    await worker.kick();
    expect([errors, claims]).toEqual([['no database'], 2]);
  });

  it('drains once at a time, and looks again when kicked meanwhile', async () => {
    const open: (() => void)[] = [];
    const { worker, handled, due } = aQueue([1], () => new Promise((resolve) => open.push(resolve)));
    const first = worker.kick();
    await Promise.resolve();
    due.push(2);
    const second = worker.kick();
    while (handled.length < 2) {
      open.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all([first, second]);
    expect(handled).toEqual([1, 2]);
  });

  it('fills a slot as soon as it is free, beside items that hang', async () => {
    const open = new Map<number, () => void>();
    const { worker, due } = aQueue(
      Array.from({ length: 25 }, (_none, n) => n),
      (item) => new Promise((resolve) => open.set(item, resolve)),
    );
    void worker.kick();
    await ticks();
    expect([open.size, due.length]).toEqual([20, 5]);
    open.get(7)?.();
    await ticks();
    expect([open.size, due.length]).toEqual([21, 4]);
  });

  it('looks for work, and so sees whether the database takes writes, while all of it hangs', async () => {
    const { worker } = aQueue(
      Array.from({ length: 20 }, (_none, n) => n),
      () => new Promise(() => undefined),
    );
    void worker.kick();
    await ticks();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const before = worker.sinceClaimMs;
    void worker.kick();
    await ticks();
    expect(worker.sinceClaimMs).toBeLessThan(before);
  });

  it('tells each claim who has how much in hand', async () => {
    const seen: Room[] = [];
    const due = ['a', 'a', 'b'];
    const worker = new DueWorker<string>({
      name: 'a-worker',
      claim: (room) => {
        seen.push({ ...room, inHand: new Map(room.inHand) });
        return Promise.resolve(due.splice(0));
      },
      accountOf: (item) => item,
      handle: () => new Promise(() => undefined),
      onError: () => undefined,
      restraint: () => ({ shut: ['c'], careful: ['d'] }),
    });
    void worker.kick();
    await ticks();
    void worker.kick();
    await ticks();
    const inHand = new Map([
      ['a', 2],
      ['b', 1],
    ]);
    expect(seen.at(-1)).toEqual({ most: 253, spare: 17, inHand, shut: ['c'], careful: ['d'] });
  });

  it('finishes what it has in hand when stopped and takes nothing new', async () => {
    let release = (): void => undefined;
    const { worker, handled, due } = aQueue([1], () => new Promise((resolve) => (release = resolve)));
    void worker.kick();
    await new Promise((resolve) => setImmediate(resolve));
    let isStopped = false;
    const stopped = worker.stop().then(() => (isStopped = true));
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect([isStopped, handled]).toEqual([false, []]); // it waits for what it has in hand
    due.push(2);
    release();
    await stopped;
    await worker.kick();
    expect([handled, due]).toEqual([[1], [2]]);
  });
});
