import { OPERATION_STATUSES, type OperationStatus, PAYMENT_STATUSES } from '../domain/statuses.js';
import { paymentView, refundView } from './payment.dto.js';
import { viewPayment, viewRefund } from './payment-view.js';
import { OperationEntity } from '../store/operation.entity.js';
import { PaymentEntity } from '../store/payment.entity.js';

const AT = new Date('2026-10-24T12:00:00Z');
const aRow = (over: Partial<PaymentEntity> = {}): PaymentEntity =>
  Object.assign(new PaymentEntity(), {
    merchantAccountId: 'acc_1',
    id: 'pay_1',
    status: 'requires_action',
    amount: 1_000,
    currency: 'UAH',
    amountAuthorized: 0,
    amountCaptured: 0,
    amountRefunded: 0,
    livemode: false,
    reference: null,
    description: null,
    returnUrl: 'https://shop.example/return',
    metadata: {},
    customerSealed: 'ks1.sealed',
    bankOrderId: 'bank-order',
    redirectUrl: 'https://bank.example/pay',
    expiresAt: AT,
    failureCode: null,
    failureMessage: null,
    flags: {},
    evidence: { rrn: '1' },
    createdAt: AT,
    updatedAt: AT,
    ...over,
  });
const aRefund = (over: Partial<OperationEntity> = {}): OperationEntity =>
  Object.assign(new OperationEntity(), {
    merchantAccountId: 'acc_1',
    id: 'ref_1',
    subjectId: 'pay_1',
    kind: 'refund',
    status: 'pending',
    amount: 100,
    currency: 'UAH',
    merchantRequestId: 'request-1',
    reason: null,
    failureCode: 'refused_by_bank',
    failureMessage: 'why',
    createdAt: AT,
    updatedAt: AT,
    ...over,
  });

describe('viewPayment', () => {
  const view = (row: PaymentEntity) => viewPayment(row, { redirectUrl: 'https://bank.example/pay' });

  it('shows what the API describes and nothing else', () => {
    expect(paymentView.strict().parse(view(aRow()))).toEqual(view(aRow()));
  });

  it.each(PAYMENT_STATUSES)('gives a link to a %s payment only while it can be paid', (status) => {
    const payable = status === 'requires_action' || status === 'processing';
    expect(view(aRow({ status })).redirectUrl).toBe(payable ? 'https://bank.example/pay' : null);
  });

  it('names its flags, not their reasons', () => {
    const flagged = aRow({ flags: { second_charge: 'the bank also reports PURCHASE 17…' } });
    expect(view(flagged).flags).toEqual(['second_charge']);
  });

  it('shows why it failed', () => {
    const failed = aRow({ status: 'failed', failureCode: 'card_declined', failureMessage: 'no' });
    expect(view(failed).failure).toEqual({ code: 'card_declined', message: 'no' });
  });
});

describe('viewRefund', () => {
  const SHOWN: Readonly<Record<OperationStatus, string>> = {
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

  it.each(OPERATION_STATUSES)('shows a %s refund, with a failure only when it failed', (status) => {
    const view = viewRefund(aRefund({ status }));
    expect(refundView.strict().parse(view)).toEqual(view);
    expect(view.status).toBe(SHOWN[status]);
    expect(view.failure).toEqual(SHOWN[status] === 'failed' ? { code: 'refused_by_bank', message: 'why' } : null);
  });
});
