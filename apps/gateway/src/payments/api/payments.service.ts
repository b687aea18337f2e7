import { Injectable } from '@nestjs/common';
import { Keystore } from '#libs/keystore';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { SendWindow } from '../bank/payment-bank.js';
import { customerForBank } from '../bank/customer.js';
import { newOperation, type Operation } from '../domain/operation.js';
import { PaymentError } from '../domain/payment-error.js';
import {
  type Answer,
  fingerprintOf,
  type IdempotentRequest,
  IdempotencyService,
} from '../engine/idempotency.service.js';
import { merchantRequestIdOf } from '../engine/merchant-request-id.js';
import { type Alongside, type BegunOrder, customerPlace, OrderOpenerService } from '../engine/order-opener.service.js';
import { type CreatePayment, type ListPayments, type PaymentView } from './payment.dto.js';
import { viewPayment } from './payment-view.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { type Claim } from '../store/idempotency.repository.js';
import { PaymentRecords } from '../store/payment-records.js';
import { type NewPayment } from '../store/payment.repository.js';

@Injectable()
export class PaymentsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly idempotency: IdempotencyService,
    private readonly records: PaymentRecords,
    private readonly orders: OrderOpenerService,
    private readonly keystore: Keystore,
  ) {}

  /**
   * Records the payment, then opens its order at the bank. 201 with the link, or 202 while the outcome is unknown.
   * @throws PaymentError `IDEMPOTENCY_MISMATCH` | `IDEMPOTENCY_IN_FLIGHT`
   */
  async create(scope: { accountId: string; key: string }, body: CreatePayment): Promise<Answer> {
    const { secret, environment, bankMerchantId } = await this.accounts.open(scope.accountId);
    const fingerprint = fingerprintOf(secret, 'POST /v1/payments', body);
    const request = { ...scope, fingerprint, resourceId: newId('pay') };
    const customer = customerForBank(body.customer);
    const row = await this.newRow(request, { ...body, customer }, environment === 'live');
    const merchantRequestId = merchantRequestIdOf(secret, 'purchase', scope.key);
    const ids = { merchantRequestId, bankMerchantId };
    const begun = await this.idempotency.beginAtOnce(request, (claim) => this.record(claim, row, ids));
    if (begun.kind === 'answered') return begun.answer;
    return this.idempotency.answer(request, answerOf, (alongside: Alongside) =>
      begun.kind === 'new'
        ? this.orders.open(begun.value, alongside, customer)
        : this.resume(scope.accountId, begun.resourceId, alongside),
    );
  }

  /** @throws PaymentError `PAYMENT_NOT_FOUND` */
  async get(accountId: string, id: string): Promise<PaymentView> {
    const payment = await this.records.payments.find(accountId, id);
    if (!payment) throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${id}`);
    return viewPayment(payment);
  }

  /** Newest first, a page at a time. @throws PaymentError `CURSOR_INVALID` */
  async list(accountId: string, query: ListPayments): Promise<{ data: PaymentView[]; nextCursor: string | null }> {
    const { limit, status, reference, cursor } = query;
    const before = cursor === undefined ? undefined : readCursor(cursor);
    const rows = await this.records.payments.list(accountId, { limit: limit + 1, before, status, reference });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return { data: page.map(viewPayment), nextCursor: last ? Buffer.from(last.id).toString('base64url') : null };
  }

  private async newRow(request: IdempotentRequest, body: CreatePayment, livemode: boolean): Promise<NewPayment> {
    const { customer, reference, description, ...rest } = body;
    const place = customerPlace(request.accountId, request.resourceId);
    return {
      ...rest,
      merchantAccountId: request.accountId,
      id: request.resourceId,
      livemode,
      reference: reference ?? null,
      description: description ?? null,
      customerSealed: await this.keystore.seal(Buffer.from(JSON.stringify(customer)), place),
    };
  }

  /** After a doubt a worker asks the bank at its own pace; a repeat asks only where nobody knows of the doubt yet. */
  private async resume(accountId: string, paymentId: string, alongside: Alongside): Promise<void> {
    const purchase = await this.records.operations.currentPurchase(accountId, paymentId);
    if (purchase?.status === 'sending') {
      await this.orders.resume(accountId, paymentId, alongside);
      return;
    }
    await this.records.transaction(async (tx) => {
      const payment = await this.records.payments.lock(tx, accountId, paymentId);
      if (payment) await alongside(tx, payment);
    });
  }

  private async record(
    claim: Claim,
    row: NewPayment,
    ids: Pick<Operation, 'merchantRequestId' | 'bankMerchantId'>,
  ): Promise<BegunOrder | undefined> {
    const { amount, currency } = row;
    const { accountId, resourceId: paymentId } = claim;
    const facts = { accountId, id: newId('op'), paymentId, amount, currency, ...ids };
    const purchase = newOperation({ ...facts, type: 'purchase' });
    const window = new SendWindow();
    const payment = await this.records.payments.open(claim, row, purchase);
    return payment && { payment, purchase, window };
  }
}

/** 202 while the bank's answer is unknown, and with it the link. */
const answerOf = (payment: PaymentEntity): { statusCode: number; view: PaymentView } => ({
  statusCode: payment.status === 'created' ? 202 : 201,
  view: viewPayment(payment),
});

/** The cursor is the id of the last payment of the page before. */
function readCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!/^pay_[0-9a-f]{32}$/u.test(id))
    throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
  return id;
}
