import { keptFailure } from '../domain/failures.js';
import { PAYMENT_FLAGS } from '../domain/payment.js';
import { operationStatus, paymentStatus } from '../domain/statuses.js';
import { type PaymentView, type RefundView } from './payment.dto.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type PaymentEntity } from '../store/payment.entity.js';

/** @param redirectUrl where the bank takes the money, whether it still does or not */
export const viewPayment = (row: PaymentEntity, redirectUrl: string | null): PaymentView => ({
  object: 'payment',
  id: row.id,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  amountAuthorized: row.amountAuthorized,
  amountCaptured: row.amountCaptured,
  amountRefunded: row.amountRefunded,
  livemode: row.livemode,
  reference: row.reference,
  description: row.description,
  redirectUrl: paymentStatus(row.status).payable ? redirectUrl : null,
  returnUrl: row.returnUrl ?? '', // every payment on the hosted page has one
  failure: keptFailure(row),
  flags: PAYMENT_FLAGS.filter((flag) => flag in row.flags),
  metadata: row.metadata,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
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
