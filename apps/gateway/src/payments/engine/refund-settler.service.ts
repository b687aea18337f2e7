import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { type Transaction } from '../../database/transaction.js';
import { type OperationReading, PaymentBank, type RefundOutcome, SendWindow } from '../bank/payment-bank.js';
import { moveOperation, type Operation } from '../domain/operation.js';
import {
  addLateRefund,
  addRefunded,
  announceFlags,
  type Moved,
  type Payment,
  refundable,
  stopsRefunds,
  withEvent,
} from '../domain/payment.js';
import {
  decideAfterQuery,
  decideAfterSending,
  type QuerySight,
  type RefundClock,
  type RefundStep,
  review,
  type SendSight,
} from '../domain/refund-decision.js';
import { delayAfterDoubt } from '../domain/schedule.js';
import { operationStatus, canMoveOperation } from '../domain/statuses.js';
import { type Expected } from '../domain/success-rule.js';
import { FINAL_FAILURES, judgeOperation } from '../domain/verdict.js';
import { evidenceOf } from '../domain/evidence.js';
import { PaymentLinks } from '../bank/payment-links.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { operationOf } from '../store/operation.repository.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { PaymentRecords } from '../store/payment-records.js';
import { paymentOf } from '../store/payment.repository.js';
import { type RefundNotes, refundStateOf, RefundRepository } from '../store/refund.repository.js';

/** Runs in the transaction that settles the refund, with the refund as it is then. */
export type AlongsideRefund = (tx: Transaction, refund: OperationEntity) => Promise<void>;

/** A refund that is on record as `sending`, and for how long it may leave. */
export interface Sending {
  readonly refund: Operation;
  /** 1 for the first time that sending it was put on record. */
  readonly send: number;
  /** The bank's id of the operation that captured the money. */
  readonly bankOperationId: string;
  readonly window: SendWindow;
}

interface Locked {
  readonly payment: PaymentEntity;
  readonly refund: OperationEntity;
}

/** What the bank said, to a request or to a question. */
interface Answered {
  /** Set for the answer to sending. */
  readonly sent?: { readonly send: number; readonly outcome: RefundOutcome };
  /** What a query said; after sending, the one that was to confirm the answer. */
  readonly reading?: OperationReading;
  /** When the query was asked. */
  readonly askedAt?: number;
}

/** Sends refunds to the bank and finds out what became of them. A refund is never sent while its fate is in doubt. */
@Injectable()
export class RefundSettlerService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly bank: PaymentBank,
    private readonly records: PaymentRecords,
    private readonly refunds: RefundRepository,
    private readonly links: PaymentLinks,
  ) {}

  /** Sends a refund that is on record. A refusal or a FAIL is asked about at once, for neither is final by itself. */
  async send(
    { refund, send, bankOperationId, window }: Sending,
    alongside?: AlongsideRefund,
  ): Promise<OperationEntity> {
    const account = await this.accounts.open(refund.accountId);
    const outcome = await this.bank.refund({
      accountId: refund.accountId,
      bankMerchantId: refund.bankMerchantId,
      merchantRequestId: refund.merchantRequestId,
      bankOperationId,
      amount: refund.amount,
      callbackUrl: this.links.callbackUrl(account, refund.paymentId),
      window,
    });
    const confirmation = needsConfirmation(outcome) ? await this.read(refund, await this.refunds.now()) : {};
    return this.record(refund, { sent: { send, outcome }, ...confirmation }, alongside);
  }

  /** Asks the bank what became of a refund; what is known to be unsent is sent. @returns the refund as it is then */
  async settle(accountId: string, refundId: string, alongside?: AlongsideRefund): Promise<OperationEntity | undefined> {
    const question = await this.refunds.question(accountId, refundId);
    if (!question) return undefined;
    const refund = operationOf(question.refund);
    const sending = question.refund.unsent ? await this.beginUnsent(refund) : undefined;
    if (sending) return this.send(sending, alongside);
    return this.record(refund, await this.read(refund, question.askedAt), alongside);
  }

  private async read({ accountId, merchantRequestId }: Operation, askedAt: number) {
    return { askedAt, reading: await this.bank.readOperation(accountId, merchantRequestId) };
  }

  /** A new COMMIT, and so a new time to send in, for what never left: the same attempt under the same id. */
  private beginUnsent(refund: Operation): Promise<Sending | undefined> {
    return this.records.transaction(async (tx) => {
      const locked = await this.lock(tx, refund);
      const { unsent, status, attempt } = locked.refund;
      const { pastDeadline } = await this.refunds.clock(tx, locked.refund);
      return unsent && status === 'unknown' && !pastDeadline ? this.beginSending(tx, locked, attempt) : undefined;
    });
  }

  private async record(refund: Operation, answered: Answered, alongside?: AlongsideRefund): Promise<OperationEntity> {
    const { sending, row } = await this.records.transaction(async (tx) => {
      const locked = await this.lock(tx, refund);
      const clock = await this.refunds.clock(tx, locked.refund, answered.askedAt);
      const step = stepAfter(locked, answered, clock);
      const sending = step && (await this.apply(tx, locked, step, answered));
      const row = (await this.records.operations.find(tx, refund.accountId, refund.id)) ?? locked.refund;
      await alongside?.(tx, row);
      return { sending, row };
    });
    return sending ? this.send(sending) : row;
  }

  private async lock(tx: Transaction, { accountId, paymentId, id }: Operation): Promise<Locked> {
    const payment = await this.records.payments.lock(tx, accountId, paymentId);
    const refund = await this.records.operations.find(tx, accountId, id);
    if (!payment || !refund) throw new Error(`refund ${id} vanished`);
    return { payment, refund };
  }

  /** @returns what is to be sent, where the step is to send it again */
  private async apply(tx: Transaction, locked: Locked, wanted: RefundStep, answered: Answered) {
    const before = operationOf(locked.refund);
    const sending = wanted.resend ? await this.beginSending(tx, locked, before.attempt + 1) : undefined;
    if (sending) return sending;
    const step = wanted.resend
      ? review('it cannot be sent again: the payment has no room for it, or a person must look first')
      : wanted;
    const to = canMoveOperation(before.status, step.to) ? step.to : before.status;
    const failure = step.failure ?? (to === before.status ? before.failure : null);
    const refund = moveOperation(before, to, { failure });
    await this.refunds.save(tx, refund, notesOf(locked.refund, step, answered));
    if (before.status === to) return undefined;
    await this.records.save(tx, countedIn(paymentOf(locked.payment), before, refund));
    return undefined;
  }

  /** @returns undefined where the payment has no room for it any more, or a flag that stops refunds */
  private async beginSending(tx: Transaction, { payment, refund: row }: Locked, attempt: number) {
    const before = operationOf(row);
    const { bankOperationId } = payment;
    const refunds = await this.records.operations.refunds(before.accountId, before.paymentId, tx);
    const current = paymentOf(payment);
    if (bankOperationId === null || stopsRefunds(current) || refundable(current, refunds) < 0) return undefined;
    const refund = moveOperation(before, 'sending', { attempt, failure: null });
    const send = await this.refunds.beginSending(tx, refund);
    if (before.status !== 'sending') {
      await this.records.save(tx, withEvent(current, 'refund.updated', refund.id));
    }
    return { refund, send, bankOperationId, window: new SendWindow() };
  }
}

