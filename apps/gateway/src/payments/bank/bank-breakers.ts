import { Injectable } from '@nestjs/common';

/** Calls in a row without an answer until the bank of an account counts as away. */
const OPENS_AFTER = 5;
/** Milliseconds without calls after the n-th failure of a trial; then some calls try again. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000];

interface Breaker {
  failures: number;
  /** Milliseconds of the monotonic clock. */
  failingSince: number;
  /** Undefined while it is closed. */
  openUntil: number | undefined;
}

/** Since when an account had no answers that has them again. */
export interface OutageOver {
  readonly lastedMs: number;
}

/**
 * Which accounts have a bank that does not answer, as this process finds it. Open: workers leave their rows alone. Half
 * open, after a pause: some calls try. One answer of any kind closes it.
 */
@Injectable()
export class BankBreakers {
  private readonly breakers = new Map<string, Breaker>();

  /** A call brought no answer. */
  failed(accountId: string, now = performance.now()): void {
    const breaker = this.breakers.get(accountId) ?? { failures: 0, failingSince: now, openUntil: undefined };
    this.breakers.set(accountId, breaker);
    breaker.failures += 1;
    if (breaker.openUntil !== undefined && now < breaker.openUntil) return; // a straggler of before
    const trial = breaker.failures - OPENS_AFTER;
    if (trial >= 0) breaker.openUntil = now + (PAUSES_MS[Math.min(trial, PAUSES_MS.length - 1)] ?? 0);
  }

  /** A call brought an answer. @returns the outage that is over, if the breaker was open */
  answered(accountId: string, now = performance.now()): OutageOver | undefined {
    const breaker = this.breakers.get(accountId);
    this.breakers.delete(accountId);
    return breaker?.openUntil === undefined ? undefined : { lastedMs: now - breaker.failingSince };
  }

  /** Accounts that are not called at all just now, and those that are called a little. */
  restraint(now = performance.now()): { readonly shut: readonly string[]; readonly careful: readonly string[] } {
    const open = [...this.breakers].filter(([, { openUntil }]) => openUntil !== undefined);
    const isShut = ([, { openUntil = 0 }]: [string, Breaker]): boolean => openUntil > now;
    return {
      shut: open.filter(isShut).map(([id]) => id),
      careful: open.filter((entry) => !isShut(entry)).map(([id]) => id),
    };
  }

  /** Open or half open. */
  isTripped(accountId: string): boolean {
    return this.breakers.get(accountId)?.openUntil !== undefined;
  }
}
