import { type Sight } from './sync-decision.js';
import { strangeness, weightiest } from './several-orders.js';

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
