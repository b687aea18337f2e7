import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../accounts/merchant-accounts.service.js';
import { type Transaction } from '../database/transaction.js';
import { type OperationReading, PaymentBank, type RefundOutcome } from './bank/payment-bank.js';
import { canMoveOperation, moveOperation, type Operation, type OperationStatus } from './domain/operation.js';
import { addRefunded, type Failure, withEvent } from './domain/payment.js';
import { judgeNotFound, type NotFoundRuling } from './domain/not-found-rule.js';
import { delayAfterDoubt } from './domain/schedule.js';
import { judgeOperation, type Verdict } from './domain/verdict.js';
import { evidenceOf } from './evidence.js';
import { PaymentLinks } from './payment-links.js';
import { type OperationEntity } from './store/operation.entity.js';
import { operationOf, type OperationExtras } from './store/operation.repository.js';
import { type PaymentEntity } from './store/payment.entity.js';
import { PaymentRecords } from './store/payment-records.js';
import { paymentOf } from './store/payment.repository.js';

/** Runs in the transaction that settles the refund, with the refund as it is then. */
export type AlongsideRefund = (tx: Transaction, refund: OperationEntity) => Promise<void>;

/** Where a refund goes after an answer; `resend`: the bank provably never had it, so it may go out once more. */
interface Step {
  readonly to: OperationStatus;
  readonly failure?: Failure;
  readonly verdict?: Verdict;
  readonly extras: OperationExtras;
  readonly resend?: boolean;
}

/** Why the bank's word is missing. */
interface Doubt {
  readonly reason?: string;
  readonly noSession?: boolean;
}

interface Locked {
  readonly payment: PaymentEntity;
  readonly refund: OperationEntity;
}

/** Sends refunds to the bank and finds out what became of them. A refund is never sent while its fate is in doubt. */
@Injectable()
export class RefundSettlerService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly bank: PaymentBank,
    private readonly records: PaymentRecords,
    private readonly links: PaymentLinks,
  ) {}

  /** Sends a refund that is already on record as `sending`. */
  async send(refund: Operation, bankOperationId: string, alongside?: AlongsideRefund): Promise<OperationEntity> {
    const account = await this.accounts.open(refund.accountId);
    const outcome = await this.bank.refund({
      accountId: refund.accountId,
      bankMerchantId: refund.bankMerchantId,
      merchantRequestId: refund.merchantRequestId,
      bankOperationId,
      amount: refund.amount,
      callbackUrl: this.links.callbackUrl(account, refund.paymentId),
    });
    const refused =
      outcome.kind === 'refused' && outcome.provenNoEffect ? await this.confirmRefusal(refund) : undefined;
    return this.record(refund, (locked) => stepAfterOutcome(locked, outcome, refused), alongside);
  }

  /** Asks the bank what became of a refund. @returns the refund as it is then */
  async settle(accountId: string, refundId: string, alongside?: AlongsideRefund): Promise<OperationEntity | undefined> {
    const refund = await this.records.operations.findOne(accountId, refundId);
    if (!refund) return undefined;
    const reading = await this.bank.readOperation(accountId, refund.merchantRequestId);
    return this.record(operationOf(refund), (locked, tx) => this.stepAfterReading(tx, locked, reading), alongside);
  }

  /** A refusal that started nothing is final once the bank also says that it has no such operation. */
  private confirmRefusal(refund: Operation): Promise<OperationReading> {
    return this.bank.readOperation(refund.accountId, refund.merchantRequestId);
  }

  private async record(
    refund: Operation,
    decide: (locked: Locked, tx: Transaction) => Step | Promise<Step>,
    alongside?: AlongsideRefund,
  ): Promise<OperationEntity> {
    const { resend, bankOperationId, row } = await this.records.transaction(async (tx) => {
      const locked = await this.lock(tx, refund);
      const step = isSettled(locked.refund) ? undefined : await decide(locked, tx);
      if (step) await this.apply(tx, locked, step);
      const current = (await this.records.operations.find(tx, refund.accountId, refund.id)) ?? locked.refund;
      await alongside?.(tx, current);
      return { resend: step?.resend === true, bankOperationId: locked.payment.bankOperationId, row: current };
    });
    return resend && bankOperationId ? this.send(operationOf(row), bankOperationId) : row;
  }

  private async lock(tx: Transaction, { accountId, paymentId, id }: Operation): Promise<Locked> {
    const payment = await this.records.payments.lock(tx, accountId, paymentId);
    const refund = await this.records.operations.find(tx, accountId, id);
    if (!payment || !refund) throw new Error(`refund ${id} vanished`);
    return { payment, refund };
  }

  private async stepAfterReading(tx: Transaction, locked: Locked, reading: OperationReading): Promise<Step> {
    const ages = await this.records.operations.ages(tx, locked.refund.merchantAccountId, locked.refund.id);
    const step =
      reading.kind === 'not_found'
        ? stepAfterNotFound(locked.refund, judgeNotFound(ages))
        : stepAfterAnswer(locked, reading);
    const open = step.extras.nextQueryInSeconds !== null && !step.resend;
    return open && ages.pastDeadline ? reviewStep('the outcome could not be proven in time') : step;
  }

  private async apply(tx: Transaction, locked: Locked, step: Step): Promise<void> {
    const before = operationOf(locked.refund);
    if (!canMoveOperation(before.status, step.to)) return; // a refund that has failed is not pending again
    const attempt = step.resend ? before.attempt + 1 : before.attempt;
    const refund = moveOperation(before, step.to, { failure: step.failure ?? null, attempt });
    const evidence = step.verdict ? { evidence: evidenceOf('operation_query', step.verdict) } : {};
    await this.records.operations.save(tx, refund, { ...evidence, ...step.extras });
    if (before.status === refund.status) return;
    const counted =
      step.to === 'succeeded' ? addRefunded(paymentOf(locked.payment), refund.amount) : paymentOf(locked.payment);
    await this.records.save(tx, withEvent(counted, 'refund.updated', refund.id));
  }
}

