import { jest } from '@jest/globals';
import { type Rounds, RoundWorker } from './round-worker.js';
import { Workers } from './workers.js';

const LIMIT_MS = 25_000;

describe('RoundWorker', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const errors: unknown[] = [];
  const aWorker = (over: Partial<Rounds<number>> = {}) => {
    errors.length = 0;
    const rounds = { claim: () => Promise.resolve(1), handle: () => Promise.resolve(), ...over };
    return new RoundWorker<number>({ name: 'a-worker', onError: (error) => errors.push(error), ...rounds });
  };
  const watched = (worker: RoundWorker<number>): Workers => {
    const workers = new Workers();
    workers.add(worker);
    return workers;
  };

  it('works one round at a time, and hands over what was claimed', async () => {
    const handled: number[] = [];
    let claims = 0;
    const worker = aWorker({
      claim: () => Promise.resolve(++claims),
      handle: (claimed) => Promise.resolve(void handled.push(claimed)),
    });
    await Promise.all([worker.tick(), worker.tick()]);
    await worker.tick();
    expect(handled).toEqual([1, 2]);
  });

  it('is stale when no claim has worked for too long', async () => {
    const worker = aWorker({ claim: () => Promise.reject(new Error('away')) });
    const workers = watched(worker);
    await worker.tick();
    expect(errors).toHaveLength(1);
    expect(workers.stalled()).toEqual([]);
    jest.advanceTimersByTime(LIMIT_MS + 1);
    expect(workers.stalled()).toEqual(['a-worker']);
  });

  it('is stale while a claim hangs, and not while what it claimed does', async () => {
    const hanging = aWorker({ claim: () => new Promise<never>(() => undefined) });
    void hanging.tick();
    const handling = Promise.withResolvers<undefined>();
    const busy = aWorker({ handle: () => handling.promise });
    const round = busy.tick();
    await new Promise((resolve) => setImmediate(resolve));
    jest.advanceTimersByTime(10 * LIMIT_MS);
    expect(watched(hanging).stalled()).toEqual(['a-worker']);
    expect(watched(busy).stalled()).toEqual([]);
    handling.resolve(undefined);
    await round;
    expect(watched(busy).stalled()).toEqual([]);
  });

  it('tells of a round that failed, and goes on with the next', async () => {
    let rounds = 0;
    const worker = aWorker({
      handle: () => (++rounds === 1 ? Promise.reject(new Error('broken')) : Promise.resolve()),
    });
    await worker.tick();
    await worker.tick();
    expect([rounds, errors.length]).toEqual([2, 1]);
  });

  it('stops when what is in hand is done, and begins nothing more', async () => {
    const handling = Promise.withResolvers<undefined>();
    let rounds = 0;
    const worker = aWorker({
      handle: () => {
        rounds += 1;
        return handling.promise;
      },
    });
    void worker.tick();
    await new Promise((resolve) => setImmediate(resolve));
    let stopped = false;
    const stopping = worker.stop().then(() => (stopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([stopped, worker.isStopped]).toEqual([false, true]);
    handling.resolve(undefined);
    await stopping;
    await worker.tick();
    expect(rounds).toBe(1);
  });
});
