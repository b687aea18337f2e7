import { type ChargeOutcome } from '../bank/payment-bank.js';
import { type BankOperationFacts } from '../domain/bank-facts.js';
import { type ChargeVerdict, judgeCharge } from '../domain/charge-verdict.js';
import { evidenceOf } from '../domain/evidence.js';
import { defectOf, type Failure, failureOf, reviewOf } from '../domain/failures.js';
import { type FollowUpClock } from '../domain/follow-up-decision.js';
import { judgeNotFound } from '../domain/not-found-rule.js';
import { receiptOf } from '../domain/receipt.js';
import { delayAfterDoubt, delayAfterEnd, delayOfOpenOrder } from '../domain/schedule.js';
import { type PaymentStatus } from '../domain/statuses.js';
import { type Expected } from '../domain/success-rule.js';
import { intentOf } from '../kinds/kinds.js';
import { bankTypeOf, wayOf } from '../kinds/methods.js';
import { stepOf } from '../kinds/steps.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type OperationNotes } from '../store/operation.repository.js';
import { type Held } from '../store/payment-records.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { type PaymentAges } from '../store/payment.repository.js';
import { type Decided } from './decided.js';
import { type FollowUpAnswer } from './following.js';

/** A payment whose card is in the merchant's page, and where it stands on the database's clock. */
export interface Charging extends Held {
  readonly ages: Pick<PaymentAges, 'sinceCreatedSeconds' | 'untilExpirySeconds'>;
}

/** What an answer to one of the two calls leads to. The first charges nobody; the second is never made twice in doubt. */
export function decideCharging(charging: Charging, outcome: ChargeOutcome): Decided {
  const { operation, payment } = charging;
  return operation.step === wayOf(payment).step ? decideFirst(charging, outcome) : decideSecond(charging, outcome);
}

function decideFirst(charging: Charging, outcome: ChargeOutcome): Decided {
  switch (outcome.kind) {
    case 'answered':
      return take(charging, outcome.facts, 'answer');
    case 'refused':
      return outcome.provenNoEffect
        ? end(charging, 'rejected', refusal(outcome.code))
        : doubtFirst(charging, `the bank answered ${outcome.code}`);
    case 'duplicate':
      return { ...doubtFirst(charging, 'the bank has it already'), notes: { ...KNOWN_ALREADY } };
    case 'unsendable':
      return end(charging, 'rejected', defectOf(outcome.reason));
    case 'unknown':
      return neverLeft(outcome)
        ? end(charging, 'rejected', failureOf('not_reached'))
        : doubtFirst(charging, outcome.reason);
  }
}

/** What the bank says of a first call whose answer was lost. @returns undefined where that changes nothing */
export function decideAskedFirst(
  charging: Charging,
  { reading, askedAt }: FollowUpAnswer,
  clock: FollowUpClock,
): Decided | undefined {
  if (!reading) return undefined;
  if (reading.kind === 'found') return take(charging, reading.facts, 'operation_query');
  if (clock.pastDeadline) return review(charging, 'nobody knows whether the bank has it');
  if (reading.kind === 'unknown') {
    const doubt = doubtFirst(charging, reading.reason);
    return { ...doubt, notes: { ...doubt.notes, awaitsSession: reading.noSession === true } };
  }
  if (clock.sinceSentSeconds < 0) return undefined; // asked before the request can have arrived
  const { operation } = charging;
  const ruling = judgeNotFound(operation.notFounds + 1, clock.sinceNotFoundSeconds ?? 0);
  if (ruling.kind === 'absent' && operation.knownAt === null)
    return end(charging, 'rejected', failureOf('not_reached'));
  const doubt = doubtFirst(charging, 'the bank does not know it');
  const nextQueryInSeconds = ruling.kind === 'wait' ? ruling.seconds : doubt.notes.nextQueryInSeconds;
  return { ...doubt, notes: { ...doubt.notes, notFoundAt: askedAt, nextQueryInSeconds } };
}

type Source = 'answer' | 'operation_query';

function take(charging: Charging, facts: BankOperationFacts, source: Source): Decided {
  const { second } = wayOf(charging.payment);
  const isPaidBySecond = second !== undefined && stepOf(second).cardData;
  return isPaidBySecond ? takeFirst(charging, facts, source) : takeOnly(charging, facts, source);
}

