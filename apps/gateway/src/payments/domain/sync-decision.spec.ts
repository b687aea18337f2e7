import { type BankOperationFacts } from './bank-facts.js';
import { type Payment, PAYMENT_STATUSES, type PaymentStatus } from './payment.js';
import { decideSync, PURCHASE_STATUS_OF, type Sight, type SyncClock } from './sync-decision.js';

const aPayment = (status: PaymentStatus): Payment => ({
  accountId: 'acc_1',
  id: 'pay_1',
  status,
  amount: 1_000,
  currency: 'UAH',
  amountAuthorized: 0,
  amountCaptured: 0,
  amountRefunded: 0,
  livemode: false,
  failure: null,
  bankOperationId: null,
  eventSequence: 0,
});
const aClock = (over: Partial<SyncClock> = {}): SyncClock => ({
  pastGrace: false,
  pastDeadline: false,
  hintQueries: 0,
  ...over,
});
const paid: Sight = { kind: 'succeeded', facts: { operationId: 'operation-1' } as BankOperationFacts };
const failed: Sight = { kind: 'failed', failure: { code: 'card_declined', message: 'no' } };
const review: Sight = { kind: 'review', reason: 'unexpected amount' };
const incomplete: Sight = { kind: 'incomplete', reason: 'missing rrn' };
const pending: Sight = { kind: 'pending' };
const untouched: Sight = { kind: 'untouched' };
const unreadable: Sight = { kind: 'unreadable', reason: 'timeout' };

describe('decideSync', () => {
  it.each<[PaymentStatus, string, Sight, Partial<SyncClock>, PaymentStatus, askAgain: boolean]>([
    ['requires_action', 'paid', paid, {}, 'succeeded', false],
    ['processing', 'paid', paid, {}, 'succeeded', false],
    ['failed', 'paid', paid, {}, 'succeeded', false],
    ['expired', 'paid', paid, {}, 'succeeded', false],
    ['needs_review', 'paid', paid, {}, 'succeeded', false],
    ['requires_action', 'failed', failed, {}, 'failed', false],
    ['needs_review', 'failed', failed, {}, 'failed', false],
    ['needs_review', 'untouched, long after', untouched, { pastGrace: true }, 'needs_review', false],
    ['expired', 'failed', failed, {}, 'expired', false],
    ['requires_action', 'contradicted', review, {}, 'needs_review', false],
    ['expired', 'contradicted', review, {}, 'expired', false],

    ['requires_action', 'incomplete', incomplete, { hintQueries: 5 }, 'requires_action', true],
    ['requires_action', 'incomplete too often', incomplete, { hintQueries: 6 }, 'needs_review', false],
    ['requires_action', 'incomplete, unhinted', incomplete, {}, 'requires_action', true],
    ['requires_action', 'incomplete, unhinted, too late', incomplete, { pastDeadline: true }, 'needs_review', false],

    ['requires_action', 'pending', pending, {}, 'processing', true],
    ['processing', 'pending', pending, { pastGrace: true }, 'processing', true],
    ['processing', 'pending too long', pending, { pastDeadline: true }, 'needs_review', false],
    ['failed', 'pending', pending, {}, 'failed', false],
    ['needs_review', 'pending', pending, {}, 'needs_review', false],

    ['requires_action', 'untouched', untouched, {}, 'requires_action', true],
    ['requires_action', 'untouched past grace', untouched, { pastGrace: true }, 'expired', false],
    ['processing', 'untouched', untouched, {}, 'requires_action', true],
    ['processing', 'untouched past grace', untouched, { pastGrace: true }, 'requires_action', true],
    ['failed', 'untouched past grace', untouched, { pastGrace: true }, 'failed', false],

    ['requires_action', 'unreadable', unreadable, {}, 'requires_action', true],
    ['requires_action', 'unreadable past grace', unreadable, { pastGrace: true }, 'requires_action', true],
    ['requires_action', 'unreadable too long', unreadable, { pastDeadline: true }, 'needs_review', false],
    ['failed', 'unreadable too long', unreadable, { pastDeadline: true }, 'failed', false],
  ])('a %s payment seen as %s', (...row) => {
    const [status, , sight, clock, to, askAgain] = row;
    expect(decideSync(aPayment(status), sight, aClock(clock))).toMatchObject({ to, askAgain });
  });

  it.each(['succeeded', 'canceled'] as const)('nothing the bank says moves a %s payment', (status) => {
    const late = aClock({ pastGrace: true, pastDeadline: true, hintQueries: 9 });
    for (const sight of [paid, failed, review, incomplete, pending, untouched, unreadable])
      expect(decideSync(aPayment(status), sight, late)).toMatchObject({ to: status, askAgain: false });
  });

  it('never expires or fails a payment that could not be read', () => {
    for (const status of PAYMENT_STATUSES) {
      const { to } = decideSync(aPayment(status), unreadable, aClock({ pastGrace: true, pastDeadline: true }));
      expect([status, 'needs_review']).toContain(to);
    }
  });

  it('takes along the operation that captured, or why it did not', () => {
    const open = aPayment('requires_action');
    expect(decideSync(open, paid, aClock())).toMatchObject({ bankOperationId: 'operation-1' });
    expect(decideSync(open, failed, aClock())).toMatchObject({ failure: { code: 'card_declined' } });
    expect(decideSync(open, review, aClock())).toMatchObject({ failure: { message: 'unexpected amount' } });
    expect(decideSync(open, untouched, aClock({ pastGrace: true }))).toMatchObject({ failure: { code: 'expired' } });
    const unread = decideSync(open, unreadable, aClock({ pastDeadline: true }));
    expect(unread.failure?.message).toContain('timeout');
  });

  it('brings no failure along when it stays', () => {
    expect(decideSync(aPayment('expired'), failed, aClock())).toEqual({ to: 'expired', askAgain: false });
  });
});

it('moves the purchase wherever its payment goes, but for what has no purchase yet', () => {
  expect(PURCHASE_STATUS_OF).toEqual({
    requires_action: 'action_required',
    processing: 'pending',
    succeeded: 'succeeded',
    failed: 'failed',
    expired: 'failed',
    needs_review: 'needs_review',
  });
});
