import {
  canMoveSubscription,
  nextLookIn,
  SUBSCRIPTION_STATUSES,
  subscriptionStatus,
  type SubscriptionStatus,
} from './subscription.js';

it.each(SUBSCRIPTION_STATUSES)('%s leads only to statuses that there are, and never to itself', (status) => {
  for (const to of subscriptionStatus(status).to) expect(SUBSCRIPTION_STATUSES).toContain(to);
  expect(canMoveSubscription(status, status)).toBe(false);
});

it.each<[SubscriptionStatus, SubscriptionStatus]>([
  ['canceled', 'active'],
  ['completed', 'active'],
  ['active', 'requires_action'],
  ['active', 'failed'],
])('%s never becomes %s', (from, to) => {
  expect(canMoveSubscription(from, to)).toBe(false);
});

const look = { looks: 0, isUnderWay: false, untilNextSeconds: null };
it.each<[string, Partial<Parameters<typeof nextLookIn>[0]>, number | null]>([
  ['what is under way, soon', { isUnderWay: true }, 2],
  ['what is under way for long, hourly', { isUnderWay: true, looks: 50 }, 3_600],
  ['an active one, once a day', {}, 86_400],
  ['an active one, a minute after its next charge', { untilNextSeconds: 600 }, 660],
  ['an active one, once a day however far the next charge is', { untilNextSeconds: 9_999_999 }, 86_400],
  ['one that begins, after a minute', { status: 'requires_action' }, 60],
  ['one that nobody begins with, not by itself any more', { status: 'requires_action', looks: 60 }, null],
  ['one that has ended, an hour later', { status: 'canceled' }, 3_600],
  ['one that has ended, no more after some looks', { status: 'completed', looks: 9 }, null],
])('looks at %s', (_what, over, seconds) => {
  expect(nextLookIn({ status: 'active', ...look, ...over })).toBe(seconds);
});