/** Of the call that moves the money, unless 3-D Secure holds it up. Where a FAIL in its own answer is not final, it is asked for at once. */
function takeOnly(charging: Charging, facts: BankOperationFacts, source: Source): Decided {
  const verdict = judgeCharge(facts, expectedOf(charging));
  if (verdict.kind === 'succeeded') return paid(charging, verdict.facts, source);
  if (verdict.kind === 'failed' && isTrusted(charging, source)) return end(charging, 'failed', verdict.failure);
  if (verdict.kind === 'failed' || verdict.kind === 'review' || !isOurs(charging, facts)) {
    const reason = 'reason' in verdict ? verdict.reason : `the answer of the bank says ${facts.status}`;
    const doubt = doubtFirst(charging, reason);
    return {
      ...doubt,
      notes: {
        ...doubt.notes,
        known: true,
        nextQueryInSeconds: doubt.notes.queries === 1 ? 0 : doubt.notes.nextQueryInSeconds,
      },
    };
  }
  return underWay(charging, verdict, {
    ...{ bankOperationId: facts.operationId, known: true, nextQueryInSeconds: null, callEnded: true },
    evidence: evidenceOf(source, { kind: verdict.kind, facts }),
  });
}

const isTrusted = ({ operation }: Charging, source: Source): boolean =>
  source === 'operation_query' || stepOf(operation.step).failIsFinal;

/** It names our request, and itself. */
const isOurs = ({ operation }: Charging, { merchantRequestId, operationId }: BankOperationFacts): boolean =>
  merchantRequestId === operation.merchantRequestId && operationId !== undefined;

/** The bank has it: from here on it is followed by the bank's own id, whoever has to do something next. */
function underWay(charging: Charging, verdict: ChargeVerdict, notes: OperationNotes): Decided {
  const open = { nextSyncInSeconds: delayOfOpenOrder(charging.ages, Math.random()), hintQueries: 0 };
  if (verdict.kind === 'challenge') {
    const payment = { to: openTo(charging, 'requires_action') };
    return { to: 'action_required', notes: { ...notes, redirectUrl: verdict.url }, payment, extras: open };
  }
  if (verdict.kind === 'unstarted' && wayOf(charging.payment).second !== undefined) {
    const to = openTo(charging, 'requires_confirmation');
    const next = to === 'requires_confirmation' ? ({ next: 'second_in_browser' } as const) : {};
    return { to: 'action_required', notes, payment: { to }, extras: open, ...next };
  }
  return {
    ...{ to: 'pending', notes, payment: { to: openTo(charging, 'processing') } },
    extras: { nextSyncInSeconds: delayAfterDoubt(0, Math.random()), hintQueries: 1 },
  };
}

/** The bank has it: from here on it is followed by the bank's own id. */
function takeFirst(charging: Charging, facts: BankOperationFacts, source: Source): Decided {
  const { payment, ages } = charging;
  const verdict = judgeCharge(facts, expectedOf(charging));
  if (verdict.kind === 'succeeded') return paid(charging, verdict.facts, source);
  if (verdict.kind === 'failed') return end(charging, 'failed', verdict.failure);
  if (verdict.kind === 'review' || !isOurs(charging, facts))
    return doubtFirst(charging, 'reason' in verdict ? verdict.reason : 'the answer of the bank does not fit');
  const notes = {
    ...{ bankOperationId: facts.operationId, known: true, nextQueryInSeconds: null, callEnded: true },
    evidence: evidenceOf(source, { kind: verdict.kind, facts }),
  };
  if (payment.status !== 'created') return { to: 'abandoned', notes, payment: { to: payment.status } }; // given up meanwhile
  return {
    to: 'action_required',
    notes,
    payment: { to: 'requires_confirmation' },
    extras: { nextSyncInSeconds: delayOfOpenOrder(ages, Math.random()) },
    next: verdict.kind === 'pending' ? 'second' : 'second_in_browser',
  };
}

function decideSecond(charging: Charging, outcome: ChargeOutcome): Decided {
  switch (outcome.kind) {
    case 'answered':
      return takeSecond(charging, outcome.facts);
    case 'refused':
      return outcome.provenNoEffect
        ? backToMerchant(charging, refusal(outcome.code))
        : doubtSecond(charging, `the bank answered ${outcome.code}`);
    case 'duplicate':
      return doubtSecond(charging, 'the bank calls it a duplicate');
    case 'unsendable':
      return backToMerchant(charging, defectOf(outcome.reason));
    case 'unknown':
      return neverLeft(outcome)
        ? backToMerchant(charging, failureOf('not_reached'))
        : doubtSecond(charging, outcome.reason);
  }
}

