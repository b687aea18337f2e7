import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { operationStatus } from '../domain/statuses.js';
import { type ApiRequest, Engine } from '../engine/engine.service.js';
import { type Answer, fingerprintOf } from '../engine/idempotency.service.js';
import { merchantRequestIdOf } from '../engine/merchant-request-id.js';
import { FOLLOW_UPS } from '../kinds/kinds.js';
import { type Held, PaymentRecords } from '../store/payment-records.js';
import { type CancelPayment, type CapturePayment, type PaymentView } from './payment.dto.js';
import { viewPayment } from './payment-view.js';

interface Scope {
  readonly accountId: string;
  readonly paymentId: string;
  readonly key: string;
}

/** Takes what is held, or lets go of it; gives up what is not paid. */
@Injectable()
export class HoldsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly engine: Engine,
    private readonly records: PaymentRecords,
  ) {}

  /** @throws PaymentError `PAYMENT_NOT_FOUND` | `PAYMENT_NOT_CAPTURABLE` | `CAPTURE_AMOUNT_INVALID` | `IDEMPOTENCY_…` */
  async capture(scope: Scope, body: CapturePayment): Promise<Answer> {
    return this.act(scope, 'capture', await this.requestOf(scope, 'capture', body), body.amount);
  }

  /** Releases a hold, or closes an open payment. @throws PaymentError `PAYMENT_NOT_FOUND` | `PAYMENT_NOT_CANCELABLE` | `IDEMPOTENCY_…` */
  async cancel(scope: Scope, body: CancelPayment): Promise<Answer> {
    const { accountId, paymentId } = scope;
    const payment = await this.records.payments.find(accountId, paymentId);
    const request = await this.requestOf(scope, 'cancel', body);
    if (payment && payment.amountAuthorized > 0) return this.act(scope, 'void', request, undefined);
    return this.engine.cancel(
      { ...request, step: 'cancel', render: renderCanceled },
      { paymentId, refundLate: body.refundLateMoney },
    );
  }

  private async requestOf({ accountId, paymentId, key }: Scope, route: string, body: object) {
    const { secret } = await this.accounts.open(accountId);
    const fingerprint = fingerprintOf(secret, `POST /v1/payments/${paymentId}/${route}`, body);
    return { accountId, key, fingerprint, operationId: newId('op') };
  }

  private async act(
    { accountId, paymentId, key }: Scope,
    kind: 'capture' | 'void',
    request: Omit<ApiRequest, 'step' | 'render'>,
    amount: number | undefined,
  ): Promise<Answer> {
    const { secret } = await this.accounts.open(accountId);
    const merchantRequestId = merchantRequestIdOf(secret, kind, paymentId, key);
    const { step } = FOLLOW_UPS[kind];
    const intent = { paymentId, kind, merchantRequestId, amount, reason: null };
    return this.engine.act({ ...request, step, render: renderAction }, intent);
  }
}

/** 202 while it is not known how it ends; then the payment as it is, with how the capture or release went. */
const renderAction = ({ payment, operation }: Held): { statusCode: number; view: PaymentView } => ({
  statusCode: operationStatus(operation.status).ended ? 200 : 202,
  view: viewPayment(payment, { redirectUrl: null, action: operation }),
});

const renderCanceled = ({ payment }: Held): { statusCode: number; view: PaymentView } => ({
  statusCode: 200,
  view: viewPayment(payment, { redirectUrl: null }),
});
