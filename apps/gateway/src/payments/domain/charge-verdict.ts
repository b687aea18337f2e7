import { type BankOperationFacts } from './bank-facts.js';
import { isSafeLink } from './order-answer.js';
import { type Expected } from './success-rule.js';
import { judgeOperation, type Verdict } from './verdict.js';

/** What the bank says of a charge whose card is in the merchant's page. */
export type ChargeVerdict =
  | Verdict
  /** The customer has to confirm at the issuer. */
  | { readonly kind: 'challenge'; readonly url: string }
  /** 3-D Secure is wanted and has not begun: the second call has not arrived, as far as the bank shows. */
  | { readonly kind: 'unstarted' };

const WANTS_3DS = 'REQUIRED_3DS';

/** As {@link judgeOperation}, with what the bank waits for. Source: bank docs, "3DS redirect". */
export function judgeCharge(facts: BankOperationFacts, expected: Expected): ChargeVerdict {
  const verdict = judgeOperation(facts, expected);
  if (verdict.kind !== 'pending' || facts.status !== WANTS_3DS) return verdict;
  const { threeDsUrl: url } = facts;
  if (url === undefined || url === '') return { kind: 'unstarted' };
  return isSafeLink(url, expected.livemode) ? { kind: 'challenge', url } : verdict;
}
