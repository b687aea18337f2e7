import { type BankOperationFacts, type BankOrderFacts } from './bank-facts.js';
import { extrasOf, foreignCapture, isReleased, type KnownRefund, repeatsOf, secondCharges } from './order-extras.js';
import { type Expected } from './success-rule.js';

const PAID: Expected & { readonly paidBy: readonly string[] } = {
  ...{ type: 'PURCHASE', merchantId: 'merchant-1', amount: 1_000, currency: 'UAH', livemode: false },
  ...{ merchantRequestId: 'request-1', paidBy: ['bank-1'] },
};

const anOperation = (over: Partial<BankOperationFacts> = {}): BankOperationFacts => ({
  ...{ type: 'REFUND', status: 'SUCCESS', amount: 300, currency: 'UAH', merchantId: 'merchant-1' },
  ...{ merchantRequestId: 'elsewhere-1', operationId: 'bank-2', ecomOperationId: undefined },
  ...{ originalOperationId: 'bank-1', hppOrderId: undefined, rrn: '-1', approvalCode: undefined },
  ...{ actionCode: '0', responseCode: '00', errorDetails: undefined },
  ...over,
});
const anOrder = (...operations: readonly BankOperationFacts[]): BankOrderFacts => ({
  ...{ bankOrderId: 'order-1', merchantRequestId: 'request-1', merchantId: 'merchant-1', amount: 1_000 },
  ...{ status: 'SUCCESS', operations },
});
const ours = (over: Partial<KnownRefund> = {}): KnownRefund => ({
  ...{ id: 'ref_1', merchantRequestId: 'refund-1', bankOperationId: 'bank-3', status: 'succeeded' },
  ...over,
});
const NOTHING = { imports: [], flags: {}, toSettle: [], again: false };

describe('extras of an order that is paid', () => {
  it('are none where it shows its own charge alone', () => {
    expect(extrasOf(anOrder(anOperation({ type: 'PURCHASE', operationId: 'bank-1' })), PAID, [])).toEqual(NOTHING);
  });

  it.each<[string, Partial<BankOperationFacts>]>([
    ['of this charge', {}],
    ['that names no charge', { originalOperationId: undefined }],
    ['that names no merchant', { merchantId: undefined }],
    ['that names no currency', { currency: undefined }],
  ])('are a refund made elsewhere %s', (_what, over) => {
    const refund = anOperation(over);
    expect(extrasOf(anOrder(refund), PAID, [])).toEqual({ ...NOTHING, imports: [refund] });
  });

  it.each<[string, Partial<BankOperationFacts>, RegExp]>([
    ['names no request', { merchantRequestId: undefined }, /names no request/u],
    ['is of another merchant', { merchantId: 'merchant-2' }, /another merchant/u],
    ['has no amount', { amount: undefined }, /amount cannot be read/u],
    ['is of nothing', { amount: 0 }, /amount cannot be read/u],
    ['is of another currency', { currency: 'USD' }, /amount cannot be read/u],
  ])('are unclear where a refund %s: it is not counted', (_what, over, reason) => {
    const { imports, flags } = extrasOf(anOrder(anOperation(over)), PAID, []);
    expect(imports).toEqual([]);
    expect(flags.refund_unclear).toMatch(reason);
  });

  it('are unclear while a refund of ours is open, and not once it has ended', () => {
    const order = anOrder(anOperation());
    expect(extrasOf(order, PAID, [ours({ status: 'unknown' })]).flags.refund_unclear).toMatch(/one of ours is open/u);
    expect(extrasOf(order, PAID, [ours(), ours({ status: 'pending' })]).imports).toEqual([]);
    expect(extrasOf(order, PAID, [ours()]).imports).toHaveLength(1);
  });

  it('leave out a refund of another charge under the same order', () => {
    expect(extrasOf(anOrder(anOperation({ originalOperationId: 'bank-9' })), PAID, [])).toEqual(NOTHING);
  });

  it.each<[string, Partial<BankOperationFacts>]>([
    ['by its request', { merchantRequestId: 'refund-1' }],
    ['by the bank’s own id, where it names no request', { merchantRequestId: undefined, ecomOperationId: 'bank-3' }],
  ])('know a refund of ours %s', (_what, over) => {
    expect(extrasOf(anOrder(anOperation(over)), PAID, [ours()])).toEqual(NOTHING);
  });

  it.each<[string, Partial<BankOperationFacts>]>([
    ['of another request, whatever its id', { merchantRequestId: 'elsewhere-1', ecomOperationId: 'bank-3' }],
    ['of another id', { merchantRequestId: undefined, ecomOperationId: 'bank-4' }],
    ['without id and request', { merchantRequestId: undefined, ecomOperationId: undefined }],
  ])('take none for ours %s', (_what, over) => {
    const { imports, flags } = extrasOf(anOrder(anOperation(over)), PAID, [ours({ bankOperationId: 'bank-3' })]);
    expect(imports.length + Number('refund_unclear' in flags)).toBe(1);
  });

  it('ask for a refund of ours that is done although we gave it up, and for no other', () => {
    const order = anOrder(anOperation({ merchantRequestId: 'refund-1' }));
    expect(extrasOf(order, PAID, [ours({ status: 'failed' })]).toSettle).toEqual(['ref_1']);
    expect(extrasOf(order, PAID, [ours({ status: 'succeeded' })]).toSettle).toEqual([]);
  });

  it.each([
    ['PENDING', true],
    ['REQUIRED_3DS', true],
    ['FAIL', false],
    ['DESIRED_THREEDS_MODE_ERROR', false],
    ['SUCCESS', false],
  ])('are looked for again while a refund made elsewhere is %s: %s', (status, again) => {
    expect(extrasOf(anOrder(anOperation({ status })), PAID, []).again).toBe(again);
    expect(extrasOf(anOrder(anOperation({ status, merchantRequestId: 'refund-1' })), PAID, [ours()]).again).toBe(false);
  });

  it('flag a second charge', () => {
    const { flags } = extrasOf(anOrder(anOperation({ type: 'PURCHASE', operationId: 'bank-5' })), PAID, []);
    expect(flags).toEqual({ second_charge: 'the bank also reports PURCHASE bank-5 of 300' });
  });
});

