/** Calls in a row that failed until whoever is called counts as away. */
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

/** Of somebody who answers again. */
export interface OutageOver {
  readonly lastedMs: number;
}

/**
 * Who does not answer, as this process finds it. Open: workers leave their rows alone. Half open, after a pause: some
 * calls try. One answer closes it.
 */
export class Breakers {
  private readonly breakers = new Map<string, Breaker>();

  /** A call brought no answer. */
  failed(id: string, now = performance.now()): void {
    const breaker = this.breakers.get(id) ?? { failures: 0, failingSince: now, openUntil: undefined };
    this.breakers.set(id, breaker);
    breaker.failures += 1;
    if (breaker.openUntil !== undefined && now < breaker.openUntil) return; // a straggler of before
    const trial = breaker.failures - OPENS_AFTER;
    if (trial >= 0) breaker.openUntil = now + (PAUSES_MS[Math.min(trial, PAUSES_MS.length - 1)] ?? 0);
  }

  /** A call brought an answer. @returns the outage that is over, if the breaker was open */
  answered(id: string, now = performance.now()): OutageOver | undefined {
    const breaker = this.breakers.get(id);
    this.breakers.delete(id);
    return breaker?.openUntil === undefined ? undefined : { lastedMs: now - breaker.failingSince };
  }

  /** Who is not called at all just now, and who is called a little. */
  restraint(now = performance.now()): { readonly shut: readonly string[]; readonly careful: readonly string[] } {
    const open = [...this.breakers].filter(([, { openUntil }]) => openUntil !== undefined);
    const isShut = ([, { openUntil = 0 }]: [string, Breaker]): boolean => openUntil > now;
    return {
      shut: open.filter(isShut).map(([id]) => id),
      careful: open.filter((entry) => !isShut(entry)).map(([id]) => id),
    };
  }

  /** Open or half open. */
  isTripped(id: string): boolean {
    return this.breakers.get(id)?.openUntil !== undefined;
  }
}