const SETTLED: readonly OperationStatus[] = ['succeeded', 'rejected', 'abandoned'];
const isSettled = (refund: OperationEntity): boolean => SETTLED.includes(refund.status);

function stepAfterOutcome(locked: Locked, outcome: RefundOutcome, confirmation: OperationReading | undefined): Step {
  switch (outcome.kind) {
    case 'answered':
      return stepAfterAnswer(locked, { kind: 'found', facts: outcome.facts });
    case 'refused':
      return stepAfterRefusal(locked, outcome.code, confirmation);
    case 'duplicate':
      return doubtStep(locked.refund, 'unknown');
    case 'unknown':
      return doubtStep(locked.refund, 'unknown', outcome);
  }
}

function stepAfterRefusal(locked: Locked, code: string, confirmation: OperationReading | undefined): Step {
  const failure = { code: 'refused_by_bank', message: `The bank refused the refund (${code}).` };
  if (confirmation?.kind === 'not_found') return { to: 'rejected', failure, extras: { nextQueryInSeconds: null } };
  if (confirmation?.kind === 'found') return stepAfterAnswer(locked, confirmation);
  return { ...doubtStep(locked.refund, 'unknown', { reason: code }), failure };
}

function stepAfterAnswer(locked: Locked, reading: Exclude<OperationReading, { kind: 'not_found' }>): Step {
  const { refund, payment } = locked;
  if (reading.kind === 'unknown')
    return { ...doubtStep(refund, stayOr(refund, 'unknown'), reading), ...keptFailure(refund) };
  const verdict = judgeOperation(reading.facts, {
    type: 'REFUND',
    merchantId: refund.bankMerchantId,
    amount: refund.amount,
    currency: refund.currency,
    livemode: payment.livemode,
    merchantRequestId: refund.merchantRequestId,
  });
  return stepAfterVerdict(refund, verdict);
}

function stepAfterVerdict(refund: OperationEntity, verdict: Verdict): Step {
  switch (verdict.kind) {
    case 'succeeded': {
      const { ecomOperationId } = verdict.facts;
      return {
        to: 'succeeded',
        verdict,
        extras: { nextQueryInSeconds: null, ...(ecomOperationId ? { bankOperationId: ecomOperationId } : {}) },
      };
    }
    case 'failed':
      return { to: 'failed', failure: verdict.failure, verdict, extras: { nextQueryInSeconds: null } };
    case 'review':
      return { ...reviewStep(verdict.reason), verdict };
    case 'pending':
    case 'untouched':
    case 'incomplete':
      return doubtStep(refund, 'pending');
  }
}

/** Once absence is proven: after a refusal it is final; otherwise the same request may go out once more. */
function stepAfterNotFound(refund: OperationEntity, ruling: NotFoundRuling): Step {
  if (ruling.kind === 'wait') {
    const extras = { nextQueryInSeconds: ruling.seconds, ...(ruling.noted ? { notFound: true } : {}) };
    return { to: stayOr(refund, 'unknown'), extras, ...keptFailure(refund) };
  }
  if (refund.status === 'pending') return reviewStep('the bank no longer knows a refund that it had accepted');
  if (refund.failureCode !== null) {
    const failure = { code: refund.failureCode, message: refund.failureMessage ?? '' };
    return { to: 'rejected', failure, extras: { nextQueryInSeconds: null } };
  }
  if (refund.attempt > 1) {
    const failure = { code: 'not_executed', message: 'The bank has no such refund, even after it was sent again.' };
    return { to: 'rejected', failure, extras: { nextQueryInSeconds: null } };
  }
  return {
    to: 'sending',
    resend: true,
    extras: { notFound: false, resent: true, queries: 0, nextQueryInSeconds: RESEND_NET_SECONDS },
  };
}

/** Whoever resends settles it sooner; past this a worker takes it up again. */
const RESEND_NET_SECONDS = 120;

function doubtStep(refund: OperationEntity, to: OperationStatus, why: Doubt = {}): Step {
  const { reason, noSession: awaitsSession = false } = why;
  const nextQueryInSeconds = delayAfterDoubt(refund.queries, Math.random());
  const evidence = reason === undefined ? {} : { evidence: { reason } };
  return { to, extras: { queries: refund.queries + 1, nextQueryInSeconds, awaitsSession, ...evidence } };
}

const reviewStep = (reason: string): Step => ({
  to: 'needs_review',
  failure: { code: 'needs_review', message: reason },
  extras: { nextQueryInSeconds: null },
});

/** A refund that the bank has acknowledged does not become unknown because one query failed. */
const stayOr = (refund: OperationEntity, to: OperationStatus): OperationStatus =>
  refund.status === 'sending' ? to : refund.status;

const keptFailure = (refund: OperationEntity): { failure?: Failure } =>
  refund.failureCode === null ? {} : { failure: { code: refund.failureCode, message: refund.failureMessage ?? '' } };
