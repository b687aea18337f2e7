import { jest } from '@jest/globals';
import { DueWorker } from './due-work.js';

/** A queue of numbers; what was handled and what went wrong. */
function aQueue(due: number[], handle: (item: number) => Promise<void> = () => Promise.resolve()) {
  const handled: number[] = [];
  const errors: unknown[] = [];
  const worker = new DueWorker<number>({
    claim: (limit) => Promise.resolve(due.splice(0, limit)),
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
