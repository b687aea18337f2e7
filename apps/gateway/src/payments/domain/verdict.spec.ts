import { type BankOperationFacts, type BankOrderFacts } from './bank-facts.js';
import { type Expected } from './success-rule.js';
import { judgeOperation, judgeOrder } from './verdict.js';

const expected: Expected = {
  type: 'PURCHASE',
  merchantId: 'merchant-1',
  amount: 1_000,
  currency: 'UAH',
  livemode: false,
  merchantRequestId: 'request-1',
  hppOrderId: 'order-1',
};
const aPurchase = (over: Partial<BankOperationFacts> = {}): BankOperationFacts => ({
  type: 'PURCHASE',
  status: 'SUCCESS',
  amount: 1_000,
  currency: 'UAH',
  merchantId: 'merchant-1',
  merchantRequestId: undefined,
  operationId: 'operation-1',
  ecomOperationId: undefined,
  originalOperationId: undefined,
  hppOrderId: 'order-1',
  rrn: '-1',
  approvalCode: undefined,
  actionCode: '0',
  responseCode: '00',
  errorDetails: undefined,
  ...over,
});
const aDecline = aPurchase({ status: 'FAIL', actionCode: '1', responseCode: '16' });
const anOrder = (over: Partial<BankOrderFacts> = {}): BankOrderFacts => ({
  bankOrderId: 'order-1',
  merchantRequestId: 'request-1',
  status: 'PENDING',
  operations: [],
  ...over,
});

describe('judgeOrder', () => {
  it.each<[string, Partial<BankOrderFacts>, object]>([
    ['a paid order', { status: 'SUCCESS', operations: [aPurchase()] }, { kind: 'succeeded', facts: aPurchase() }],
    ['success after a decline', { status: 'SUCCESS', operations: [aDecline, aPurchase()] }, { kind: 'succeeded' }],
    ['success beside its refund', { operations: [aPurchase(), aPurchase({ type: 'REFUND' })] }, { kind: 'succeeded' }],
    [
      'success under an order said to have failed',
      { status: 'FAIL', operations: [aPurchase()] },
      { kind: 'succeeded' },
    ],
    ['two successes', { operations: [aPurchase(), aPurchase()] }, { kind: 'review', reason: /2 successful payments/ }],
    ['a wrong amount', { operations: [aPurchase({ amount: 1 })] }, { kind: 'review', reason: /unexpected amount/ }],
    [
      'a missing id',
      { operations: [aPurchase({ operationId: undefined })] },
      { kind: 'incomplete', reason: /operationId/ },
    ],
    ['a foreign order', { merchantRequestId: 'request-2' }, { kind: 'review', reason: /another request id/ }],
    [
      'a foreign order that is paid',
      { merchantRequestId: 'request-2', operations: [aPurchase()] },
      { kind: 'review', reason: /another request id/ },
    ],
    ['an order that names no request', { merchantRequestId: undefined }, { kind: 'untouched' }],
    ['an attempt under way', { operations: [aPurchase({ status: 'PENDING' })] }, { kind: 'pending' }],
    ['an attempt at 3-D Secure', { operations: [aPurchase({ status: 'REQUIRED_3DS' })] }, { kind: 'pending' }],
    ['a status nobody knows', { operations: [aPurchase({ status: 'HELD' })] }, { kind: 'pending' }],
    ['a Cyrillic success', { operations: [aPurchase({ status: 'SU\u0421CESS' })] }, { kind: 'pending' }],
    [
      'a decline, then an attempt under way',
      { operations: [aDecline, aPurchase({ status: 'PENDING' })] },
      { kind: 'pending' },
    ],
    ['an order waiting for 3-D Secure', { status: 'REQUIRED_3DS' }, { kind: 'pending' }],
    ['an order nobody paid', {}, { kind: 'untouched' }],
    ['a decline under an order that is still open', { operations: [aDecline] }, { kind: 'untouched' }],
    [
      'a failed order',
      { status: 'FAIL', operations: [aDecline] },
      { kind: 'failed', failure: { code: 'insufficient_funds' }, facts: aDecline },
    ],
    ['a failed order without an attempt', { status: 'FAIL' }, { kind: 'untouched' }],
    ['a canceled order', { status: 'CANCELED' }, { kind: 'failed', failure: { code: 'canceled_by_customer' } }],
    ['a canceled order after a decline', { status: 'CANCELED', operations: [aDecline] }, { kind: 'failed' }],
    [
      'no 3-D Secure where it must be',
      { status: 'FAIL', operations: [aPurchase({ status: 'DESIRED_THREEDS_MODE_ERROR' })] },
      { kind: 'failed' },
    ],
    // The order's own status proves no money, yet it forbids to call the order untouched.
    ['an order said to be paid, its payment not shown', { status: 'SUCCESS' }, { kind: 'incomplete' }],
    ['an order said to be refunded, its payment not shown', { status: 'PARTIAL_REFUND' }, { kind: 'incomplete' }],
  ])('%s', (_what, over, verdict) => {
    expect(judgeOrder(anOrder(over), expected)).toEqual(like(verdict));
  });
});

describe('judgeOperation', () => {
  const refund: Expected = { ...expected, type: 'REFUND' };
  delete (refund as { hppOrderId?: string }).hppOrderId;
  const aRefund = (over: Partial<BankOperationFacts> = {}): BankOperationFacts =>
    aPurchase({ type: 'REFUND', merchantRequestId: 'request-1', ...over });

  it.each<[string, Partial<BankOperationFacts>, object]>([
    ['done', {}, { kind: 'succeeded' }],
    ['of another amount', { amount: 999 }, { kind: 'review' }],
    ['of another request', { merchantRequestId: 'request-9' }, { kind: 'review' }],
    ['without our id', { merchantRequestId: undefined }, { kind: 'incomplete' }],
    ['declined', { status: 'FAIL', actionCode: '1', responseCode: '00' }, { kind: 'failed' }],
    ['under way', { status: 'PENDING' }, { kind: 'pending' }],
    ['in a status nobody knows', { status: 'SENT' }, { kind: 'pending' }],
    ['done in Cyrillic', { status: 'SUC\u0421ESS' }, { kind: 'pending' }],
    ['a purchase with our id', { type: 'PURCHASE' }, { kind: 'review' }],
  ])('a refund %s', (_what, over, verdict) => {
    expect(judgeOperation(aRefund(over), refund)).toEqual(like(verdict));
  });
});

/** Members that are named must match; a pattern stands for a text. */
function like(wanted: object): object {
  const members = Object.entries(wanted).map(([name, value]: [string, unknown]) => [name, likeMember(value)]);
  return expect.objectContaining(Object.fromEntries(members) as object) as object;
}

function likeMember(value: unknown): unknown {
  if (value instanceof RegExp) return expect.stringMatching(value);
  return typeof value === 'object' && value !== null ? expect.objectContaining(value) : value;
}
