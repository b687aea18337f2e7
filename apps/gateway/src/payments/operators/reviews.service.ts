import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import { assertInReview, failureBy, type Grounds, type PaymentDecision } from '../domain/operator-decision.js';
import { settleFlag, type PaymentFlag } from '../domain/payment.js';
import { PaymentError } from '../domain/payment-error.js';
import { delayAfterEnd } from '../domain/schedule.js';
import { failureOf } from '../domain/failures.js';
import { conclusionOf, type Decided } from '../engine/decided.js';
import { PaymentSyncService } from '../engine/payment-sync.service.js';
import { isFollowUp } from '../kinds/kinds.js';
import { type Held, PaymentRecords } from '../store/payment-records.js';
import { paymentOf } from '../store/payment.repository.js';
import { type PaymentDetails, type PaymentToReview, ReviewsRepository } from '../store/reviews.repository.js';

export type { PaymentDetails, PaymentToReview };

/** Which payment. */
export interface PaymentName {
  readonly account: string;
  readonly payment: string;
}

/** What an operator sees of payments at which a person must look, and does about them. */
@Injectable()
export class ReviewsService {
  constructor(
    private readonly reviews: ReviewsRepository,
    private readonly records: PaymentRecords,
    private readonly sync: PaymentSyncService,
  ) {}

  /** Newest first. */
  list(limit: number): Promise<PaymentToReview[]> {
    return this.reviews.list(limit);
  }

  /** @throws PaymentError `PAYMENT_NOT_FOUND` */
  async show({ account, payment }: PaymentName): Promise<PaymentDetails> {
    const details = await this.reviews.find(account, payment);
    if (!details) throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${payment} of ${account}`);
    return details;
  }

  /** Asks the bank now. @returns the payment as it is then @throws PaymentError `PAYMENT_NOT_FOUND` */
  async syncNow(name: PaymentName): Promise<PaymentDetails> {
    await this.show(name);
    await this.sync.syncWithBank(name.account, name.payment);
    return this.show(name);
  }

  /** The bank's desk named an order of ours: it is asked for, and believed only if the bank shows it as ours. */
  async nameOrder(name: PaymentName, bankOrderId: string): Promise<PaymentDetails> {
    await this.show(name);
    await this.sync.noteTold(name.account, name.payment, { orderId: bankOrderId, showsAttempt: false });
    return this.syncNow(name);
  }

  /** Whatever is open is asked for by the workers now. @returns how much */
  askAll(): Promise<{ payments: number; operations: number }> {
    return this.reviews.makeAllDue();
  }

  /**
   * Ends a payment in review without money. The bank is asked first; a word of it that comes later still counts.
   * @throws PaymentError `PAYMENT_NOT_FOUND` | `NOT_IN_REVIEW`
   */
  async decide(name: PaymentName, to: PaymentDecision, grounds: Grounds): Promise<PaymentDetails> {
    await this.syncNow(name);
    await this.records.transaction(async (tx) => {
      const { payment, operation } = await this.lock(tx, name);
      assertInReview(`payment ${payment.id}`, payment.status);
      const failure = failureBy(to, grounds);
      const decided: Decided = {
        to: operation.status === 'needs_review' ? (to === 'canceled' ? 'abandoned' : 'failed') : operation.status,
        ...(failure && { failure }),
        notes: { ...byOperator, evidence: { ...operation.evidence, decided: { to, ...grounds } } },
        payment: { to, ...(failure && { failure }) },
        extras: { cause: 'operator', hintQueries: 0, nextSyncInSeconds: delayAfterEnd(0, Math.random()) },
      };
      await this.records.conclude(tx, conclusionOf({ payment, operation }, decided));
    });
    return this.show(name);
  }

  /**
   * Ends a refund, capture or release in review as failed, and frees what it reserved.
   * @throws PaymentError `PAYMENT_NOT_FOUND` | `NOT_IN_REVIEW`
   */
  async giveUp(name: PaymentName, operationId: string, grounds: Grounds): Promise<PaymentDetails> {
    await this.syncNow(name);
    await this.records.transaction(async (tx) => {
      const { payment } = await this.lock(tx, name);
      const operation = await this.records.operations.find(tx, name.account, operationId);
      if (operation?.subjectId !== name.payment || !isFollowUp(operation.kind))
        throw new PaymentError('PAYMENT_NOT_FOUND', `payment ${name.payment} has no refund or capture ${operationId}`);
      assertInReview(operation.id, operation.status);
      const decided: Decided = {
        to: 'failed',
        failure: failureOf('closed_by_operator', grounds.reason),
        notes: { ...byOperator, evidence: { ...operation.evidence, decided: { to: 'failed', ...grounds } } },
        extras: { cause: 'operator' },
      };
      await this.records.conclude(tx, conclusionOf({ payment, operation }, decided));
    });
    return this.show(name);
  }

  /** Takes a flag away for as long as the bank says nothing new about it. @throws PaymentError `PAYMENT_NOT_FLAGGED` */
  async clearFlag(name: PaymentName, flag: PaymentFlag): Promise<PaymentDetails> {
    await this.records.transaction(async (tx) => {
      const { payment } = await this.lock(tx, name);
      await this.records.save(tx, settleFlag(paymentOf(payment), flag));
    });
    return this.show(name);
  }

  private async lock(tx: Transaction, { account, payment: id }: PaymentName): Promise<Held> {
    const payment = await this.records.payments.lock(tx, account, id);
    const operation = await this.records.operations.findIntent(tx, account, id);
    if (!payment || !operation) throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${id} of ${account}`);
    return { payment, operation };
  }
}

const byOperator = { cause: 'operator', nextQueryInSeconds: null } as const;
