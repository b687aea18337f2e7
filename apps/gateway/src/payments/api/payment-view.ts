import { PAYMENT_FLAGS, type PaymentStatus } from '../domain/payment.js';
import { type OperationStatus } from '../domain/operation.js';
import { type PaymentView, type RefundView } from './payment.dto.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type PaymentEntity } from '../store/payment.entity.js';

/** Statuses in which the customer can still pay on the bank's page. */
const PAYABLE: readonly PaymentStatus[] = ['requires_action', 'processing'];

const REFUND_STATUS_OF: Readonly<Record<OperationStatus, RefundView['status']>> = {
  sending: 'pending',
  pending: 'pending',
  action_required: 'pending',
  unknown: 'unknown',
  succeeded: 'succeeded',
  failed: 'failed',
  rejected: 'failed',
  abandoned: 'failed',
  needs_review: 'needs_review',
};

export const viewPayment = (row: PaymentEntity): PaymentView => ({
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
  redirectUrl: PAYABLE.includes(row.status) ? row.redirectUrl : null,
  returnUrl: row.returnUrl,
  failure: failureOf(row),
  flags: PAYMENT_FLAGS.filter((flag) => flag in row.flags),
  metadata: row.metadata,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const viewRefund = (row: OperationEntity): RefundView => ({
  object: 'refund',
  id: row.id,
  paymentId: row.paymentId,
  amount: row.amount,
  currency: row.currency,
  status: REFUND_STATUS_OF[row.status],
  reason: row.reason,
  failure: REFUND_STATUS_OF[row.status] === 'failed' ? failureOf(row) : null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

function failureOf(row: {
  failureCode: string | null;
  failureMessage: string | null;
}): { code: string; message: string } | null {
  return row.failureCode === null ? null : { code: row.failureCode, message: row.failureMessage ?? '' };
}
