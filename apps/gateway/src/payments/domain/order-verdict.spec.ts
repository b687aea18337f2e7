import { type BankOperationFacts, type BankOrderFacts } from './bank-facts.js';
import { judgeOrder, shownBy } from './order-verdict.js';
import { type Expected } from './success-rule.js';

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
  merchantId: 'merchant-1',
  amount: 1_000,
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
      { kind: 'incomplete', reason: /order is FAIL but shows/ },
    ],
    [
      'success under a canceled order',
      { status: 'CANCELED', operations: [aPurchase()] },
      { kind: 'incomplete', reason: /order is CANCELED but shows/ },
    ],
    [
      'success of another type',
      { operations: [aPurchase({ type: 'ACCOUNT_2_ACCOUNT' })] },
      { kind: 'review', reason: /success of type ACCOUNT_2_ACCOUNT/ },
    ],
    [
      'success of another type beside a decline',
      { status: 'FAIL', operations: [aDecline, aPurchase({ type: 'PREAUTH' })] },
      { kind: 'review', reason: /success of type PREAUTH/ },
    ],
    [
      'success beside one of another type',
      { status: 'SUCCESS', operations: [aPurchase(), aPurchase({ type: 'VERIFICATION', operationId: 'o2' })] },
      { kind: 'review', reason: /success of type VERIFICATION/ },
    ],
    [
      'another type under way',
      { operations: [aPurchase({ type: 'PREAUTH', status: 'PENDING' })] },
      { kind: 'pending' },
    ],
    [
      'another type under way, the order failed',
      { status: 'FAIL', operations: [aDecline, aPurchase({ type: 'PREAUTH', status: 'PENDING' })] },
      { kind: 'pending' },
    ],
    ['a refund without a payment', { operations: [aPurchase({ type: 'REFUND' })] }, { kind: 'incomplete' }],
    ['one success named twice', { operations: [aPurchase(), aPurchase()] }, { kind: 'succeeded', facts: aPurchase() }],
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
    ['another order than asked for', { bankOrderId: 'order-2' }, { kind: 'review', reason: /another order/ }],
    ['an order of another merchant', { merchantId: 'merchant-2' }, { kind: 'review', reason: /another merchantId/ }],
    [
      'a failed order of another merchant',
      { merchantId: 'merchant-2', status: 'FAIL', operations: [aDecline] },
      { kind: 'review', reason: /another merchantId/ },
    ],
    ['an order over another amount', { amount: 1 }, { kind: 'review', reason: /another amount/ }],
    ...(['merchantId', 'merchantRequestId', 'hppOrderId'] as const).flatMap(
      (member): [string, Partial<BankOrderFacts>, object][] =>
        ['FAIL', 'PENDING'].map((status) => [
          `an operation in ${status} with another ${member}`,
          { status: 'FAIL', operations: [aPurchase({ status, [member]: 'somebody' })] },
          { kind: 'review', reason: /answers with another/ },
        ]),
    ),
    [
      'a success with another request id',
      { status: 'SUCCESS', operations: [aPurchase({ merchantRequestId: 'somebody' })] },
      { kind: 'review', reason: /unexpected request id/ },
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
    [
      'a decline beside something that cannot be read',
      { status: 'FAIL', operations: [aDecline, aPurchase({ type: 'UNREADABLE', status: 'UNREADABLE' })] },
      { kind: 'pending' },
    ],
    [
      'a canceled order with something that cannot be read',
      { status: 'CANCELED', operations: [aPurchase({ type: 'UNREADABLE', status: 'UNREADABLE' })] },
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

  describe('takes the one that is proven of several charges', () => {
    const proven = aPurchase({ operationId: 'proven' });
    const others = {
      'a charge over another amount': aPurchase({ operationId: 'second', amount: 500 }),
      'a charge of another merchant': aPurchase({ operationId: 'second', merchantId: 'merchant-2' }),
      'a charge that names no id': aPurchase({ operationId: undefined }),
      'a charge without an amount': aPurchase({ operationId: 'second', amount: undefined }),
      'a decline': { ...aDecline, operationId: 'declined' },
      'an attempt under way': aPurchase({ operationId: 'pending', status: 'PENDING' }),
      'a refund': aPurchase({ type: 'REFUND', operationId: 'given-back' }),
      'something unreadable': aPurchase({ type: 'UNREADABLE', status: 'UNREADABLE', operationId: undefined }),
    };
    const all = Object.values(others);

    it.each(Object.entries(others))('beside %s, before and after', (_what, other) => {
      for (const operations of [
        [proven, other],
        [other, proven],
        [other, proven, other],
      ])
        expect(judgeOrder(anOrder({ status: 'SUCCESS', operations }), expected)).toEqual({
          kind: 'succeeded',
          facts: proven,
        });
    });

    it('the first, where more than one is proven', () => {
      const second = aPurchase({ operationId: 'second' });
      for (const operations of [
        [proven, second, aPurchase()],
        [second, proven, second],
      ])
        expect(judgeOrder(anOrder({ status: 'SUCCESS', operations }), expected)).toEqual({
          kind: 'succeeded',
          facts: operations[0],
        });
    });

    it('wherever it stands among all of them', () => {
      for (let place = 0; place <= all.length; place++) {
        const operations = all.toSpliced(place, 0, proven);
        expect(judgeOrder(anOrder({ status: 'SUCCESS', operations }), expected).kind).toBe('succeeded');
      }
    });

    it('asks again while one of them may still be proven, and leaves it to a person where none can', () => {
      const foreign = [others['a charge over another amount'], others['a charge of another merchant']];
      const mayBe = others['a charge that names no id'];
      expect(judgeOrder(anOrder({ operations: [...foreign, mayBe] }), expected).kind).toBe('incomplete');
      expect(judgeOrder(anOrder({ operations: foreign }), expected).kind).toBe('review');
    });
  });

  it('takes what was taken of a hold for no other kind of charge', () => {
    const hold = aPurchase({ type: 'PREAUTH' });
    const capture = aPurchase({ type: 'COMPLETION', operationId: 'capture-1' });
    const order = anOrder({ status: 'SUCCESS', operations: [capture, hold] });
    expect(judgeOrder(order, { ...expected, type: 'PREAUTH' })).toEqual({ kind: 'succeeded', facts: hold });
    expect(judgeOrder(order, expected).kind).toBe('review');
  });

  it.each(['PENDING', 'FAIL'])(
    'takes a capture that is %s for what it is, not for a stranger under the order',
    (status) => {
      const hold = aPurchase({ type: 'PREAUTH', operationId: 'hold-1' });
      const capture = aPurchase({
        type: 'COMPLETION',
        status,
        operationId: 'capture-1',
        merchantRequestId: 'request-2',
      });
      const order = anOrder({ status: 'SUCCESS', operations: [hold, capture] });
      expect(judgeOrder(order, { ...expected, type: 'PREAUTH' }, 'hold-1').kind).toBe('succeeded');
    },
  );

  it('holds on to the operation that a payment rests on, whatever comes after it', () => {
    const second = aPurchase({ operationId: 'operation-2' });
    for (const operations of [
      [aPurchase(), second],
      [second, aPurchase()],
      [aPurchase({ type: 'PREAUTH', operationId: 'operation-3' }), aPurchase()],
    ]) {
      const verdict = judgeOrder(anOrder({ status: 'SUCCESS', operations }), expected, 'operation-1');
      expect(verdict).toEqual({ kind: 'succeeded', facts: aPurchase() });
    }
    expect(judgeOrder(anOrder({ status: 'SUCCESS', operations: [second, second] }), expected, 'operation-1').kind).toBe(
      'review',
    );
  });
});

