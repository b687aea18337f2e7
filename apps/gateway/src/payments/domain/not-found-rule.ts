/** Seconds after our last byte before "not found" means anything: the bank may still be working on the request. */
const SETTLING_SECONDS = 120;
/** Seconds between the two answers that prove absence. */
const BETWEEN_SECONDS = 60;

export type NotFoundRuling =
  | { readonly kind: 'absent' }
  /** `noted`: this answer counts as the first of the two. */
  | { readonly kind: 'wait'; readonly seconds: number; readonly noted: boolean };

/** Whether the bank's "not found" proves that it never had the request: twice, a minute apart, two minutes after sending. */
export function judgeNotFound(ages: { sinceSentSeconds: number; sinceNotFoundSeconds: number | null }): NotFoundRuling {
  if (ages.sinceSentSeconds < SETTLING_SECONDS) {
    return { kind: 'wait', seconds: SETTLING_SECONDS - ages.sinceSentSeconds, noted: false };
  }
  if (ages.sinceNotFoundSeconds === null) return { kind: 'wait', seconds: BETWEEN_SECONDS, noted: true };
  const left = BETWEEN_SECONDS - ages.sinceNotFoundSeconds;
  return left > 0 ? { kind: 'wait', seconds: left, noted: false } : { kind: 'absent' };
}
