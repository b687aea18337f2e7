import { AllianceError } from '../error/alliance-error.js';

/** Milliseconds before the bank is asked for a session again, by failures in a row. Source: docs/correctness.md. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** Accounts that are failing at one time; more are somebody's invention, and the oldest is forgotten. */
const MAX_FAILING = 1_000;

interface Failing {
  readonly times: number;
  /** On the monotonic clock, in milliseconds. */
  readonly until: number;
  readonly error: AllianceError;
}

/** Spaces the authorizes of accounts whose last one failed. */
export class RenewalPace {
  readonly #failing = new Map<string, Failing>();

  /** @throws AllianceError what the last attempt failed with, while it is too early for another */
  assertDue(accountId: string): void {
    const failing = this.#failing.get(accountId);
    const leftMs = (failing?.until ?? -Infinity) - performance.now();
    if (!failing || leftMs <= 0) return;
    const { code, message, reason, bank } = failing.error;
    throw new AllianceError(code, `${message}; not asked again for ${Math.ceil(leftMs)} ms`, {
      ...(reason !== undefined && { reason }),
      ...(bank && { bank }),
      noEffect: true,
    });
  }

  noteFailure(accountId: string, error: AllianceError): void {
    const times = (this.#failing.get(accountId)?.times ?? 0) + 1;
    const pauseMs = PAUSES_MS[Math.min(times, PAUSES_MS.length) - 1] ?? 0;
    this.#failing.delete(accountId);
    this.#failing.set(accountId, { times, until: performance.now() + pauseMs, error });
    const [oldest] = this.#failing.keys();
    if (this.#failing.size > MAX_FAILING && oldest !== undefined) this.#failing.delete(oldest);
  }

  noteSuccess(accountId: string): void {
    this.#failing.delete(accountId);
  }
}
