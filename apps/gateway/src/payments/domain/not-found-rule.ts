/** How often the bank must say it. */
const TIMES = 3;
/** Seconds from the first time that counts to the last: the bank's own samples show data that is half an hour late. */
const OVER_SECONDS = 30 * 60;
/** Seconds. The least wait before the next question, once only more of them are missing. */
const MIN_WAIT_SECONDS = 60;

export type NotFoundRuling = { readonly kind: 'absent' } | { readonly kind: 'wait'; readonly seconds: number };

/**
 * Whether "not found" proves that the bank never had the request: three times over half an hour, each asked after our
 * last byte.
 * @param times this one included
 * @param sinceFirstSeconds from the first of them, as it was asked, to this one
 */
export function judgeNotFound(times: number, sinceFirstSeconds: number): NotFoundRuling {
  const left = OVER_SECONDS - sinceFirstSeconds;
  if (times >= TIMES && left <= 0) return { kind: 'absent' };
  const seconds = times >= TIMES - 1 ? left : left / 2;
  return { kind: 'wait', seconds: Math.max(seconds, MIN_WAIT_SECONDS) };
}
