import { type BankOperationFacts } from './bank-facts.js';
import { declineOf } from './decline.js';

const aDecline = (over: Partial<BankOperationFacts> = {}): BankOperationFacts => ({
  type: 'PURCHASE',
  status: 'FAIL',
  amount: 1_000,
  currency: 'UAH',
  merchantId: 'merchant-1',
  merchantRequestId: undefined,
  operationId: 'operation-1',
  ecomOperationId: undefined,
  originalOperationId: undefined,
  hppOrderId: 'order-1',
  rrn: undefined,
  approvalCode: undefined,
  actionCode: undefined,
  responseCode: undefined,
  errorDetails: undefined,
  ...over,
});

it.each([
  ['1', '01', 'expired_card'],
  ['1', '02', 'suspected_fraud'],
  ['1', '11', 'invalid_card_number'],
  ['1', '16', 'insufficient_funds'],
  ['1', '18', 'invalid_card'],
  ['1', '19', 'not_permitted'],
  ['1', '21', 'limit_exceeded'],
  ['1', '23', 'limit_exceeded'],
  ['1', '76', 'limit_exceeded'],
  ['1', '85', 'invalid_cvv'],
  ['1', '88', 'insufficient_funds'],
  ['1', '90', 'limit_exceeded'],
  ['2', '08', 'lost_card'],
  ['2', '09', 'stolen_card'],
  ['33', '01', 'authentication_failed'],
  ['33', '100', 'authentication_failed'],
  ['1', '00', 'card_declined'],
  ['9', '99', 'card_declined'],
])('action %s / response %s is %s', (actionCode, responseCode, code) => {
  expect(declineOf(aDecline({ actionCode, responseCode })).code).toBe(code);
});

it.each<[Partial<BankOperationFacts>, string, RegExp]>([
  [{ errorDetails: 'b_some_error' }, 'bank_error', /b_some_error/],
  [{ type: 'REFUND' }, 'refund_declined', /declined the refund \(\?\/\?\)/],
  [{ type: 'REFUND', actionCode: '1', responseCode: '00' }, 'refund_declined', /1\/00/],
  [{}, 'card_declined', /declined the payment \(\?\/\?\)/],
  [{ actionCode: '1' }, 'card_declined', /1\/\?/],
  [{ actionCode: '1', responseCode: '16', errorDetails: 'b_some_error' }, 'insufficient_funds', /Not enough money/],
  [{ actionCode: 'toString', responseCode: 'x' }, 'card_declined', /toString\/x/],
])('%o is %s', (over, code, message) => {
  expect(declineOf(aDecline(over))).toEqual({ code, message: expect.stringMatching(message) as string });
});