function takeSecond(charging: Charging, facts: BankOperationFacts): Decided {
  const verdict = judgeCharge(facts, expectedOf(charging));
  switch (verdict.kind) {
    case 'succeeded':
      return paid(charging, verdict.facts, 'answer');
    case 'failed':
      return end(charging, 'failed', verdict.failure);
    case 'challenge':
      return {
        to: 'action_required',
        notes: {
          redirectUrl: verdict.url,
          callEnded: true,
          evidence: evidenceOf('answer', { kind: 'challenge', facts }),
        },
        payment: { to: 'requires_action' },
        extras: { nextSyncInSeconds: delayOfOpenOrder(charging.ages, Math.random()), hintQueries: 0 },
      };
    default:
      return { ...followSecond(charging, evidenceOf('answer', { ...verdict, facts })), to: 'pending' };
  }
}

/** The bank did not take the second call: the shop may send the card data again. */
const backToMerchant = ({ ages }: Charging, failure: Failure): Decided => ({
  to: 'action_required',
  failure,
  notes: { callEnded: true },
  payment: { to: 'requires_confirmation', failure },
  extras: { nextSyncInSeconds: delayOfOpenOrder(ages, Math.random()), hintQueries: 0 },
});

/** The payment is asked for, in quick succession at first. */
const followSecond = ({ payment }: Charging, evidence: Record<string, unknown>): Decided => ({
  to: 'unknown',
  notes: { evidence, callEnded: true },
  payment: { to: payment.status },
  extras: { nextSyncInSeconds: delayAfterDoubt(0, Math.random()), hintQueries: 1 },
});

const doubtSecond = (charging: Charging, reason: string): Decided => followSecond(charging, { reason });

function doubtFirst({ payment, operation }: Charging, reason: string): Decided {
  return {
    to: 'unknown',
    notes: {
      queries: operation.queries + 1,
      nextQueryInSeconds: delayAfterDoubt(operation.queries, Math.random()),
      evidence: { ...operation.evidence, reason },
      callEnded: true,
    },
    payment: { to: payment.status },
  };
}

/** An earlier request of ours, of which only the answer was lost. */
const KNOWN_ALREADY = { known: true, nextQueryInSeconds: 0, callEnded: true } as const;

const review = (charging: Charging, reason: string): Decided => {
  const failure = reviewOf(reason);
  const notes = { cause: 'clock', nextQueryInSeconds: null } as const;
  return { to: 'needs_review', failure, notes, payment: { to: openTo(charging, 'needs_review'), failure } };
};

function paid({ payment }: Charging, facts: BankOperationFacts, source: string): Decided {
  return {
    to: 'succeeded',
    failure: null,
    notes: {
      ...{ bankOperationId: facts.operationId, nextQueryInSeconds: null, callEnded: true },
      evidence: evidenceOf(source, { kind: 'succeeded', facts }),
    },
    payment: { to: intentOf(payment.kind).success },
    extras: { receipt: receiptOf(facts), nextSyncInSeconds: delayAfterEnd(0, Math.random()), hintQueries: 0 },
  };
}

function end(charging: Charging, status: 'rejected' | 'failed', failure: Failure): Decided {
  const to = openTo(charging, 'failed');
  return {
    to: status,
    failure,
    notes: { nextQueryInSeconds: null, callEnded: true },
    payment: { to, ...(to === 'failed' ? { failure } : {}) },
    extras: {
      nextSyncInSeconds: charging.operation.bankOperationId === null ? null : delayAfterEnd(0, Math.random()),
      hintQueries: 0,
    },
  };
}

/** A payment that the merchant gave up stays so. */
const openTo = ({ payment }: Charging, to: PaymentStatus): PaymentStatus =>
  payment.status === 'canceled' ? payment.status : to;

/** Not a byte left, or there was no session for it: it started nothing. */
const neverLeft = ({ unsent, noSession }: Extract<ChargeOutcome, { kind: 'unknown' }>): boolean =>
  unsent === true || noSession === true;

const refusal = (code: string): Failure => failureOf('refused_by_bank', `The bank refused the card data (${code}).`);

const expectedOf = ({ payment, operation }: Charging): Expected => expectedCharge(payment, operation);

/** What the operation of a charge must be for it to count as ours. */
export const expectedCharge = (payment: PaymentEntity, operation: OperationEntity): Expected => ({
  type: bankTypeOf(payment),
  merchantId: operation.bankMerchantId,
  amount: payment.amount,
  currency: payment.currency,
  livemode: payment.livemode,
  merchantRequestId: operation.merchantRequestId,
});
