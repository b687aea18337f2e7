import { OPERATION_STATUSES, type OperationStatus, PAYMENT_STATUSES } from '../domain/statuses.js';
import { paymentView, refundView, verificationView } from './payment.dto.js';
import { viewPayment, viewRefund, viewVerification } from './payment-view.js';
import { OperationEntity } from '../store/operation.entity.js';
import { PaymentEntity } from '../store/payment.entity.js';

const AT = new Date('2026-10-24T12:00:00Z');
const aRow = (over: Partial<PaymentEntity> = {}): PaymentEntity =>
  Object.assign(new PaymentEntity(), {
    merchantAccountId: 'acc_1',
    id: 'pay_1',
    kind: 'purchase',
    method: 'hosted_page',
    page: {},
    receipt: null,
    status: 'requires_action',
    amount: 1_000,
    currency: 'UAH',
    amountAuthorized: 0,
    amountCaptured: 0,
    amountRefunded: 0,
    livemode: false,
    linkId: null,
    savedCardId: null,
    subscriptionId: null,
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
    changedAt: AT,
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
    changedAt: AT,
    ...over,
  });

describe('viewPayment', () => {
  const view = (row: PaymentEntity, pastExpiry = false) =>
    viewPayment(row, { redirectUrl: 'https://bank.example/pay', pastExpiry });

  it('shows what the API describes and nothing else', () => {
    expect(paymentView.strict().parse(view(aRow()))).toEqual(view(aRow()));
  });

  it.each(PAYMENT_STATUSES)('gives a link to a %s payment only while it can be paid', (status) => {
    const payable = status === 'requires_action' || status === 'processing';
    expect(view(aRow({ status })).redirectUrl).toBe(payable ? 'https://bank.example/pay' : null);
  });

  it.each(PAYMENT_STATUSES)('sends nobody to pay a %s payment whose time is over', (status) => {
    const hasLink = ['requires_action', 'processing'].includes(status);
    const waits = hasLink || ['created', 'requires_confirmation'].includes(status);
    expect(view(aRow({ status })).acceptsPayment).toBe(waits);
    expect(view(aRow({ status }), true)).toMatchObject({
      status,
      acceptsPayment: false,
      redirectUrl: null,
      qrLink: null,
    });
  });

  it('shows how it is paid and for what, as it was asked for', () => {
    const page = { tries: 'many', lineItems: [{ name: 'Coffee', quantity: 2, amount: 1_000 }] } as const;
    expect(view(aRow({ page: { ...page, lineItems: [...page.lineItems] } }))).toMatchObject({
      paymentMethod: { type: 'hosted_page', tries: 'many' },
      lineItems: page.lineItems,
    });
  });

  it.each([
    [
      'of a payment in dollars',
      'USD',
      { hryvnia: 44_350, rate: '44.3500' },
      { amount: 44_350, currency: 'UAH', rate: '44.3500' },
    ],
    ['without its rate', 'EUR', { hryvnia: 44_350 }, { amount: 44_350, currency: 'UAH', rate: null }],
    ['of a payment in hryvnias', 'UAH', { hryvnia: 1_000 }, null],
    ['before it is paid', 'USD', {}, null],
  ] as const)('shows the exchange %s', (_when, currency, receipt, exchange) => {
    expect(view(aRow({ currency, receipt })).exchange).toEqual(exchange);
  });

  it('shows the receipt with null for what the bank has not told', () => {
    const receipt = { cardMask: '411111******1111', paidAt: AT.toISOString(), fee: 0 };
    const shown = view(aRow({ receipt }));
    expect(paymentView.strict().parse(shown)).toEqual(shown);
    expect(shown.receipt).toMatchObject({ ...receipt, rrn: null, approvalCode: null, terminal: null });
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

describe('viewVerification', () => {
  it('shows what the API describes and nothing else, and no amounts', () => {
    const shown = viewVerification(aRow({ id: 'ver_1', kind: 'verification', amount: 0 }), {
      redirectUrl: 'https://bank.example/pay',
    });
    expect(verificationView.strict().parse(shown)).toEqual(shown);
    expect(Object.keys(shown).filter((member) => member.startsWith('amount'))).toEqual([]);
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
