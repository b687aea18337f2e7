import { type BankOperationFacts } from './bank-facts.js';
import { checkSuccess, type Expected } from './success-rule.js';

const anExpectation = (over: Partial<Expected> = {}): Expected => ({
  type: 'PURCHASE',
  merchantId: 'merchant-1',
  amount: 12_550,
  currency: 'UAH',
  livemode: true,
  merchantRequestId: 'request-1',
  hppOrderId: 'order-1',
  ...over,
});
/** A live card payment that meets the whole rule. */
const aPurchase = (over: Partial<BankOperationFacts> = {}): BankOperationFacts => ({
  type: 'PURCHASE',
  status: 'SUCCESS',
  amount: 12_550,
  currency: 'UAH',
  merchantId: 'merchant-1',
  merchantRequestId: undefined,
  operationId: 'operation-1',
  ecomOperationId: 'ecom-1',
  originalOperationId: undefined,
  hppOrderId: 'order-1',
  rrn: '629812000001',
  approvalCode: '012345',
  actionCode: '0',
  responseCode: '00',
  errorDetails: undefined,
  ...over,
});
const refundExpectation: Expected = {
  type: 'REFUND',
  merchantId: 'merchant-1',
  amount: 12_550,
  currency: 'UAH',
  livemode: true,
  merchantRequestId: 'request-2',
};

describe('checkSuccess', () => {
  it('is met by a live card payment with every fact', () => {
    expect(checkSuccess(aPurchase(), anExpectation())).toEqual({ kind: 'met' });
  });

  it.each<[string, Partial<BankOperationFacts>]>([
    ['status', { status: 'FAIL' }],
    ['status', { status: 'SU\u0421CESS' }], // a Cyrillic Es, as the bank's own tables print it
    ['status', { status: 'SUC\u0421ESS' }],
    ['status', { status: 'success' }],
    ['status', { status: 'SUCCESS ' }],
    ['type', { type: 'PREAUTH' }],
    ['amount', { amount: 12_549 }],
    ['amount', { amount: 12_551 }],
    ['amount', { amount: 125.5 }],
    ['currency', { currency: 'USD' }],
    ['merchantId', { merchantId: 'merchant-2' }],
    ['our id', { hppOrderId: 'order-2' }],
    ['actionCode', { actionCode: '1' }],
    ['responseCode', { responseCode: '02' }], // approved for a part of the amount
    ['test terminal', { rrn: '-1' }],
    ['request id', { merchantRequestId: 'request-9' }],
  ])('is contradicted by %s alone: %o', (by, over) => {
    expect(checkSuccess(aPurchase(over), anExpectation())).toEqual({ kind: 'contradicted', by: [by] });
  });

  it.each<[string, Partial<BankOperationFacts>]>([
    ['amount', { amount: undefined }],
    ['currency', { currency: undefined }],
    ['merchantId', { merchantId: undefined }],
    ['operationId', { operationId: undefined }],
    ['our id', { hppOrderId: undefined }],
    ['approvalCode', { approvalCode: undefined }],
    ['actionCode', { actionCode: undefined }],
    ['responseCode', { responseCode: undefined }],
    ['rrn', { rrn: undefined }],
    ['rrn', { rrn: '12345678901' }],
    ['rrn', { rrn: '1234567890123' }],
  ])('is incomplete without %s: %o', (missing, over) => {
    expect(checkSuccess(aPurchase(over), anExpectation())).toEqual({ kind: 'incomplete', missing: [missing] });
  });

  it('names everything that speaks against it, before anything that is missing', () => {
    const facts = aPurchase({ amount: 1, currency: 'EUR', operationId: undefined });
    expect(checkSuccess(facts, anExpectation())).toEqual({ kind: 'contradicted', by: ['amount', 'currency'] });
  });

  it('accepts the response code of old callbacks', () => {
    expect(checkSuccess(aPurchase({ responseCode: '0' }), anExpectation())).toEqual({ kind: 'met' });
  });

  it.each(['PURCHASE', 'PREAUTH'])('asks a live %s for its codes, and a test terminal for none', (type) => {
    const facts = aPurchase({ type, actionCode: undefined, responseCode: undefined });
    expect(checkSuccess(facts, anExpectation({ type }))).toEqual({
      kind: 'incomplete',
      missing: ['actionCode', 'responseCode'],
    });
    expect(checkSuccess(facts, anExpectation({ type, livemode: false }))).toEqual({ kind: 'met' });
  });

  it('asks a completion for neither', () => {
    const bare = { approvalCode: undefined, rrn: undefined, actionCode: undefined, responseCode: undefined };
    const facts = aPurchase({ type: 'COMPLETION', ...bare });
    expect(checkSuccess(facts, anExpectation({ type: 'COMPLETION' }))).toEqual({ kind: 'met' });
  });

  it('asks a test terminal neither for an approval code nor for an rrn', () => {
    const facts = aPurchase({ rrn: '-1', approvalCode: undefined });
    expect(checkSuccess(facts, anExpectation({ livemode: false }))).toEqual({ kind: 'met' });
    expect(checkSuccess(facts, anExpectation({ livemode: true })).kind).toBe('contradicted');
  });

  it('does not let a test terminal off the rest of the rule', () => {
    const facts = aPurchase({ rrn: '-1', approvalCode: undefined, amount: 1 });
    expect(checkSuccess(facts, anExpectation({ livemode: false }))).toEqual({ kind: 'contradicted', by: ['amount'] });
  });

  describe('of a refund', () => {
    const aRefund = (over: Partial<BankOperationFacts> = {}): BankOperationFacts =>
      aPurchase({ type: 'REFUND', hppOrderId: undefined, merchantRequestId: 'request-2', ...over });

    it('needs no codes', () => {
      const bare = { approvalCode: undefined, rrn: undefined, actionCode: undefined, responseCode: undefined };
      expect(checkSuccess(aRefund(bare), refundExpectation)).toEqual({ kind: 'met' });
    });

    it('is known by our own request id, not by the order', () => {
      expect(checkSuccess(aRefund({ hppOrderId: 'any' }), refundExpectation)).toEqual({ kind: 'met' });
      expect(checkSuccess(aRefund({ merchantRequestId: 'request-3' }), refundExpectation)).toEqual({
        kind: 'contradicted',
        by: ['our id'],
      });
      expect(checkSuccess(aRefund({ merchantRequestId: undefined }), refundExpectation)).toEqual({
        kind: 'incomplete',
        missing: ['our id'],
      });
    });

    it('still contradicts by a code that is there', () => {
      expect(checkSuccess(aRefund({ actionCode: '9' }), refundExpectation).kind).toBe('contradicted');
    });
  });
});
