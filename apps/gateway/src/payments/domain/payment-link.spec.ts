import { type LatestPayment, linkStatus, singleClick } from './payment-link.js';
import { type PaymentStatus } from './statuses.js';

const latest = (status: PaymentStatus, sinceExpirySeconds = -60): LatestPayment => ({
  ...{ id: 'pay_1', status, sinceExpirySeconds },
});

describe('one more click on a single link', () => {
  it('makes the first payment', () => {
    expect(singleClick(undefined, 0)).toEqual({ kind: 'new', attempt: 1 });
  });

  it.each<PaymentStatus>([
    ...(['created', 'requires_confirmation', 'requires_action', 'processing', 'needs_review'] as const),
    ...(['authorized', 'succeeded'] as const),
  ])('leads to the one that is %s', (status) => {
    expect(singleClick(latest(status, 1_000_000), 3)).toEqual({ kind: 'same', paymentId: 'pay_1' });
  });

  it.each<PaymentStatus>(['failed', 'expired'])('makes another after one that %s', (status) => {
    expect(singleClick(latest(status), 3)).toEqual({ kind: 'new', attempt: 4 });
  });

  it('makes another after a canceled one only when nobody can pay that any more: two hours after its expiry', () => {
    expect(singleClick(latest('canceled', -1), 1)).toEqual({ kind: 'same', paymentId: 'pay_1' });
    expect(singleClick(latest('canceled', 7_199), 1)).toEqual({ kind: 'same', paymentId: 'pay_1' });
    expect(singleClick(latest('canceled', 7_201), 1)).toEqual({ kind: 'new', attempt: 2 });
  });
});

it.each([
  ['active', { active: true, isExpired: false, isUsed: false }],
  ['inactive', { active: false, isExpired: true, isUsed: false }],
  ['expired', { active: true, isExpired: true, isUsed: false }],
  ['used', { active: false, isExpired: true, isUsed: true }],
] as const)('a link is %s', (status, facts) => {
  expect(linkStatus(facts)).toBe(status);
});
