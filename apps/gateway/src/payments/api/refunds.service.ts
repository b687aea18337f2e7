import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { type Transaction } from '../../database/transaction.js';
import { SendWindow } from '../bank/payment-bank.js';
import { newOperation } from '../domain/operation.js';
import { operationStatus } from '../domain/statuses.js';
import { PaymentError } from '../domain/payment-error.js';
import { refundable, refundAmount, withEvent } from '../domain/payment.js';
import {
  type Answer,
  fingerprintOf,
  type IdempotentRequest,
  IdempotencyService,
} from '../engine/idempotency.service.js';
import { merchantRequestIdOf } from '../engine/merchant-request-id.js';
import { type CreateRefund, type RefundView } from './payment.dto.js';
import { viewRefund } from './payment-view.js';
import { type AlongsideRefund, RefundSettlerService, type Sending } from '../engine/refund-settler.service.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { PaymentRecords } from '../store/payment-records.js';
import { paymentOf } from '../store/payment.repository.js';

@Injectable()
export class RefundsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly idempotency: IdempotencyService,
    private readonly records: PaymentRecords,
    private readonly settler: RefundSettlerService,
  ) {}

  /**
   * Gives money back. The amount is reserved before the bank hears of it.
   * @throws PaymentError `PAYMENT_NOT_FOUND` | `PAYMENT_NOT_REFUNDABLE` | `REFUND_TOO_LARGE` | `IDEMPOTENCY_…`
   */
  async create(scope: { accountId: string; paymentId: string; key: string }, body: CreateRefund): Promise<Answer> {
    const { secret } = await this.accounts.open(scope.accountId);
    const fingerprint = fingerprintOf(secret, `POST /v1/payments/${scope.paymentId}/refunds`, body);
    const request = { ...scope, fingerprint, resourceId: newId('ref') };
    const merchantRequestId = merchantRequestIdOf(secret, 'refund', scope.paymentId, scope.key);
    const begun = await this.idempotency.begin(request, (tx) => this.reserve(tx, request, merchantRequestId, body));
    if (begun.kind === 'answered') return begun.answer;
    return this.idempotency.answer(request, answerOf, (alongside: AlongsideRefund) =>
      begun.kind === 'new'
        ? this.settler.send(begun.value, alongside)
        : this.resume(scope.accountId, begun.resourceId, alongside),
    );
  }

  /** Oldest first. @throws PaymentError `PAYMENT_NOT_FOUND` */
  async list(accountId: string, paymentId: string): Promise<RefundView[]> {
    const payment = await this.records.payments.find(accountId, paymentId);
    if (!payment) throw notFound(paymentId);
    return (await this.records.operations.refunds(accountId, paymentId)).map(viewRefund);
  }

  /** After a doubt a worker asks the bank at its own pace; a repeat asks only where nobody knows of the doubt yet. */
  private async resume(accountId: string, refundId: string, alongside: AlongsideRefund): Promise<void> {
    const refund = await this.records.operations.findOne(accountId, refundId);
    if (refund?.status === 'sending') {
      await this.settler.settle(accountId, refundId, alongside);
      return;
    }
    await this.records.transaction(async (tx) => {
      const current = await this.records.operations.find(tx, accountId, refundId);
      if (current) await alongside(tx, current);
    });
  }

  private async reserve(
    tx: Transaction,
    request: IdempotentRequest & { paymentId: string },
    merchantRequestId: string,
    body: CreateRefund,
  ): Promise<Sending> {
    const row = await this.records.payments.lock(tx, request.accountId, request.paymentId);
    if (!row) throw notFound(request.paymentId);
    const refunds = await this.records.operations.refunds(request.accountId, row.id, tx);
    const amount = refundAmount(paymentOf(row), refundable(paymentOf(row), refunds), body.amount);
    if (row.bankOperationId === null) {
      throw new PaymentError('PAYMENT_NOT_REFUNDABLE', 'the bank named no operation for this payment');
    }
    const captured = await this.records.operations.findCaptured(tx, row);
    if (!captured) throw new Error(`payment ${row.id} has no purchase`);
    const created = withEvent(paymentOf(row), 'refund.created', request.resourceId);
    const { accountId, id: paymentId, currency } = created.payment;
    const { bankMerchantId } = captured;
    const facts = { accountId, id: request.resourceId, paymentId, amount, currency, merchantRequestId };
    const refund = newOperation({ ...facts, type: 'refund', bankMerchantId });
    await this.records.operations.insert(tx, refund, body.reason ?? null);
    await this.records.save(tx, created);
    return { refund, send: 1, bankOperationId: row.bankOperationId, window: new SendWindow() };
  }
}

/** 202 while nobody knows what became of the refund. */
function answerOf(refund: OperationEntity): { statusCode: number; view: RefundView } {
  return { statusCode: operationStatus(refund.status).inDoubt ? 202 : 201, view: viewRefund(refund) };
}

const notFound = (id: string): PaymentError => new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${id}`);
