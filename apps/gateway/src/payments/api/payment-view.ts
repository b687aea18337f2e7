import { keptFailure } from '../domain/failures.js';
import { PAYMENT_FLAGS } from '../domain/payment.js';
import { operationStatus, paymentStatus } from '../domain/statuses.js';
import { type PaymentView, type RefundView } from './payment.dto.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type PaymentEntity } from '../store/payment.entity.js';

/** What of a payment's operations belongs to its view. */
export interface Shown {
  /** Where the bank takes the money, whether it still does or not. */
  readonly redirectUrl: string | null;
  /** The latest capture or release of a hold. */
  readonly action?: OperationEntity | undefined;
}

export const viewPayment = (row: PaymentEntity, { redirectUrl, action }: Shown): PaymentView => ({
  object: 'payment',
  id: row.id,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  captureMethod: row.kind === 'authorization' ? 'manual' : 'automatic',
  amountAuthorized: row.amountAuthorized,
  amountCaptured: row.amountCaptured,
  amountRefunded: row.amountRefunded,
  livemode: row.livemode,
  reference: row.reference,
  description: row.description,
  redirectUrl: paymentStatus(row.status).payable ? redirectUrl : null,
  returnUrl: row.returnUrl ?? '', // every payment on the hosted page has one
  failure: keptFailure(row),
  hold: row.kind === 'authorization' ? viewHold(row, action) : null,
  flags: PAYMENT_FLAGS.filter((flag) => flag in row.flags),
  metadata: row.metadata,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

const viewHold = (row: PaymentEntity, action: OperationEntity | undefined): PaymentView['hold'] => ({
  expiresAt: row.holdExpiresAt?.toISOString() ?? null,
  action: action ? viewAction(action) : null,
});

const viewAction = (row: OperationEntity): NonNullable<PaymentView['hold']>['action'] => ({
  kind: row.kind === 'capture' ? 'capture' : 'cancel',
  amount: row.amount,
  status: operationStatus(row.status).shownAs,
  failure: operationStatus(row.status).givenUp ? keptFailure(row) : null,
});

export const viewRefund = (row: OperationEntity): RefundView => ({
  object: 'refund',
  id: row.id,
  paymentId: row.subjectId,
  amount: row.amount,
  currency: row.currency,
  status: operationStatus(row.status).shownAs,
  reason: row.reason,
  failure: operationStatus(row.status).givenUp ? keptFailure(row) : null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
