import { type BankOperationFacts } from './bank-facts.js';
import { type Expected } from './success-rule.js';
import { judgeOperation } from './verdict.js';

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
    ['declined, of another request', { status: 'FAIL', merchantRequestId: 'request-9' }, { kind: 'review' }],
    ['declined, of another merchant', { status: 'FAIL', merchantId: 'merchant-2' }, { kind: 'review' }],
    ['declined, of another type', { status: 'FAIL', type: 'PURCHASE' }, { kind: 'review' }],
    ['declined, without our id', { status: 'FAIL', merchantRequestId: undefined }, { kind: 'incomplete' }],
    ['declined, without a merchant', { status: 'FAIL', merchantId: undefined }, { kind: 'incomplete' }],
    ['under way, of another request', { status: 'PENDING', merchantRequestId: 'request-9' }, { kind: 'review' }],
    ['under way, without our id', { status: 'PENDING', merchantRequestId: undefined }, { kind: 'pending' }],
    [
      'refused 3-D Secure, of another request',
      { status: 'DESIRED_THREEDS_MODE_ERROR', merchantRequestId: 'x' },
      { kind: 'review' },
    ],
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
