import { type BankOperationFacts } from './bank-facts.js';
import { declineOf } from './decline.js';
import { type Failure } from './failures.js';
import { checkIdentity, checkSuccess, type Expected } from './success-rule.js';

/** What the bank's answer means for one of our operations. */
export type Verdict =
  | { readonly kind: 'succeeded'; readonly facts: BankOperationFacts }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly facts?: BankOperationFacts }
  /** The bank is at work on it: ask again. */
  | { readonly kind: 'pending' }
  /** Nothing happened at the bank yet. */
  | { readonly kind: 'untouched' }
  /** Says success, yet facts are missing: ask again, then let a person look. */
  | { readonly kind: 'incomplete'; readonly reason: string; readonly facts?: BankOperationFacts }
  | {
      readonly kind: 'review';
      readonly reason: string;
      readonly facts?: BankOperationFacts;
      /** Minor units that did come, although not as asked. */
      readonly came?: number;
    };

/** Nothing comes after these. */
export const FINAL_FAILURES: readonly string[] = ['FAIL', 'DESIRED_THREEDS_MODE_ERROR'];

/** Judges a single operation, such as a refund. A verdict of any colour counts only if the operation is ours. */
export function judgeOperation(facts: BankOperationFacts, expected: Expected): Verdict {
  if (facts.status === 'SUCCESS') return judgeSuccess(facts, expected);
  const { foreign, missing } = checkIdentity(facts, expected);
  if (foreign.length > 0) return { kind: 'review', reason: `unexpected ${foreign.join(', ')}` };
  if (!FINAL_FAILURES.includes(facts.status)) return { kind: 'pending' };
  if (missing.length > 0) return { kind: 'incomplete', reason: `missing ${missing.join(', ')}` };
  return { kind: 'failed', failure: declineOf(facts), facts };
}

/** Judges an operation whose status is `SUCCESS`. */
export function judgeSuccess(facts: BankOperationFacts, expected: Expected): Verdict {
  const check = checkSuccess(facts, expected);
  if (check.kind === 'met') return { kind: 'succeeded', facts };
  if (check.kind === 'incomplete') return { kind: 'incomplete', reason: `missing ${check.missing.join(', ')}`, facts };
  if (expected.anyAmount && facts.amount !== undefined && check.by.join() === 'amount') {
    const reason = `${facts.amount} was paid where ${expected.amount} was asked for`;
    return { kind: 'review', reason, facts, came: facts.amount };
  }
  return { kind: 'review', reason: `unexpected ${check.by.join(', ')}`, facts };
}
