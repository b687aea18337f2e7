import { type FollowUpOutcome, type OperationReading } from '../bank/payment-bank.js';
import { type BankOperationFacts } from '../domain/bank-facts.js';
import { evidenceOf } from '../domain/evidence.js';
import {
  decideAfterQuery,
  decideAfterSending,
  type FollowUpClock,
  type FollowUpMove,
  type FollowUpState,
  type QuerySight,
  review,
  type SendSight,
} from '../domain/follow-up-decision.js';
import { canMoveOperation } from '../domain/statuses.js';
import { delayAfterDoubt } from '../domain/schedule.js';
import { type Expected } from '../domain/success-rule.js';
import { FINAL_FAILURES, judgeOperation, type Verdict } from '../domain/verdict.js';
import { FOLLOW_UPS, followUpOf, isFollowUp } from '../kinds/kinds.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type OperationNotes } from '../store/operation.repository.js';
import { type Held } from '../store/payment-records.js';
import { type Decided } from './decided.js';

/** What the bank said of a follow-up, to a request or to a question. */
export interface FollowUpAnswer {
  /** Set for the answer to sending. */
  readonly sent?: { readonly send: number; readonly outcome: FollowUpOutcome };
  /** What a query said; after sending, the one that was to confirm the answer. */
  readonly reading?: OperationReading;
  /** When the query was asked. */
  readonly askedAt?: number;
}

/** A refusal or a FAIL is asked about at once, for neither is final by itself. */
export const needsConfirmation = (outcome: FollowUpOutcome): boolean =>
  outcome.kind === 'refused'
    ? outcome.provenNoEffect
    : outcome.kind === 'answered' && FINAL_FAILURES.includes(outcome.facts.status);

/** @returns undefined where the answer changes nothing */
export function decideFollowing(held: Held, answer: FollowUpAnswer, clock: FollowUpClock): Decided | undefined {
  const step = stepAfter(held, answer, clock);
  if (!step) return undefined;
  if (step.resend) return { to: held.operation.status, notes: {}, next: 'absent' };
  return decidedBy(held.operation, step, answer);
}

/** For a request that is proven absent and yet cannot be sent again. */
export const decideNotToResend = ({ operation }: Held, answer: FollowUpAnswer): Decided =>
  decidedBy(
    operation,
    review('it cannot be sent again: the payment has no room for it, or a person must look first'),
    answer,
  );

function decidedBy(row: OperationEntity, step: FollowUpMove, answer: FollowUpAnswer): Decided {
  const { known, refusalCode, unsent = false } = step;
  const to = canMoveOperation(row.status, step.to) ? step.to : row.status;
  const failure = step.failure ?? (to === row.status ? undefined : null);
  return {
    to,
    ...(failure === undefined ? {} : { failure }),
    notes: {
      ...{ known, refusalCode, unsent },
      ...seenIn(row, step, answer),
      cause: step.byClock ? 'clock' : 'bank',
      queries: row.queries + 1,
      ...(step.askAgain ? askedAgain(row, step, answer) : { nextQueryInSeconds: null }),
    },
  };
}

const askedAgain = ({ queries }: OperationEntity, step: FollowUpMove, answer: FollowUpAnswer): OperationNotes => ({
  nextQueryInSeconds: nextQuery(queries, step.soonerSeconds),
  awaitsSession: lacksSession(answer.reading ?? answer.sent?.outcome),
});

/** What the answer itself leaves behind. */
function seenIn(row: OperationEntity, step: FollowUpMove, { sent, reading, askedAt }: FollowUpAnswer): OperationNotes {
  const { verdict, notFoundCounts } = step;
  return {
    bankOperationId: verdict?.kind === 'succeeded' ? ownIdOf(row, verdict.facts) : undefined,
    evidence: evidenceFor(step, reading ? 'operation_query' : 'answer'),
    notFoundAt: notFoundCounts ? askedAt : undefined,
    callEnded: sent !== undefined,
  };
}

/** A refund may repeat the id of its original; what is given back later names a capture by the id that the bank gave it. */
const ownIdOf = (
  { kind }: OperationEntity,
  facts: { operationId?: string | undefined; ecomOperationId?: string | undefined },
) => (kind === 'capture' ? facts.operationId : facts.ecomOperationId);

function stepAfter(held: Held, { sent, reading }: FollowUpAnswer, clock: FollowUpClock): FollowUpMove | undefined {
  const state = stateOf(held.operation);
  const expected = expectedOf(held);
  const seen = reading && querySightOf(reading, expected);
  if (!sent) return seen && decideAfterQuery(state, seen, clock);
  const sight = sendSightOf(sent.outcome, expected);
  return decideAfterSending(state, { send: sent.send, sight, ...(seen ? { confirmation: seen } : {}) }, clock);
}

function expectedOf({ payment, operation }: Held): Expected {
  const { kind, bankMerchantId, amount, currency, merchantRequestId } = operation;
  if (!isFollowUp(kind)) throw new Error(`${operation.id} is a ${kind}`);
  const { bankType } = followUpOf(kind);
  return {
    type: bankType,
    merchantId: bankMerchantId,
    amount,
    currency,
    livemode: payment.livemode,
    merchantRequestId,
  };
}

const stateOf = (row: OperationEntity): FollowUpState => ({
  status: row.status,
  attempt: row.attempt,
  sends: row.sends,
  known: row.knownAt !== null,
  refusalCode: row.refusalCode,
  notFounds: row.notFounds,
});

const querySightOf = (reading: OperationReading, expected: Expected): QuerySight => {
  if (reading.kind === 'found') return { kind: 'verdict', verdict: judge(reading.facts, expected) };
  return reading.kind === 'not_found' ? reading : { kind: 'unreadable', reason: reading.reason };
};

function sendSightOf(outcome: FollowUpOutcome, expected: Expected): SendSight {
  if (outcome.kind === 'answered') return { kind: 'verdict', verdict: judge(outcome.facts, expected) };
  if (outcome.kind !== 'unknown') return outcome;
  return { kind: outcome.unsent ? 'unsent' : 'unknown', reason: outcome.reason };
}

/** An answer may repeat the id of what it acts on. A capture needs one of its own, since refunds name it: asked for again. */
function judge(facts: BankOperationFacts, expected: Expected): Verdict {
  const repeats = facts.operationId !== undefined && facts.operationId === facts.originalOperationId;
  const isCapture = expected.type === FOLLOW_UPS.capture.bankType;
  return judgeOperation(repeats && isCapture ? { ...facts, operationId: undefined } : facts, expected);
}

const lacksSession = (answer: OperationReading | FollowUpOutcome | undefined): boolean =>
  answer?.kind === 'unknown' && answer.noSession === true;

/** What the step rests on; why nobody knows is worth keeping only where nothing better is known. */
function evidenceFor({ verdict, reason, to }: FollowUpMove, source: string): Record<string, unknown> | undefined {
  if (verdict) return evidenceOf(source, verdict);
  return reason !== undefined && to === 'unknown' ? { reason } : undefined;
}

function nextQuery(queries: number, soonerSeconds: number | undefined): number | null {
  const seconds: number | null = delayAfterDoubt(queries, Math.random());
  return soonerSeconds === undefined ? seconds : Math.min(seconds ?? soonerSeconds, soonerSeconds);
}
