import { type Sight } from './sync-decision.js';
import { type BankOperationFacts, type BankOrderFacts } from './bank-facts.js';
import { chargesBeside, strangeness, weightiest } from './several-orders.js';

describe('weightiest', () => {
  const sights = ['succeeded', 'review', 'incomplete', 'pending', 'unreadable', 'untouched'] as const;
  const seen = (kind: Sight['kind'], name = 'one') => ({ name, sight: { kind, reason: '' } as Sight });

  it('puts proof before doubt, and doubt before nothing, whichever order comes first', () => {
    for (const [index, kind] of sights.entries())
      for (const less of sights.slice(index + 1)) {
        expect(weightiest([seen(kind), seen(less)]).sight.kind).toBe(kind);
        expect(weightiest([seen(less), seen(less), seen(kind)]).sight.kind).toBe(kind);
      }
  });

  it.each([...sights, 'failed', 'gone'] as const)('leaves it with the first of several in %s', (kind) => {
    expect(weightiest([seen(kind), seen(kind, 'another')]).name).toBe('one');
  });

  it.each(['failed', 'gone'] as const)('takes %s for nothing, like an order that nobody touched', (kind) => {
    expect(weightiest([seen('untouched'), seen(kind, 'another')]).name).toBe('one');
    expect(weightiest([seen(kind), seen('untouched', 'another')]).name).toBe('one');
  });
});

describe('strangeness', () => {
  const order = {
    ...{ bankOrderId: 'order-1', merchantRequestId: 'request-1', merchantId: 'merchant-1', amount: 1_000 },
    ...{ status: 'SUCCESS', operations: [] },
  };
  const own = { bankMerchantId: 'merchant-1', bankOrderId: null };
  const usual = { bankMerchantId: 'merchant-1', amount: 1_000 };

  it('is none where everything is as we asked', () => {
    expect(strangeness(order, own, usual)).toMatchObject({ fits: true, foreign: false });
  });

  it.each<
    [string, Partial<typeof order> | { merchantId: undefined }, typeof own | { bankOrderId: string } | undefined]
  >([
    ['request id', {}, undefined],
    ['merchantId', { merchantId: 'merchant-2' }, own],
    ['merchantId', { merchantId: undefined }, own],
    ['amount', { amount: 999 }, own],
    ['second order of one request', {}, { ...own, bankOrderId: 'order-2' }],
  ])('names the %s', (what, over, asked) => {
    const told = strangeness({ ...order, ...over }, asked as typeof own, usual);
    expect(told).toMatchObject({ fits: false, foreign: asked === undefined });
    expect(told.reason).toContain(what);
  });

  it('is not foreign where the bank names no request', () => {
    const nameless = { ...order, merchantRequestId: undefined };
    expect(strangeness(nameless, undefined, usual)).toMatchObject({ fits: false, foreign: false });
  });
});

describe('charges beside a payment', () => {
  const order = (bankOrderId: string, status: string): BankOrderFacts => ({
    ...{ bankOrderId, merchantRequestId: undefined, merchantId: 'merchant-1', amount: 1_000, status },
    operations: [{ type: 'PURCHASE', status, operationId: `bank-${bankOrderId}`, amount: 1_000 } as BankOperationFacts],
  });

  it('are named with their orders', () => {
    expect(chargesBeside([order('1', 'SUCCESS'), order('2', 'FAIL'), order('3', 'SUCCESS')])).toBe(
      'the bank also reports PURCHASE bank-1 of 1000 under the order 1; the bank also reports PURCHASE bank-3 of 1000 under the order 3',
    );
  });

  it('are none where nothing was charged', () => {
    expect(chargesBeside([order('2', 'FAIL')])).toBeUndefined();
    expect(chargesBeside([])).toBeUndefined();
  });
});