describe('shownBy', () => {
  it.each<[string, Partial<BankOrderFacts>, string | null]>([
    ['nothing', {}, null],
    ['a decline', { status: 'FAIL', operations: [aDecline] }, null],
    ['an attempt under way', { operations: [aPurchase({ status: 'PENDING' })] }, 'live'],
    ['an attempt of another type', { operations: [aPurchase({ type: 'PREAUTH', status: 'PENDING' })] }, 'live'],
    ['a status nobody knows', { operations: [aPurchase({ status: 'HELD' })] }, 'live'],
    ['an order at 3-D Secure', { status: 'REQUIRED_3DS' }, 'live'],
    ['a success', { operations: [aDecline, aPurchase()] }, 'success'],
    ['a success of another type', { operations: [aPurchase({ type: 'PREAUTH' })] }, 'success'],
    ['a refund', { operations: [aPurchase({ type: 'REFUND' })] }, 'success'],
    ['a refund under way', { operations: [aPurchase({ type: 'REFUND', status: 'PENDING' })] }, null],
    ['an order said to be paid', { status: 'SUCCESS' }, 'success'],
    ['an order said to be refunded', { status: 'PARTIAL_REFUND' }, 'success'],
  ])('%s', (_what, over, shown) => {
    expect(shownBy(anOrder(over))).toBe(shown);
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
