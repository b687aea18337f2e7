import { HttpProblem } from '../../http/http-problem.js';
import { BankBreakers } from './bank-breakers.js';
import { BankSlots } from './bank-slots.js';

const fail = (breakers: BankBreakers, times: number, now = 0): void => {
  for (let count = 0; count < times; count++) breakers.failed('acc_1', now);
};

describe('the breaker of an account', () => {
  it('opens after five calls in a row without an answer, for that account alone', () => {
    const breakers = new BankBreakers();
    fail(breakers, 4);
    expect(breakers.restraint(0)).toEqual({ shut: [], careful: [] });
    fail(breakers, 1);
    breakers.failed('acc_2', 0);
    expect(breakers.restraint(0)).toEqual({ shut: ['acc_1'], careful: [] });
  });

  it('does not open for failures with answers between them', () => {
    const breakers = new BankBreakers();
    for (let round = 0; round < 5; round++) {
      fail(breakers, 4);
      expect(breakers.answered('acc_1')).toBeUndefined();
    }
    expect(breakers.isTripped('acc_1')).toBe(false);
  });

  it('is half open after its pause; a failure shuts it for longer, up to ten seconds', () => {
    const breakers = new BankBreakers();
    fail(breakers, 5);
    const pauses: number[] = [];
    let now = 0;
    for (let trial = 0; trial < 6; trial++) {
      const from = now;
      while (breakers.restraint(now).shut.length > 0) now += 500;
      expect(breakers.restraint(now).careful).toEqual(['acc_1']);
      pauses.push(now - from);
      breakers.failed('acc_1', now);
    }
    expect(pauses).toEqual([1_000, 2_000, 5_000, 10_000, 10_000, 10_000]);
  });

  it('is not shut for longer by calls that had begun before', () => {
    const breakers = new BankBreakers();
    fail(breakers, 200);
    expect(breakers.restraint(1_000)).toEqual({ shut: [], careful: ['acc_1'] });
  });

  it('closes with one answer, and says how long the outage was', () => {
    const breakers = new BankBreakers();
    fail(breakers, 5, 1_000);
    expect(breakers.answered('acc_1', 61_000)).toEqual({ lastedMs: 60_000 });
    expect([breakers.isTripped('acc_1'), breakers.answered('acc_1')]).toEqual([false, undefined]);
  });
});

describe('slots to the bank', () => {
  const hang = () => new Promise<void>(() => undefined);
  /** How many get through. */
  const take = async (slots: BankSlots, accountId: string, times: number): Promise<number> => {
    let refused = 0;
    for (let count = 0; count < times; count++) {
      slots.run(accountId, hang).catch((error: unknown) => {
        expect(error).toBeInstanceOf(HttpProblem);
        refused += 1;
      });
    }
    await new Promise((resolve) => setImmediate(resolve));
    return times - refused;
  };

  it('leave a share for others when one account has taken all it may', async () => {
    const slots = new BankSlots(new BankBreakers());
    expect(await take(slots, 'acc_1', 1_000)).toBe(256);
    expect(await take(slots, 'acc_2', 10)).toBe(4);
    expect(await take(slots, 'acc_3', 10)).toBe(4);
  });

  it('are a share while the bank of the account does not answer', async () => {
    const breakers = new BankBreakers();
    const slots = new BankSlots(breakers);
    for (let count = 0; count < 5; count++) breakers.failed('acc_1');
    expect(await take(slots, 'acc_1', 10)).toBe(4);
  });

  it('come back, also from work that failed', async () => {
    const slots = new BankSlots(new BankBreakers());
    for (let count = 0; count < 600; count++) {
      await slots.run('acc_1', () => (count % 2 ? Promise.resolve() : Promise.reject(new Error('no')))).catch(() => 0);
    }
    expect(await take(slots, 'acc_1', 1_000)).toBe(256);
  });
});
