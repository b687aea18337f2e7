import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { pageOf, placeIn, writeCursor } from '../../http/paging.js';
import { newId } from '../../database/id.js';
import { PaymentError } from '../domain/payment-error.js';
import { operationStatus } from '../domain/statuses.js';
import { Engine } from '../engine/engine.service.js';
import { type Answer, fingerprintOf } from '../engine/idempotency.service.js';
import { merchantRequestIdOf } from '../engine/merchant-request-id.js';
import { FOLLOW_UPS, isPayment } from '../kinds/kinds.js';
import { type Held, PaymentRecords } from '../store/payment-records.js';
import { type ListRefunds } from './list.dto.js';
import { type CreateRefund, type RefundPage, type RefundView } from './payment.dto.js';
import { customerDigestOf } from './customer-digest.js';
import { viewRefund } from './payment-view.js';

@Injectable()
export class RefundsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly engine: Engine,
    private readonly records: PaymentRecords,
  ) {}

  /**
   * Gives money back. The amount is reserved before the bank hears of it.
   * @throws PaymentError `PAYMENT_NOT_FOUND` | `PAYMENT_NOT_REFUNDABLE` | `REFUND_TOO_LARGE` | `IDEMPOTENCY_…`
   */
  async create(scope: { accountId: string; paymentId: string; key: string }, body: CreateRefund): Promise<Answer> {
    const { accountId, paymentId, key } = scope;
    const { secret } = await this.accounts.open(accountId);
    const fingerprint = fingerprintOf(secret, `POST /v1/payments/${paymentId}/refunds`, body);
    const { step } = FOLLOW_UPS.refund;
    const request = { accountId, key, fingerprint, operationId: newId('ref'), step, render: renderRefund };
    const merchantRequestId = merchantRequestIdOf(secret, 'refund', paymentId, key);
    const { amount, reason = null } = body;
    return this.engine.act(request, { paymentId, kind: 'refund', merchantRequestId, amount, reason });
  }

  /** @throws PaymentError `REFUND_NOT_FOUND` */
  async get(accountId: string, id: string): Promise<RefundView> {
    const refund = await this.records.operations.findRefund(accountId, id);
    if (!refund) throw new PaymentError('REFUND_NOT_FOUND', `there is no refund ${id}`);
    return viewRefund(refund);
  }

  /** Newest first, a page at a time. @throws PaymentError `CURSOR_INVALID` */
  async listAll(accountId: string, query: ListRefunds): Promise<RefundPage> {
    const { limit, cursor, customerId, changedSince, status, paymentId, ...created } = query;
    if (changedSince !== undefined) {
      const { rows, nextCursor } = await this.records.operations.changedRefunds(accountId, {
        ...{ changedSince, limit, cursor },
      });
      return { data: rows.map(viewRefund), nextCursor };
    }
    const before = cursor === undefined ? undefined : placeIn(cursor, /^\d{1,18}$/u);
    if (cursor !== undefined && before === undefined)
      throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
    const customerDigest =
      customerId === undefined ? undefined : customerDigestOf((await this.accounts.open(accountId)).secret, customerId);
    const found = await this.records.operations.listRefunds(accountId, {
      ...{ ...created, limit: limit + 1, before, status, paymentId, customerDigest },
    });
    const { rows, last } = pageOf(found, limit);
    return { data: rows.map(viewRefund), nextCursor: last ? writeCursor(last.number) : null };
  }

  /** Oldest first. @throws PaymentError `PAYMENT_NOT_FOUND` */
  async list(accountId: string, paymentId: string): Promise<RefundView[]> {
    const payment = await this.records.payments.find(accountId, paymentId);
    if (!payment || !isPayment(payment.kind))
      throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${paymentId}`);
    return (await this.records.operations.refunds(accountId, paymentId)).map(viewRefund);
  }
}

/** 202 while nobody knows what became of the refund. */
const renderRefund = ({ operation }: Held): { statusCode: number; view: RefundView } => ({
  statusCode: operationStatus(operation.status).inDoubt ? 202 : 201,
  view: viewRefund(operation),
});
