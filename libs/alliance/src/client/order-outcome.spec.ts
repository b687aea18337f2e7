import { type BankOperation, type ExpectedPayment, type HppOrder, isFinal, isPaid } from '../index.js';

const aPayment = (over: Partial<BankOperation> = {}): BankOperation => ({
  ...{ type: 'PURCHASE', status: 'SUCCESS', coinAmount: 100, transactionCurrency: '980' },
  ...{ rrn: '123456789012', approvalCode: '0042', actionCode: '0', responseCode: '00' },
  ...over,
});
const anOrder = (over: Partial<HppOrder> = {}): HppOrder => ({
  ...{ hppOrderId: 'o', merchantRequestId: 'r', merchantId: 'm', orderStatus: 'SUCCESS', coinAmount: 100 },
  operations: [aPayment()],
  ...over,
});
const withPayment = (over: Partial<BankOperation>): HppOrder => anOrder({ operations: [aPayment(over)] });

describe('isPaid', () => {
  it.each<[string, boolean, HppOrder, Partial<ExpectedPayment>]>([
    ['as asked for', true, anOrder(), {}],
    ['after attempts that failed', true, anOrder({ operations: [aPayment({ status: 'FAIL' }), aPayment()] }), {}],
    [
      'partly refunded',
      true,
      anOrder({ orderStatus: 'PARTIAL_REFUND', operations: [aPayment(), aPayment({ type: 'REFUND' })] }),
      {},
    ],
    [
      'between accounts, without codes',
      true,
      anOrder({ operations: [{ type: 'ACCOUNT_2_ACCOUNT', status: 'SUCCESS', coinAmount: 100 }] }),
      {},
    ],
    [
      'in another currency',
      true,
      withPayment({ coinAmount: 4_444, sourceAmount: 100, sourceCurrencyCode: '840' }),
      { currencyCode: '840' },
    ],
    ['of a test terminal, which is told', true, withPayment({ rrn: '-1' }), { allowTest: true }],
    ['of a test terminal', false, withPayment({ rrn: '-1' }), {}],
    ['of another amount', false, withPayment({ coinAmount: 99 }), {}],
    ['without an amount', false, withPayment({ coinAmount: null }), {}],
    ['in a currency nobody asked for', false, withPayment({ transactionCurrency: '840' }), {}],
    ['with half a pair of source amount', false, withPayment({ sourceAmount: 100 }), {}],
    ['with the order not there yet', false, anOrder({ orderStatus: 'PENDING' }), {}],
    ['twice', false, anOrder({ operations: [aPayment(), aPayment()] }), {}],
    ['by no operation', false, anOrder({ operations: [] }), {}],
    ['by a hold alone', false, withPayment({ type: 'PREAUTH' }), {}],
    ['with a Cyrillic letter', false, withPayment({ status: 'SUCCЕSS' }), {}],
    ['with an action code against it', false, withPayment({ actionCode: '1' }), { allowTest: true }],
    ['with a response code against it', false, withPayment({ responseCode: '02' }), { allowTest: true }],
    [
      'without approval',
      false,
      anOrder({ operations: [{ type: 'PURCHASE', status: 'SUCCESS', coinAmount: 100 }] }),
      {},
    ],
    ['under another request', false, anOrder(), { merchantRequestId: 'other' }],
    ['at another terminal', false, anOrder(), { merchantId: 'other' }],
  ])('%s: %p', (_how, paid, order, expected) => {
    expect(isPaid(order, { coinAmount: 100, ...expected })).toBe(paid);
  });
});

describe('isFinal', () => {
  it.each(['SUCCESS', 'FAIL', 'CANCELED', 'PARTIAL_REFUND'])('order %s', (orderStatus) => {
    expect(isFinal(anOrder({ orderStatus }))).toBe(true);
  });
  it.each(['PENDING', 'REQUIRED_3DS', 'SOMETHING_NEW', 'constructor', ''])('not: %p', (status) => {
    expect(isFinal(anOrder({ orderStatus: status }))).toBe(false);
    expect(isFinal(aPayment({ status }))).toBe(false);
  });
  it.each(['SUCCESS', 'FAIL', 'DESIRED_THREEDS_MODE_ERROR'])('operation %s', (status) => {
    expect(isFinal(aPayment({ status }))).toBe(true);
  });
});