/** The payment after a move of its refund, with its events. */
function countedIn(payment: Payment, before: Operation, refund: Operation): Moved {
  if (refund.status !== 'succeeded') return withEvent(payment, 'refund.updated', refund.id);
  const isLate = operationStatus(before.status).ended;
  const counted = isLate ? addLateRefund(payment, refund) : addRefunded(payment, refund.amount);
  const told = withEvent(counted, isLate ? 'refund.succeeded_late' : 'refund.updated', refund.id);
  const flagged = announceFlags(told.payment, payment.flags);
  return { payment: flagged.payment, events: [...told.events, ...flagged.events] };
}

const needsConfirmation = (outcome: RefundOutcome): boolean =>
  outcome.kind === 'refused'
    ? outcome.provenNoEffect
    : outcome.kind === 'answered' && FINAL_FAILURES.includes(outcome.facts.status);

function stepAfter(locked: Locked, answered: Answered, clock: RefundClock): RefundStep | undefined {
  const { sent, reading } = answered;
  const state = refundStateOf(locked.refund);
  const expected = expectedOf(locked);
  const seen = reading && querySightOf(reading, expected);
  if (!sent) return seen && decideAfterQuery(state, seen, clock);
  const sight = sendSightOf(sent.outcome, expected);
  return decideAfterSending(state, { send: sent.send, sight, ...(seen ? { confirmation: seen } : {}) }, clock);
}

const expectedOf = ({ payment, refund }: Locked): Expected => ({
  type: 'REFUND',
  merchantId: refund.bankMerchantId,
  amount: refund.amount,
  currency: refund.currency,
  livemode: payment.livemode,
  merchantRequestId: refund.merchantRequestId,
});

const querySightOf = (reading: OperationReading, expected: Expected): QuerySight => {
  if (reading.kind === 'found') return { kind: 'verdict', verdict: judgeOperation(reading.facts, expected) };
  return reading.kind === 'not_found' ? reading : { kind: 'unreadable', reason: reading.reason };
};

function sendSightOf(outcome: RefundOutcome, expected: Expected): SendSight {
  if (outcome.kind === 'answered') return { kind: 'verdict', verdict: judgeOperation(outcome.facts, expected) };
  if (outcome.kind !== 'unknown') return outcome;
  return { kind: outcome.unsent ? 'unsent' : 'unknown', reason: outcome.reason };
}

function notesOf(row: OperationEntity, step: RefundStep, { sent, reading, askedAt }: Answered): RefundNotes {
  const { verdict, known, refusalCode, unsent = false, notFoundCounts, askAgain, soonerSeconds } = step;
  return {
    bankOperationId: verdict?.kind === 'succeeded' ? verdict.facts.ecomOperationId : undefined,
    evidence: evidenceFor(step, reading ? 'operation_query' : 'refund_answer'),
    queries: row.queries + 1,
    ...{ known, refusalCode, unsent },
    notFoundAt: notFoundCounts ? askedAt : undefined,
    callEnded: sent !== undefined,
    nextQueryInSeconds: askAgain ? nextQuery(row.queries, soonerSeconds) : null,
    awaitsSession: askAgain && lacksSession(reading ?? sent?.outcome),
  };
}

const lacksSession = (answer: OperationReading | RefundOutcome | undefined): boolean =>
  answer?.kind === 'unknown' && answer.noSession === true;

/** What the step rests on; why nobody knows is worth keeping only where nothing better is known. */
function evidenceFor({ verdict, reason, to }: RefundStep, source: string): Record<string, unknown> | undefined {
  if (verdict) return evidenceOf(source, verdict);
  return reason !== undefined && to === 'unknown' ? { reason } : undefined;
}

function nextQuery(queries: number, soonerSeconds: number | undefined): number | null {
  const seconds: number | null = delayAfterDoubt(queries, Math.random());
  return soonerSeconds === undefined ? seconds : Math.min(seconds ?? soonerSeconds, soonerSeconds);
}
