import { judgeNotFound } from './not-found-rule.js';
import { defectOf, type Failure, failureOf, reviewOf } from './failures.js';
import { INCOMPLETE_SECONDS } from './schedule.js';
import { type OperationStatus, operationStatus } from './statuses.js';
import { type Verdict } from './verdict.js';

/** What we know of a refund before the bank's next word. */
export interface FollowUpState {
  readonly status: OperationStatus;
  /** 2 after the one permitted resend. */
  readonly attempt: number;
  /** How often sending it was put on record: the word of an older sender counts for little. */
  readonly sends: number;
  /** The bank has shown that it knows our request id. From then on "not found" proves nothing. */
  readonly known: boolean;
  /** With this code the bank refused the request; nobody has confirmed it yet. */
  readonly refusalCode: string | null;
  /** How often the bank said, when it counted, that it has no such refund. */
  readonly notFounds: number;
}

/** What a query of ours brought back. */
export type QuerySight =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** What came of sending it. */
export type SendSight =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'unsent'; readonly reason: string }
  | { readonly kind: 'unsendable'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The clock's part, on the database's clock. */
export interface FollowUpClock {
  /** From the last moment at which a byte of ours can have left to the moment of the question; negative before it. */
  readonly sinceSentSeconds: number;
  /** From the first question that "not found" counted for; null where there was none. */
  readonly sinceNotFoundSeconds: number | null;
  readonly pastDeadline: boolean;
}

/** What is to be recorded. Members that are absent leave things as they are. */
export interface FollowUpMove {
  readonly to: OperationStatus;
  readonly failure?: Failure;
  /** The verdict that the step rests on. */
  readonly verdict?: Verdict;
  /** Why nobody knows. */
  readonly reason?: string;
  readonly known?: true;
  readonly refusalCode?: string;
  readonly unsent?: true | undefined;
  readonly notFoundCounts?: true;
  /** The same request goes out once more. */
  readonly resend?: true;
  /** Whether the bank is asked again; `soonerSeconds` bounds the wait. */
  readonly askAgain: boolean;
  /** No word of the bank led here, only the time that passed. */
  readonly byClock?: true;
  readonly soonerSeconds?: number;
}

const hasEnded = (status: OperationStatus): boolean => operationStatus(status).ended;

/** @returns undefined where the answer changes nothing */
export function decideAfterQuery(
  refund: FollowUpState,
  sight: QuerySight,
  clock: FollowUpClock,
): FollowUpMove | undefined {
  if (refund.status === 'succeeded') return undefined;
  if (hasEnded(refund.status)) return stepAfterTheEnd(refund, sight);
  const step = stepOf(refund, sight, clock);
  return step && withDeadline(step, clock);
}

/**
 * @param send which of the sends the answer belongs to
 * @param confirmation what a query said right after a refusal or a FAIL
 */
export function decideAfterSending(
  refund: FollowUpState,
  answer: { readonly send: number; readonly sight: SendSight; readonly confirmation?: QuerySight },
  clock: FollowUpClock,
): FollowUpMove | undefined {
  const { send, sight, confirmation } = answer;
  if (confirmation?.kind === 'verdict') return decideAfterQuery(refund, confirmation, clock);
  if (hasEnded(refund.status)) return undefined;
  const step = stepOfAnswer(refund, sight, {
    isLatest: send === refund.sends,
    isAbsent: confirmation?.kind === 'not_found',
  });
  return step && withDeadline(step, clock);
}

/** What was given up and yet succeeds is late money; what is under way all the same is followed. */
function stepAfterTheEnd({ status }: FollowUpState, sight: QuerySight): FollowUpMove {
  const verdict = sight.kind === 'verdict' ? sight.verdict : undefined;
  if (verdict?.kind === 'succeeded') return { to: 'succeeded', verdict, known: true, askAgain: false };
  const isAlive = verdict?.kind === 'pending' || verdict?.kind === 'incomplete';
  return { to: status, ...(verdict ? { known: true } : {}), askAgain: isAlive };
}

function stepOf(refund: FollowUpState, sight: QuerySight, clock: FollowUpClock): FollowUpMove | undefined {
  switch (sight.kind) {
    case 'verdict':
      return stepOfVerdict(sight.verdict, clock);
    case 'not_found':
      return stepOfNotFound(refund, clock);
    case 'unreadable':
      return doubt(refund, sight.reason);
  }
}

function stepOfVerdict(verdict: Verdict, clock: FollowUpClock): FollowUpMove {
  const known = { verdict, known: true } as const;
  switch (verdict.kind) {
    case 'succeeded':
      return { to: 'succeeded', ...known, askAgain: false };
    case 'failed':
      return { to: 'failed', failure: verdict.failure, ...known, askAgain: false };
    case 'review':
      return { ...review(verdict.reason), ...known };
    case 'incomplete':
      if (clock.sinceSentSeconds > INCOMPLETE_SECONDS) return { ...review(verdict.reason), ...known };
      return { to: 'pending', ...known, askAgain: true };
    case 'pending':
    case 'untouched':
      return { to: 'pending', ...known, askAgain: true };
  }
}

/**
 * Absence alone never ends a refund, for a bank may know it and not show it: once it is proven, the same request goes out
 * once more, under the same id, which such a bank would call a duplicate. After a refusal it is final.
 */
function stepOfNotFound(refund: FollowUpState, clock: FollowUpClock): FollowUpMove | undefined {
  if (clock.sinceSentSeconds < 0) return undefined; // asked before the request can have arrived
  const ruling = judgeNotFound(refund.notFounds + 1, clock.sinceNotFoundSeconds ?? 0);
  if (ruling.kind === 'wait') {
    return { ...doubt(refund), notFoundCounts: true, soonerSeconds: ruling.seconds };
  }
  if (refund.known) return review('the bank no longer knows a refund that it knew');
  if (refund.attempt > 1) return review('the bank has no such refund, even after it was sent again');
  if (refund.refusalCode !== null) return { to: 'rejected', failure: refusal(refund.refusalCode), askAgain: false };
  return { to: 'sending', resend: true, askAgain: true };
}

function stepOfAnswer(
  refund: FollowUpState,
  sight: SendSight,
  { isLatest, isAbsent }: { readonly isLatest: boolean; readonly isAbsent: boolean },
): FollowUpMove | undefined {
  if (sight.kind === 'verdict') return stepOfAnsweredVerdict(refund, sight.verdict);
  if (sight.kind === 'duplicate') return { ...doubt(refund, 'the bank calls it a duplicate'), known: true };
  if (!isLatest) return undefined; // another request under the same id went out since
  if (sight.kind === 'refused') return stepOfRefusal(refund, sight.code, isAbsent);
  if (sight.kind === 'unsendable') return stepOfDefect(refund, sight.reason);
  const step = doubt(refund, sight.reason);
  return sight.kind === 'unsent' && !refund.known && step.to === 'unknown' ? { ...step, unsent: true } : step;
}

/** A FAIL in the answer is not final: only a query of the same identity makes it so. */
function stepOfAnsweredVerdict(refund: FollowUpState, verdict: Verdict): FollowUpMove {
  if (verdict.kind !== 'failed') return stepOfVerdict(verdict, JUST_SENT);
  return { ...doubt(refund, 'the bank answered FAIL; no query has confirmed it yet'), known: true };
}

function stepOfRefusal(refund: FollowUpState, code: string, isAbsent: boolean): FollowUpMove {
  if (refund.attempt > 1) return review(`the bank refused it when it was sent again (${code})`);
  if (isAbsent && !refund.known) return { to: 'rejected', failure: refusal(code), refusalCode: code, askAgain: false };
  return { ...doubt(refund, code), refusalCode: code };
}

/** Nothing left now; only where nothing can have left before is that the end. */
function stepOfDefect({ attempt, known }: FollowUpState, reason: string): FollowUpMove {
  const failure = defectOf(reason);
  if (attempt > 1 || known) return review(`it may have arrived before, and cannot be sent again. ${failure.message}`);
  return { to: 'rejected', failure, askAgain: false };
}

/** Whoever is being sent is in doubt from here on; what the bank has acknowledged, or a person looks at, stays so. */
function doubt({ status }: FollowUpState, reason?: string): FollowUpMove {
  const to = status === 'sending' ? 'unknown' : status;
  return { to, ...(reason === undefined ? {} : { reason }), askAgain: true };
}

/** A person has to look; the bank is asked on all the same. */
export const review = (reason: string): FollowUpMove => ({
  to: 'needs_review',
  failure: reviewOf(reason),
  askAgain: true,
});

/** What is open past the deadline waits for a person, and is asked for all the same. */
function withDeadline(step: FollowUpMove, { pastDeadline }: FollowUpClock): FollowUpMove {
  if (!pastDeadline || hasEnded(step.to) || step.resend || step.to === 'needs_review') return step;
  return { ...step, unsent: undefined, ...review('the outcome could not be proven in time'), byClock: true };
}

const JUST_SENT: FollowUpClock = { sinceSentSeconds: 0, sinceNotFoundSeconds: null, pastDeadline: false };

const refusal = (code: string): Failure => failureOf('refused_by_bank', `The bank refused the refund (${code}).`);
