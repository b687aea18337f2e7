import { type BankOperationFacts } from './bank-facts.js';
import { SETTLEMENT_CURRENCY } from './money.js';
import { type Tries } from './page.js';

/** What a movement must be for it to count as ours. */
export interface Expected {
  readonly type: string;
  readonly merchantId: string;
  readonly amount: number;
  readonly currency: string;
  readonly livemode: boolean;
  readonly merchantRequestId: string;
  /** For a payment on the hosted page: the bank names its operations by the order, not by our request id. */
  readonly hppOrderId?: string;
  /** `many`: on the page a failed try is followed by others until the order expires. */
  readonly tries?: Tries;
  /** Nothing keeps whoever pays from sending another amount: it is counted, and a person looks. */
  readonly anyAmount?: boolean;
}

export type SuccessCheck =
  | { readonly kind: 'met' }
  /** Facts that may still arrive: query again. */
  | { readonly kind: 'incomplete'; readonly missing: readonly string[] }
  /** Facts that speak against it: a person must look. */
  | { readonly kind: 'contradicted'; readonly by: readonly string[] };

/** RRN that test terminals answer with. */
const TEST_RRN = '-1';
const RRN_LENGTH = 12;

/**
 * The success rule of a card movement whose status is `SUCCESS`.
 * Source: bank docs, "truly successful transaction" (protocol reference j.1).
 */
export function checkSuccess(facts: BankOperationFacts, expected: Expected): SuccessCheck {
  const by = contradictions(facts, expected);
  if (by.length > 0) return { kind: 'contradicted', by };
  const missing = [...missingIdentity(facts, expected), ...missingApproval(facts, expected)];
  return missing.length > 0 ? { kind: 'incomplete', missing } : { kind: 'met' };
}

/** Whose operation it is, whatever became of it. */
export function checkIdentity(
  facts: BankOperationFacts,
  expected: Expected,
): { readonly foreign: readonly string[]; readonly missing: readonly string[] } {
  const members: [name: string, given: unknown, wanted: unknown][] = [
    ['type', facts.type, expected.type],
    ['merchantId', facts.merchantId, expected.merchantId],
    ['our id', ourId(facts, expected), expected.hppOrderId ?? expected.merchantRequestId],
  ];
  return {
    foreign: members.flatMap(([name, given, wanted]) => (given !== undefined && given !== wanted ? [name] : [])),
    missing: members.flatMap(([name, given]) => (given === undefined ? [name] : [])),
  };
}

function contradictions(facts: BankOperationFacts, expected: Expected): string[] {
  const differs = (value: unknown, wanted: unknown): boolean => value !== undefined && value !== wanted;
  const checks: [string, boolean][] = [
    ['status', facts.status !== 'SUCCESS'],
    ['type', facts.type !== expected.type],
    ['amount', differs(facts.amount, expected.amount)],
    ['currency', differs(facts.currency, expected.currency)],
    ['merchantId', differs(facts.merchantId, expected.merchantId)],
    ['our id', differs(ourId(facts, expected), expected.hppOrderId ?? expected.merchantRequestId)],
    ['request id', differs(facts.merchantRequestId, expected.merchantRequestId) && expected.hppOrderId !== undefined],
    ['actionCode', differs(facts.actionCode, '0')],
    ['responseCode', facts.responseCode !== undefined && !['00', '0'].includes(facts.responseCode)],
    ['test terminal', expected.livemode && facts.rrn === TEST_RRN],
  ];
  return checks.filter(([, wrong]) => wrong).map(([name]) => name);
}

function missingIdentity(facts: BankOperationFacts, expected: Expected): string[] {
  const { amount, currency, merchantId, operationId } = facts;
  const required = { amount, currency, merchantId, operationId, 'our id': ourId(facts, expected) };
  // What is counted, captured and given back are hryvnias, whatever the order was in.
  const inHryvnias = expected.currency === SETTLEMENT_CURRENCY ? {} : { 'amount in hryvnias': facts.hryvnia };
  return Object.entries({ ...required, ...inHryvnias }).flatMap(([name, value]) => (value === undefined ? [name] : []));
}

const ourId = (facts: BankOperationFacts, expected: Expected): string | undefined =>
  expected.hppOrderId === undefined ? facts.merchantRequestId : facts.hppOrderId;

/** On a live account; refunds and completions may lack them, in synchronous answers above all. No card pays a transfer. */
const NEED_NO_APPROVAL: readonly string[] = ['REFUND', 'COMPLETION', 'ACCOUNT_2_ACCOUNT'];

function missingApproval(facts: BankOperationFacts, expected: Expected): string[] {
  if (!expected.livemode || NEED_NO_APPROVAL.includes(expected.type)) return [];
  const { approvalCode, actionCode, responseCode, rrn } = facts;
  const given = { approvalCode, actionCode, responseCode, rrn: rrn?.length === RRN_LENGTH ? rrn : undefined };
  return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [name] : []));
}