describe('a second charge', () => {
  const charge = anOperation({ type: 'PURCHASE', operationId: 'bank-5', amount: 700 });

  it.each<[string, Partial<BankOperationFacts>, string | undefined]>([
    ['is what nobody rests on', {}, 'the bank also reports PURCHASE bank-5 of 700'],
    [
      'may have no id and no amount',
      { operationId: undefined, amount: undefined },
      'the bank also reports PURCHASE ? of ?',
    ],
    ['is not what paid', { operationId: 'bank-1' }, undefined],
    ['is no refund', { type: 'REFUND' }, undefined],
    ['is done', { status: 'PENDING' }, undefined],
    ['is not of ours', { merchantRequestId: 'refund-1' }, undefined],
  ])('%s', (_what, over, told) => {
    expect(secondCharges(anOrder({ ...charge, ...over }), ['bank-1'], [ours()])).toBe(told);
  });
});

describe('a repeated payment by one order', () => {
  const again = anOperation({ type: 'PURCHASE', operationId: 'bank-5', merchantRequestId: 'request-1', amount: 700 });

  it.each<[string, Partial<BankOperationFacts>, number]>([
    ['is of its own amount', {}, 1],
    ['is of the type that pays', { type: 'REFUND' }, 0],
    ['is done', { status: 'PENDING' }, 0],
    ['is not what paid', { operationId: 'bank-1' }, 0],
    ['is proven by itself', { merchantId: 'merchant-2' }, 0],
  ])('%s', (_what, over, found) => {
    expect(repeatsOf(anOrder({ ...again, ...over }), PAID, ['bank-1'])).toHaveLength(found);
  });
});

describe('a hold', () => {
  it.each<[string, Partial<BankOperationFacts>, boolean]>([
    ['was let go by somebody else', {}, true],
    ['was not, by what is under way', { status: 'PENDING' }, false],
    ['was not, by a charge', { type: 'COMPLETION' }, false],
    ['was not, by a refund of another', { originalOperationId: 'bank-9' }, false],
    ['was let go by us', { merchantRequestId: 'refund-1' }, false],
  ])('%s', (_what, over, released) => {
    expect(isReleased(anOrder(anOperation(over)), 'bank-1', [ours()])).toBe(released);
  });

  it.each<[string, Partial<BankOperationFacts>, string | undefined]>([
    ['was taken by somebody else', {}, 'the bank reports a capture bank-2 of 300 that is not ours'],
    [
      'without names',
      { operationId: undefined, amount: undefined },
      'the bank reports a capture ? of ? that is not ours',
    ],
    ['was taken by us', { merchantRequestId: 'refund-1' }, undefined],
    ['is being taken', { status: 'PENDING' }, undefined],
    ['was given back', { type: 'REFUND' }, undefined],
  ])('%s', (_what, over, told) => {
    expect(foreignCapture(anOrder(anOperation({ type: 'COMPLETION', ...over })), [ours()])).toBe(told);
  });
});
