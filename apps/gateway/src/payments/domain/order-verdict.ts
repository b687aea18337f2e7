import { type BankOperationFacts, type BankOrderFacts } from './bank-facts.js';
import { declineOf } from './decline.js';
import { failureOf } from './failures.js';
import { type Expected } from './success-rule.js';
import { FINAL_FAILURES, judgeSuccess, type Verdict } from './verdict.js';

const CLOSED_ORDERS: readonly string[] = ['FAIL', 'CANCELED'];
/** Neither proves money without an operation, yet nobody may take such an order for unpaid. */
const PAID_ORDERS: readonly string[] = ['SUCCESS', 'PARTIAL_REFUND'];
const REFUND = 'REFUND';
/** What acts on a success of another type, and so may stand beside it. */
const COMES_AFTER: Readonly<Record<string, string>> = { COMPLETION: 'PREAUTH' };

/** The most that the bank ever showed of an order, other than failures: an attempt under way, or a success. */
export type Shown = 'live' | 'success';

/**
 * Judges a hosted-page order by its operations; the order's own status alone never proves money.
 * @param settledBy the bank's id of the operation that this payment rests on already
 */
export function judgeOrder(order: BankOrderFacts, expected: Expected, settledBy: string | null = null): Verdict {
  const foreign = foreignMembers(order, expected);
  if (foreign.length > 0) return { kind: 'review', reason: `the bank answers with another ${foreign.join(', ')}` };
  const attempts = order.operations.filter((operation) => operation.type !== REFUND);
  const successes = attempts.filter((operation) => operation.status === 'SUCCESS');
  const settled = successes.find((operation) => settledBy !== null && operation.operationId === settledBy);
  if (settled) return judgePaid(order, settled, expected);
  if (settledBy !== null && successes[0])
    return { kind: 'review', reason: 'the bank shows a success of another id than before', facts: successes[0] };
  const other = successes.find(({ type }) => type !== expected.type && COMES_AFTER[type] !== expected.type);
  if (other) return { kind: 'review', reason: `the bank reports a success of type ${other.type}`, facts: other };
  const paid = best(
    successes.filter(({ type }) => type === expected.type).map((operation) => judgePaid(order, operation, expected)),
  );
  if (paid) return paid;
  if (attempts.some(isAlive)) return { kind: 'pending' };
  return judgeUnpaid(order, attempts, expected);
}

/** What an order shows, whoever it belongs to: only used to be more careful. */
export function shownBy(order: BankOrderFacts): Shown | null {
  const { status, operations } = order;
  if (PAID_ORDERS.includes(status) || operations.some((operation) => operation.status === 'SUCCESS')) return 'success';
  return status === 'REQUIRED_3DS' || operations.some(isAlive) ? 'live' : null;
}

const isAlive = ({ type, status }: BankOperationFacts): boolean => type !== REFUND && !FINAL_FAILURES.includes(status);

/** A verdict of any colour counts only if the order and its operations are ours; a success has its own rule. */
function foreignMembers(order: BankOrderFacts, expected: Expected): string[] {
  // What acts on a success goes by a request id of its own.
  const follows = (type: string): boolean => type === REFUND || COMES_AFTER[type] === expected.type;
  const others = order.operations.filter(({ type, status }) => !follows(type) && status !== 'SUCCESS');
  const differs = (wanted: unknown, ...given: unknown[]): boolean =>
    given.some((value) => value !== undefined && value !== wanted);
  const of = <M extends 'merchantRequestId' | 'merchantId'>(member: M) =>
    [order, ...others].map((part) => part[member]);
  const checks: [string, boolean][] = [
    ['request id', differs(expected.merchantRequestId, ...of('merchantRequestId'))],
    ['merchantId', differs(expected.merchantId, ...of('merchantId'))],
    ['order', differs(expected.hppOrderId, order.bankOrderId, ...others.map(({ hppOrderId }) => hppOrderId))],
    ['amount of the order', differs(expected.amount, order.amount)],
  ];
  return checks.filter(([, foreign]) => foreign).map(([name]) => name);
}

/** Of several charges the first that is proven pays, and the others are extras; without one the clearest of them counts. */
const best = (verdicts: readonly Verdict[]): Verdict | undefined =>
  (['succeeded', 'incomplete'] as const)
    .map((wanted) => verdicts.find(({ kind }) => kind === wanted))
    .find((verdict) => verdict !== undefined) ?? verdicts[0];

/** An order that says failed beside an operation that says paid: one of the two is not up to date. */
function judgePaid(order: BankOrderFacts, paid: BankOperationFacts, expected: Expected): Verdict {
  const verdict = judgeSuccess(paid, expected);
  if (verdict.kind !== 'succeeded' || !CLOSED_ORDERS.includes(order.status)) return verdict;
  return { kind: 'incomplete', reason: `the order is ${order.status} but shows a successful payment`, facts: paid };
}

function judgeUnpaid(order: BankOrderFacts, failed: readonly BankOperationFacts[], { tries }: Expected): Verdict {
  if (PAID_ORDERS.includes(order.status)) {
    return { kind: 'incomplete', reason: `the order is ${order.status} but shows no payment` };
  }
  if (order.operations.some(({ type, status }) => type === REFUND && status === 'SUCCESS')) {
    return { kind: 'incomplete', reason: 'the order shows a refund but no payment' };
  }
  if (!CLOSED_ORDERS.includes(order.status)) {
    return order.status === 'REQUIRED_3DS' ? { kind: 'pending' } : { kind: 'untouched' };
  }
  if (order.status === 'CANCELED') {
    return { kind: 'failed', failure: failureOf('canceled_by_customer') };
  }
  const last = tries === 'many' ? undefined : failed.at(-1);
  return last ? { kind: 'failed', failure: declineOf(last), facts: last } : { kind: 'untouched' };
}
