import { FakeBank } from '../testing/fake-bank.js';
import { AllianceTransport } from './alliance-transport.js';
import { type AllianceOptions } from '../module/alliance.module-definition.js';
import { BankClock } from './bank-clock.js';

const MINUTE_MS = 60_000;

describe('BankClock', () => {
  const now = new Date('2026-11-26T12:00:00.400Z');
  const aClock = (): BankClock => new BankClock({ clock: () => now });
  const dated = (offsetMs: number): string => new Date(now.getTime() + offsetMs).toUTCString();

  it.each<[string, number, number, number | undefined]>([
    ['agrees', 0, 0, undefined],
    ['is a minute ahead, within a second', MINUTE_MS, 0, undefined],
    ['is ten minutes ahead', 10 * MINUTE_MS, 0, 600],
    ['is ten minutes behind', -10 * MINUTE_MS, 0, 600],
    ['dated an answer that took two minutes', -100_000, 2 * MINUTE_MS, undefined],
    ['is behind, even for an answer that took two minutes', -10 * MINUTE_MS, 2 * MINUTE_MS, 480],
  ])('a bank that %s', (_what, offsetMs, tookMs, seconds) => {
    const clock = aClock();
    clock.note('https://bank.example', dated(offsetMs), new Date(now.getTime() - tookMs));
    const differs = clock.differsByMs();
    expect(differs === undefined ? undefined : Math.round(differs / 1000)).toBe(seconds);
  });

  it.each([undefined, '', 'yesterday', 5])('knows nothing from the date %p', (date) => {
    const clock = aClock();
    clock.note('https://bank.example', date, now);
    expect(clock.differences().size).toBe(0);
  });

  it('agrees again once the clock is set', () => {
    const clock = aClock();
    clock.note('https://bank.example', dated(10 * MINUTE_MS), now);
    clock.note('https://bank.example', dated(0), now);
    expect(clock.differsByMs()).toBeUndefined();
  });

  it('is told by every answer of the bank, a refusal as well', async () => {
    const bank = await FakeBank.start();
    const ahead = { clock: () => new Date(Date.now() + 10 * MINUTE_MS) };
    const clock = new BankClock(ahead);
    const transport = new AllianceTransport(ahead as unknown as AllianceOptions, clock);
    bank.answer = () => ({ status: 503, body: '<html>' });
    await transport.bare.post(new URL('/x', bank.url).href, '{}');
    expect(clock.differsByMs()! / MINUTE_MS).toBeCloseTo(10, 0);
    expect(clock.differences().get(bank.url.origin)! / MINUTE_MS).toBeCloseTo(-10, 0);
    await transport.onApplicationShutdown();
    await bank.stop();
  });
});
