import { type Operation } from '../domain/operation.js';
import { type Payment } from '../domain/payment.js';
import { followUpOf, intentOf, isFollowUp, isPayment, kindsOf } from './kinds.js';

const aPayment = (over: Partial<Payment> = {}): Payment => ({
  ...{ accountId: 'acc_1', id: 'pay_1', kind: 'purchase', status: 'succeeded', amount: 1_000, currency: 'UAH' },
  ...{ amountAuthorized: 1_000, amountCaptured: 1_000, amountRefunded: 0, amountCapturing: 0, amountRefunding: 0 },
  ...{ livemode: false, failure: null, flags: {}, flagsSettled: {}, eventSequence: 1 },
  ...over,
});

describe('kinds', () => {
  it('are payments, verifications or payouts', () => {
    expect(kindsOf('payment')).toEqual(['purchase', 'authorization']);
    expect(kindsOf('verification')).toEqual(['verification']);
    expect(kindsOf('payout')).toEqual(['payout']);
    expect([isPayment('authorization'), isPayment('payout')]).toEqual([true, false]);
  });

  it('act on payments or make them', () => {
    expect((['capture', 'void', 'refund'] as const).map(isFollowUp)).toEqual([true, true, true]);
    expect([isFollowUp('purchase'), isFollowUp('payout')]).toEqual([false, false]);
  });

  it('keep the card of a verification, and of no other unless asked', () => {
    expect(intentOf('verification').keepsCard).toBe(true);
    for (const kind of ['purchase', 'authorization', 'payout'] as const)
      expect(intentOf(kind).keepsCard).toBeUndefined();
  });

  it.each([
    ['capture', 'authorized', true],
    ['capture', 'succeeded', false],
    ['void', 'authorized', true],
    ['void', 'canceled', false],
  ] as const)('%s of one that is %s still fits: %s', (kind, status, fits) => {
    expect(followUpOf(kind).fits(aPayment({ status }))).toBe(fits);
  });

  it('a refund fits up to all that is left, what is on its way among it', () => {
    const { fits } = followUpOf('refund');
    expect(fits(aPayment({ amountRefunding: 400, amountRefunded: 600 }))).toBe(true);
    expect(fits(aPayment({ amountRefunding: 401, amountRefunded: 600 }))).toBe(false);
  });

  it('a refund that is done is counted, also when it had been given up', () => {
    const { done } = followUpOf('refund');
    const refund = { id: 'ref_1', kind: 'refund', amount: 300 } as Operation;
    for (const isLate of [false, true]) {
      const { payment, events } = done(aPayment(), refund, isLate);
      expect([payment.amountRefunded, events]).toEqual([300, []]);
    }
    expect(done(aPayment({ amountRefunded: 900 }), refund, true).payment.amountRefunded).toBe(1_200);
  });
});
