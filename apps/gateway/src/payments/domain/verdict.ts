import { type BankOperationFacts, type BankOrderFacts } from './bank-facts.js';
import { declineOf } from './decline.js';
import { type Failure } from './payment.js';
import { checkSuccess, type Expected } from './success-rule.js';

/** What the bank's answer means for one of our operations. */
export type Verdict =
  | { readonly kind: 'succeeded'; readonly facts: BankOperationFacts }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly facts?: BankOperationFacts }
  /** The bank is at work on it: ask again. */
  | { readonly kind: 'pending' }
  /** Nothing happened at the bank yet. */
  | { readonly kind: 'untouched' }
  /** Says success, yet facts are missing: ask again, then let a person look. */
  | { readonly kind: 'incomplete'; readonly reason: string }
  | { readonly kind: 'review'; readonly reason: string };

const FINAL_FAILURES: readonly string[] = ['FAIL', 'DESIRED_THREEDS_MODE_ERROR'];
const CLOSED_ORDERS: readonly string[] = ['FAIL', 'CANCELED'];
/** Neither proves money without an operation, yet nobody may take such an order for unpaid. */
const PAID_ORDERS: readonly string[] = ['SUCCESS', 'PARTIAL_REFUND'];

/** Judges a hosted-page order by its operations; the order's own status alone never proves money. */
export function judgeOrder(order: BankOrderFacts, expected: Expected): Verdict {
  if (order.merchantRequestId !== undefined && order.merchantRequestId !== expected.merchantRequestId) {
    return { kind: 'review', reason: 'the bank names another request id for this order' };
  }
  const purchases = order.operations.filter((operation) => operation.type === expected.type);
  const [paid, ...more] = purchases.filter((operation) => operation.status === 'SUCCESS');
  if (more.length > 0) return { kind: 'review', reason: `the bank reports ${more.length + 1} successful payments` };
  if (paid) return judgeSuccess(paid, expected);
  if (purchases.some((operation) => !FINAL_FAILURES.includes(operation.status))) return { kind: 'pending' };
  return judgeUnpaid(order, purchases);
}

/** Judges a single operation, such as a refund. */
export function judgeOperation(facts: BankOperationFacts, expected: Expected): Verdict {
  if (facts.status === 'SUCCESS') return judgeSuccess(facts, expected);
  if (FINAL_FAILURES.includes(facts.status)) return { kind: 'failed', failure: declineOf(facts), facts };
  return { kind: 'pending' };
}

function judgeSuccess(facts: BankOperationFacts, expected: Expected): Verdict {
  const check = checkSuccess(facts, expected);
  if (check.kind === 'met') return { kind: 'succeeded', facts };
  if (check.kind === 'incomplete') return { kind: 'incomplete', reason: `missing ${check.missing.join(', ')}` };
  return { kind: 'review', reason: `unexpected ${check.by.join(', ')}` };
}

function judgeUnpaid(order: BankOrderFacts, failed: readonly BankOperationFacts[]): Verdict {
  if (PAID_ORDERS.includes(order.status)) {
    return { kind: 'incomplete', reason: `the order is ${order.status} but shows no payment` };
  }
  if (!CLOSED_ORDERS.includes(order.status)) {
    return order.status === 'REQUIRED_3DS' ? { kind: 'pending' } : { kind: 'untouched' };
  }
  if (order.status === 'CANCELED') {
    return {
      kind: 'failed',
      failure: { code: 'canceled_by_customer', message: 'The customer canceled on the bank page.' },
    };
  }
  const last = failed.at(-1);
  return last ? { kind: 'failed', failure: declineOf(last), facts: last } : { kind: 'untouched' };
}
