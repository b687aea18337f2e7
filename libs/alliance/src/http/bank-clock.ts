import { Inject, Injectable, Logger } from '@nestjs/common';
import { ALLIANCE_OPTIONS, type AllianceOptions } from '../module/alliance.module-definition.js';

/** Milliseconds. The header `Date` counts whole seconds; more than this is no delay but a clock that is wrong. */
export const CLOCK_DIFFERS_MS = 60_000;
/** Milliseconds between two lines of the log about the same bank. */
const SAY_AGAIN_MS = 60_000;

interface Seen {
  readonly differenceMs: number;
  readonly saidAt: number;
}

/**
 * How far the clock of a bank is from ours, by the `Date` of its answers. The bank refuses what is dated otherwise than
 * by its own clock, so that every refund fails while a clock is wrong. Says `clock.differs` in the log.
 * @example
 * const offByMs = clock.differsByMs();
 * if (offByMs !== undefined) await alarm(`The bank's clock and ours differ by ${offByMs} ms`);
 */
@Injectable()
export class BankClock {
  private readonly logger = new Logger(BankClock.name);
  private readonly clock: () => Date;
  private readonly seen = new Map<string, Seen>();

  constructor(@Inject(ALLIANCE_OPTIONS) { clock }: Pick<AllianceOptions, 'clock'>) {
    this.clock = clock ?? (() => new Date());
  }

  now(): Date {
    return this.clock();
  }

  /** Milliseconds by which each bank that answered is ahead of us (negative: behind us), by its origin. */
  differences(): ReadonlyMap<string, number> {
    return new Map([...this.seen].map(([origin, { differenceMs }]) => [origin, differenceMs]));
  }

  /** The greatest difference of any bank beyond {@link CLOCK_DIFFERS_MS}; undefined while all agree. */
  differsByMs(): number | undefined {
    const sizes = [...this.seen.values()].map(({ differenceMs }) => Math.abs(differenceMs));
    const greatest = Math.max(0, ...sizes);
    return greatest > CLOCK_DIFFERS_MS ? greatest : undefined;
  }

  /** @param date the header of an answer to what was sent at `sentAt`: the bank wrote it between then and now */
  note(origin: string, date: unknown, sentAt: Date): void {
    const bankMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
    if (Number.isNaN(bankMs)) return;
    const [sentMs, receivedMs] = [sentAt.getTime(), this.clock().getTime()];
    const differenceMs = bankMs > receivedMs ? bankMs - receivedMs : Math.min(0, bankMs - sentMs);
    const known = this.seen.get(origin);
    this.seen.set(origin, { differenceMs, saidAt: this.say(origin, differenceMs, known) });
  }

  /** @returns when it was last said */
  private say(origin: string, differenceMs: number, known: Seen | undefined): number {
    const didDiffer = known !== undefined && Math.abs(known.differenceMs) > CLOCK_DIFFERS_MS;
    if (Math.abs(differenceMs) <= CLOCK_DIFFERS_MS) {
      if (didDiffer) this.logger.log({ msg: 'clock.agrees', bank: origin });
      return -Infinity;
    }
    if (didDiffer && performance.now() - known.saidAt < SAY_AGAIN_MS) return known.saidAt;
    this.logger.error({ msg: 'clock.differs', bank: origin, bankAheadSeconds: Math.round(differenceMs / 1000) });
    return performance.now();
  }
}
