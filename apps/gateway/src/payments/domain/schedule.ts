const SECOND = 1;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Seconds from one query to the next after a doubt; hourly to 24 h, then every six hours. */
const AFTER_DOUBT = [2, 5, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR];
/** Seconds after creation at which an open order is polled; hourly from then on. */
const OPEN_ORDER = [MINUTE, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR];

/** An operation whose outcome is not proven by then waits for a person. */
export const REVIEW_AFTER_SECONDS = 24 * HOUR;
/** The bank may still report a payment this long after the order's own expiry. */
export const EXPIRY_GRACE_SECONDS = 2 * HOUR;

/** Seconds to wait before query number `queries` + 1, spread by ±20 %. @param random in [0, 1) */
export function delayAfterDoubt(queries: number, random: number): number {
  const base = AFTER_DOUBT[queries] ?? (queries < AFTER_DOUBT.length + 23 ? HOUR : 6 * HOUR);
  return base * (0.8 + 0.4 * random);
}

/** Seconds until the next poll of an open order of this age, spread by up to +10 % so that orders do not march in step. */
export function delayOfOpenOrder(ageSeconds: number, random: number): number {
  const next = OPEN_ORDER.find((offset) => offset > ageSeconds);
  const delay = next === undefined ? HOUR : next - ageSeconds;
  return Math.max(SECOND, delay * (1 + 0.1 * random));
}

/** How often an answer that hints at money but lacks a fact is asked for again before a person looks at it. */
export const CONFIRMATION_QUERIES = 5;
