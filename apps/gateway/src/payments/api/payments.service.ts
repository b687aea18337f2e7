import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { customerForBank } from '../bank/customer.js';
import { newOperation } from '../domain/operation.js';
import { PaymentError } from '../domain/payment-error.js';
import { paymentStatus } from '../domain/statuses.js';
import { CustomerVault } from '../engine/customer-vault.js';
import { Engine } from '../engine/engine.service.js';
import { type Answer, fingerprintOf } from '../engine/idempotency.service.js';
import { merchantRequestIdOf } from '../engine/merchant-request-id.js';
import { METHODS } from '../kinds/methods.js';
import { type Held, PaymentRecords } from '../store/payment-records.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { type NewPayment } from '../store/payment.repository.js';
import { type CreatePayment, type ListPayments, type PaymentView } from './payment.dto.js';
import { viewPayment } from './payment-view.js';

@Injectable()
export class PaymentsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly engine: Engine,
    private readonly records: PaymentRecords,
    private readonly customers: CustomerVault,
  ) {}

  /**
   * Records the payment, then opens its order at the bank. 201 with the link, or 202 while the outcome is unknown.
   * @throws PaymentError `IDEMPOTENCY_MISMATCH` | `IDEMPOTENCY_IN_FLIGHT`
   */
  async create({ accountId, key }: { accountId: string; key: string }, body: CreatePayment): Promise<Answer> {
    const { secret, environment, bankMerchantId } = await this.accounts.open(accountId);
    const kind = body.captureMethod === 'manual' ? 'authorization' : 'purchase';
    const [id, operationId, step] = [newId('pay'), newId('op'), METHODS.hosted_page[kind]];
    const { customer: given, reference, description, holdHours } = body;
    const { amount, currency, returnUrl, language, metadata, expiresInMinutes } = body;
    const customer = customerForBank(given);
    const payment: NewPayment = {
      ...{ amount, currency, returnUrl, language, metadata, expiresInMinutes },
      ...{ merchantAccountId: accountId, id, kind, method: 'hosted_page', livemode: environment === 'live' },
      reference: reference ?? null,
      description: description ?? null,
      holdHours: kind === 'authorization' ? (holdHours ?? USUAL_HOLD_HOURS) : null,
      customerSealed: await this.customers.seal(accountId, id, customer),
    };
    const operation = newOperation({
      ...{ accountId, id: operationId, paymentId: id, parentId: null, kind, step, bankMerchantId },
      ...{ amount, currency },
      merchantRequestId: merchantRequestIdOf(secret, kind, key),
    });
    const fingerprint = fingerprintOf(secret, 'POST /v1/payments', body);
    const request = { accountId, key, fingerprint, operationId, step, render: renderPayment };
    return this.engine.create(request, { payment, operation, customer });
  }

  /** @throws PaymentError `PAYMENT_NOT_FOUND` */
  async get(accountId: string, id: string): Promise<PaymentView> {
    const payment = await this.records.payments.find(accountId, id);
    if (!payment) throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${id}`);
    const intent = await this.records.operations.currentIntent(accountId, id);
    const actions = await this.records.operations.holdActionsOf(accountId, isHold(payment) ? [id] : []);
    return viewPayment(payment, { redirectUrl: intent?.redirectUrl ?? null, action: actions.get(id) });
  }

  /** Newest first, a page at a time. @throws PaymentError `CURSOR_INVALID` */
  async list(accountId: string, query: ListPayments): Promise<{ data: PaymentView[]; nextCursor: string | null }> {
    const { limit, status, reference, cursor } = query;
    const before = cursor === undefined ? undefined : readCursor(cursor);
    const rows = await this.records.payments.list(accountId, { limit: limit + 1, before, status, reference });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    const payable = page.filter((row) => paymentStatus(row.status).payable).map(({ id }) => id);
    const intents = await this.records.operations.intentsOf(accountId, payable);
    const holds = page.filter(isHold).map(({ id }) => id);
    const actions = await this.records.operations.holdActionsOf(accountId, holds);
    const shown = ({ id }: PaymentEntity) => ({
      redirectUrl: intents.get(id)?.redirectUrl ?? null,
      action: actions.get(id),
    });
    return {
      data: page.map((row) => viewPayment(row, shown(row))),
      nextCursor: last ? Buffer.from(last.id).toString('base64url') : null,
    };
  }
}

/** Hours. */
const USUAL_HOLD_HOURS = 7 * 24;

const isHold = ({ kind }: PaymentEntity): boolean => kind === 'authorization';

/** 202 while the bank's answer is unknown, and with it the link. */
const renderPayment = ({ payment, operation }: Held): { statusCode: number; view: PaymentView } => ({
  statusCode: payment.status === 'created' ? 202 : 201,
  view: viewPayment(payment, { redirectUrl: operation.redirectUrl }),
});

/** The cursor is the id of the last payment of the page before. */
function readCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!/^pay_[0-9a-f]{32}$/u.test(id))
    throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
  return id;
}
