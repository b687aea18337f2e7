import { INTENT_KINDS } from '../domain/operation.js';
import { bankTypeOf, findWay, METHOD_NAMES, wayOf } from './methods.js';

/** As docs/api.md has it: step, second step, terminal, currencies, minutes at least, times, whether it can be refunded. */
const WAYS: Readonly<Record<string, readonly unknown[]>> = {
  'hosted_page purchase': ['order_purchase', undefined, 'card', ['UAH', 'USD', 'EUR'], 1, 'one', true],
  'hosted_page authorization': ['order_hold', undefined, 'card', ['UAH', 'USD', 'EUR'], 1, 'one', true],
  'hosted_page verification': ['order_verification', undefined, 'card', ['UAH'], 1, 'one', false],
  'card purchase': ['card_create', 'card_execute', 'card', ['UAH'], 1, 'one', true],
  'card authorization': ['hold_create', 'hold_execute', 'card', ['UAH'], 1, 'one', true],
  'card payout': ['pay_out', undefined, 'card', ['UAH'], 1, 'one', false],
  'bank_transfer purchase': ['order_a2a', undefined, 'a2a', ['UAH'], 60, 'many', false],
};

describe('ways to pay', () => {
  const all = METHOD_NAMES.flatMap((method) => INTENT_KINDS.map((kind) => ({ method, kind })));

  it('are those of the documents', () => {
    const found = all.flatMap(({ method, kind }) => {
      const way = findWay(method, kind);
      if (!way) return [];
      const { step, second, terminal, currencies, leastMinutes, times, refundable } = way;
      return [[`${method} ${kind}`, [step, second, terminal, [...currencies], leastMinutes, times, refundable]]];
    });
    expect(Object.fromEntries(found)).toMatchObject(WAYS);
  });

  it('that there are not are no ways', () => {
    expect(() => wayOf({ method: 'bank_transfer', kind: 'payout' })).toThrow('there is no payout by bank_transfer');
  });

  it.each([
    ['hosted_page', 'purchase', 'PURCHASE'],
    ['card', 'authorization', 'PREAUTH'],
    ['hosted_page', 'verification', 'VERIFICATION'],
    ['card', 'payout', 'ACCOUNT_2_CARD'],
    ['bank_transfer', 'purchase', 'ACCOUNT_2_ACCOUNT'],
  ] as const)('%s %s is a %s of the bank', (method, kind, bankType) => {
    expect(bankTypeOf({ method, kind })).toBe(bankType);
  });
});
