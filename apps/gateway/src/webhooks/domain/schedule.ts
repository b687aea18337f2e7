const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds before each attempt, after the one before it. Source: docs/correctness.md, "Webhooks"; Standard Webhooks. */
export const DELAYS_SECONDS: readonly number[] = [
  0,
  5,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** Seconds from the first attempt to the last. */
const WHOLE_SCHEDULE = DELAYS_SECONDS.reduce((sum, delay) => sum + delay, 0);
/** Either way, so that what failed together does not come back together. */
const JITTER = 0.2;
/** A receiver may ask for more patience than the schedule has, but not for more than this. Seconds. */
const LONGEST_WAIT = 24 * HOUR;

/** When an attempt that failed is followed by another. */
export interface NextAttempt {
  readonly inSeconds: number;
  /** Seconds after the start of the schedule before which it does not come. */
  readonly notBeforeSeconds: number;
}

/**
 * The last attempt never comes before the whole schedule has passed: jitter that happened to shorten every step would
 * otherwise give up on a receiver that is away for a long weekend.
 * @param failed attempts so far, the one that just failed included
 * @param retryAfterSeconds what the receiver asked for
 * @param random from 0 to 1
 * @returns undefined when it is given up
 */
export function nextAttempt(
  failed: number,
  retryAfterSeconds: number | undefined,
  random: number,
): NextAttempt | undefined {
  const delay = DELAYS_SECONDS[failed];
  if (delay === undefined) return undefined;
  const jittered = delay * (1 - JITTER + 2 * JITTER * random);
  const asked = Math.min(retryAfterSeconds ?? 0, LONGEST_WAIT);
  const isLast = failed === DELAYS_SECONDS.length - 1;
  return { inSeconds: Math.max(jittered, asked), notBeforeSeconds: isLast ? WHOLE_SCHEDULE : 0 };
}

/**
 * Seconds that a `Retry-After` asks for: a number, or a date as HTTP writes it. Anything else asks for nothing.
 * @param now milliseconds since 1970, by the clock that the date is compared with
 */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/u.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1_000));
}
