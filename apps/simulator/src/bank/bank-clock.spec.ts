import { BankClock } from './bank-clock.js';

const START = 1_000_000;
const clockAt = (): BankClock => new BankClock(() => START);

describe('the bank clock', () => {
  it('runs what becomes due in order, each at its own time', async () => {
    const clock = clockAt();
    const seen: [string, number][] = [];
    const note = (name: string) => () => seen.push([name, clock.now() - START]);
    clock.at(START + 300, note('third'));
    clock.at(START + 100, note('first'));
    clock.at(START + 200, note('second'));
    clock.at(START + 500, note('later'));
    await clock.advance(400);
    expect(seen).toEqual([
      ['first', 100],
      ['second', 200],
      ['third', 300],
    ]);
    expect(clock.now()).toBe(START + 400);
  });

  it('also runs what the tasks schedule, when they take their time', async () => {
    const clock = clockAt();
    const seen: number[] = [];
    const again = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(clock.now() - START);
      clock.at(clock.now() + 100, again);
    };
    clock.at(START + 100, again);
    await clock.advance(350);
    expect(seen).toEqual([100, 200, 300]);
  });

  it('runs what a task wants done at once, although the task took longer than the span', async () => {
    let real = START;
    const clock = new BankClock(() => real);
    const seen: string[] = [];
    clock.at(START + 100, () => {
      real += 50;
      clock.after(0, () => seen.push('at once'));
    });
    await clock.advance(100);
    expect(seen).toEqual(['at once']);
  });

  it('flows by itself', async () => {
    const clock = new BankClock();
    const ran = new Promise((resolve) => {
      clock.at(clock.now() + 5, () => {
        resolve('ran');
      });
    });
    const keepAlive = setTimeout(() => undefined, 1_000);
    expect(await ran).toBe('ran');
    clearTimeout(keepAlive);
  });

  it('goes back: waits are not longer for it, told dates stay', async () => {
    const clock = clockAt();
    const seen: string[] = [];
    await clock.advance(1_000);
    expect(clock.readings()).toEqual([START + 1_000, START]);
    clock.after(200, () => seen.push('wait'));
    clock.at(START + 1_100, () => seen.push('date'));
    clock.goBack();
    expect([clock.now(), clock.offset, clock.readings()]).toEqual([START, 0, [START]]);
    await clock.advance(200);
    expect(seen).toEqual(['wait']);
    await clock.advance(900);
    expect(seen).toEqual(['wait', 'date']);
  });

  it('forgets its tasks when restarted', async () => {
    const clock = clockAt();
    let ran = false;
    clock.at(START + 1, () => (ran = true));
    clock.restart();
    await clock.advance(10);
    expect(ran).toBe(false);
  });
});
