const SECOND = 1;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds from one query to the next after a doubt, up to the hourly ones. */
const AFTER_DOUBT = [2, 5, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR];
/** What follows: hourly to 24 h, every six hours to 7 d, daily to 30 d. */
const LATER_QUERIES = [
  { count: 23, everySeconds: HOUR },
  { count: 24, everySeconds: 6 * HOUR },
  { count: 23, everySeconds: DAY },
];
/** Seconds after creation at which an open order is polled; then hourly to its expiry. */
const OPEN_ORDER = [MINUTE, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE];
/** Seconds after expiry at which an open order is polled; the last one is the deadline. */
const PAST_EXPIRY = [2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR];
/** Seconds after the end of a payment at which the bank is asked again: late money, second charges, refunds elsewhere. */
const AFTER_END = [HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY];

/** An operation whose outcome is not proven by then waits for a person. */
export const REVIEW_AFTER_SECONDS = 24 * HOUR;
/** The bank may still report a payment this long after the order's own expiry. */
export const EXPIRY_GRACE_SECONDS = 2 * HOUR;
/** An order that is undecided this long after its expiry waits for a person. */
export const ORDER_REVIEW_SECONDS = 5 * HOUR;
/** Facts that a success lacks are asked for this long; the bank's own samples bring them 25 to 30 minutes late. */
export const INCOMPLETE_SECONDS = 30 * MINUTE;

/** Seconds to wait before query number `queries` + 1, spread by ±20 %; null after 30 days. @param random in [0, 1) */
export function delayAfterDoubt(queries: number, random: number): number | null {
  const base = AFTER_DOUBT[queries] ?? laterDelay(queries - AFTER_DOUBT.length);
  return base === null ? null : base * (0.8 + 0.4 * random);
}

function laterDelay(queries: number): number | null {
  let left = queries;
  for (const { count, everySeconds } of LATER_QUERIES) {
    if (left < count) return everySeconds;
    left -= count;
  }
  return null;
}

/** Where an open order stands on the database's clock. */
export interface OrderAge {
  readonly sinceCreatedSeconds: number;
  /** Negative once it has expired. */
  readonly untilExpirySeconds: number;
}

/** Seconds until the next poll of an open order, spread by up to +10 % so that orders do not march in step. */
export function delayOfOpenOrder({ sinceCreatedSeconds: age, untilExpirySeconds }: OrderAge, random: number): number {
  const expiry = age + untilExpirySeconds;
  const hourly = (Math.floor(age / HOUR) + 1) * HOUR;
  const moments = [
    ...[...OPEN_ORDER, hourly].filter((moment) => moment < expiry),
    ...[0, ...PAST_EXPIRY].map((offset) => expiry + offset),
  ];
  const next = moments.find((moment) => moment > age);
  const delay = next === undefined ? HOUR : next - age;
  return Math.max(SECOND, delay * (1 + 0.1 * random));
}

/** Seconds until a payment that has ended is looked at again, spread by up to +10 %; null after the last look. */
export function delayAfterEnd(sinceEndedSeconds: number, random: number): number | null {
  const next = AFTER_END.find((offset) => offset > sinceEndedSeconds);
  return next === undefined ? null : Math.max(SECOND, (next - sinceEndedSeconds) * (1 + 0.1 * random));
}

/** How often an order is asked for in quick succession after a hint that something happened. */
export const CONFIRMATION_QUERIES = 5;
