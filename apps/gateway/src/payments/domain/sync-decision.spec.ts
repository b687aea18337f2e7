import { type BankOperationFacts } from './bank-facts.js';
import { type Payment } from './payment.js';
import { decideSync, nextLook, type Sight, type SyncHistory } from './sync-decision.js';
import { paymentStatus, PAYMENT_STATUSES, type PaymentStatus } from './statuses.js';

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
  kind: 'purchase',
  amountCapturing: 0,
  amountRefunding: 0,
  flags: {},
  flagsSettled: {},
  eventSequence: 0,
});
const aHistory = (over: Partial<SyncHistory> = {}): SyncHistory => ({
  pastExpiry: false,
  pastGrace: false,
  pastDeadline: false,
  success: 'succeeded',
  hold: null,
  shown: null,
  sinceIncompleteSeconds: null,
  sinceGoneSeconds: null,
  ...over,
});
const HOUR = 3_600;
const paid: Sight = { kind: 'succeeded', facts: { operationId: 'operation-1' } as BankOperationFacts };
const failed: Sight = { kind: 'failed', failure: { code: 'card_declined', message: 'no' } };
const failedOperation: Sight = { ...failed, facts: { operationId: 'operation-1' } as BankOperationFacts };
const TAKEN_BACK = 'the bank showed a success before and takes it back';
const review: Sight = { kind: 'review', reason: 'unexpected amount' };
const incomplete: Sight = { kind: 'incomplete', reason: 'missing rrn' };
const pending: Sight = { kind: 'pending' };
const untouched: Sight = { kind: 'untouched' };
const unreadable: Sight = { kind: 'unreadable', reason: 'timeout' };
const gone: Sight = { kind: 'gone', reason: 'the bank does not know the order' };
const late = { pastGrace: true } as const;
const proven = { pastGrace: true, sinceGoneSeconds: HOUR } as const;

describe('decideSync', () => {
  it.each<[PaymentStatus, string, Sight, Partial<SyncHistory>, PaymentStatus]>([
    ['requires_action', 'paid', paid, {}, 'succeeded'],
    ['processing', 'paid', paid, {}, 'succeeded'],
    ['failed', 'paid', paid, {}, 'succeeded'],
    ['expired', 'paid', paid, {}, 'succeeded'],
    ['canceled', 'paid', paid, {}, 'succeeded'],
    ['needs_review', 'paid', paid, {}, 'succeeded'],
    ['requires_action', 'failed', failed, {}, 'failed'],
    ['needs_review', 'failed', failed, {}, 'failed'],
    ['needs_review', 'failed, a success shown before', failed, { shown: 'success' }, 'needs_review'],
    ['needs_review', 'failed by its operation', failedOperation, { shown: 'success' }, 'failed'],
    ['expired', 'failed', failed, {}, 'expired'],
    ['requires_action', 'contradicted', review, {}, 'needs_review'],
    ['expired', 'contradicted', review, {}, 'expired'],

    ['requires_action', 'incomplete', incomplete, {}, 'requires_action'],
    ['requires_action', 'incomplete for a while', incomplete, { sinceIncompleteSeconds: 1_799 }, 'requires_action'],
    ['requires_action', 'incomplete for long', incomplete, { sinceIncompleteSeconds: 1_800 }, 'needs_review'],
    ['requires_action', 'incomplete, too late', incomplete, { pastDeadline: true }, 'requires_action'],

    ['requires_action', 'pending', pending, {}, 'processing'],
    ['processing', 'pending', pending, late, 'processing'],
    ['processing', 'pending too long', pending, { pastDeadline: true }, 'needs_review'],
    ['failed', 'pending', pending, {}, 'failed'],
    ['needs_review', 'pending', pending, {}, 'needs_review'],

    ['requires_action', 'untouched', untouched, {}, 'requires_action'],
    ['requires_action', 'untouched past grace', untouched, late, 'expired'],
    ['requires_action', 'untouched, an attempt before', untouched, { ...late, shown: 'live' }, 'expired'],
    ['requires_action', 'untouched, a success before', untouched, { ...late, shown: 'success' }, 'needs_review'],
    ['processing', 'untouched', untouched, {}, 'requires_action'],
    ['processing', 'untouched past grace', untouched, late, 'requires_action'],
    ['needs_review', 'untouched', untouched, {}, 'needs_review'],
    ['needs_review', 'untouched past grace', untouched, late, 'expired'],
    ['needs_review', 'untouched, a success before', untouched, { ...late, shown: 'success' }, 'needs_review'],
    ['failed', 'untouched past grace', untouched, late, 'failed'],

    ['requires_action', 'gone', gone, {}, 'requires_action'],
    ['requires_action', 'gone past grace, once', gone, late, 'requires_action'],
    ['requires_action', 'gone, the second time soon', gone, { ...late, sinceGoneSeconds: HOUR - 1 }, 'requires_action'],
    ['requires_action', 'gone twice', gone, proven, 'expired'],
    ['requires_action', 'gone twice, an attempt before', gone, { ...proven, shown: 'live' }, 'needs_review'],
    ['processing', 'gone twice, an attempt before', gone, { ...proven, shown: 'live' }, 'needs_review'],
    ['processing', 'gone twice, a success before', gone, { ...proven, shown: 'success' }, 'needs_review'],
    ['requires_action', 'gone first at the deadline', gone, { ...late, pastDeadline: true }, 'needs_review'],
    ['needs_review', 'gone twice', gone, proven, 'expired'],
    ['needs_review', 'gone twice, an attempt before', gone, { ...proven, shown: 'live' }, 'needs_review'],
    ['succeeded', 'gone twice', gone, proven, 'succeeded'],

    ['requires_action', 'unreadable', unreadable, {}, 'requires_action'],
    ['requires_action', 'unreadable past grace', unreadable, late, 'requires_action'],
    ['requires_action', 'unreadable too long', unreadable, { pastDeadline: true }, 'needs_review'],
    ['failed', 'unreadable too long', unreadable, { pastDeadline: true }, 'failed'],
  ])('a %s payment seen as %s', (...row) => {
    const [status, , sight, history, to] = row;
    expect(decideSync(aPayment(status), sight, aHistory(history)).to).toBe(to);
  });

  it('nothing the bank says moves a succeeded payment', () => {
    const over = aHistory({
      pastGrace: true,
      pastDeadline: true,
      sinceGoneSeconds: HOUR,
      sinceIncompleteSeconds: HOUR,
    });
    for (const sight of [paid, failed, review, incomplete, pending, untouched, unreadable, gone])
      expect(decideSync(aPayment('succeeded'), sight, over).to).toBe('succeeded');
  });

  it('never fails a payment that could not be read, nor ends one by a code while anything else was shown', () => {
    const over = { pastGrace: true, pastDeadline: true, sinceGoneSeconds: 9 * HOUR };
    for (const status of PAYMENT_STATUSES) {
      expect([status, 'needs_review']).toContain(decideSync(aPayment(status), unreadable, aHistory(over)).to);
      for (const shown of ['live', 'success'] as const)
        expect([status, 'needs_review']).toContain(decideSync(aPayment(status), gone, aHistory({ ...over, shown })).to);
    }
  });

  it('takes along the operation that captured, or why it did not', () => {
    const open = aPayment('requires_action');
    expect(decideSync(open, paid, aHistory())).toMatchObject({ bankOperationId: 'operation-1' });
    expect(decideSync(open, failed, aHistory())).toMatchObject({ failure: { code: 'card_declined' } });
    expect(decideSync(open, review, aHistory())).toMatchObject({ failure: { message: 'unexpected amount' } });
    expect(decideSync(open, untouched, aHistory(late))).toMatchObject({ failure: { code: 'expired' } });
    const unread = decideSync(open, unreadable, aHistory({ pastDeadline: true }));
    expect(unread.failure?.message).toContain('timeout');
  });

  it('brings no failure along when it stays', () => {
    expect(decideSync(aPayment('expired'), failed, aHistory())).toEqual({ to: 'expired', flags: {} });
  });

  it.each<[PaymentStatus, Sight, Partial<SyncHistory>, object]>([
    ['succeeded', failed, {}, { contradicted: TAKEN_BACK }],
    ['succeeded', untouched, late, { contradicted: TAKEN_BACK }],
    ['succeeded', review, {}, { contradicted: 'unexpected amount' }],
    ['succeeded', incomplete, { sinceIncompleteSeconds: HOUR }, {}],
    ['succeeded', unreadable, { pastDeadline: true }, {}],
    ['succeeded', gone, { ...proven, pastDeadline: true }, {}],
    ['failed', review, {}, { late_money: 'unexpected amount' }],
    ['expired', review, {}, { late_money: 'unexpected amount' }],
    ['canceled', review, {}, { late_money: 'unexpected amount' }],
    ['expired', incomplete, {}, {}],
    ['expired', incomplete, { sinceIncompleteSeconds: HOUR }, { late_money: 'missing rrn' }],
    ['expired', unreadable, { pastDeadline: true }, {}],
    ['expired', pending, { pastDeadline: true }, {}],
    ['failed', untouched, { ...late, shown: 'success' }, {}],
    ['needs_review', review, {}, {}],
  ])('flags what a payment that is %s cannot say by its status: %o %o', (status, sight, history, flags) => {
    expect(decideSync(aPayment(status), sight, aHistory(history)).flags).toEqual(flags);
  });
});

describe('nextLook', () => {
  const look = (status: PaymentStatus, sight: Sight, over: object = {}) =>
    nextLook(status, sight, {
      ...{ sinceCreatedSeconds: 100, untilExpirySeconds: HOUR, hintQueries: 0, sinceEndedSeconds: 0 },
      ...{ sinceIncompleteSeconds: null, pastDeadline: false, again: false, random: 0.5 },
      ...over,
    });

  it.each<[string, PaymentStatus, Sight, object, number | null, number]>([
    ['an open order by its age', 'requires_action', untouched, {}, 84, 0],
    ['an open order quickly after a hint', 'requires_action', untouched, { hintQueries: 1 }, 2, 2],
    ['an open order by its age again', 'requires_action', untouched, { hintQueries: 6 }, 84, 6],
    ['a half proof quickly without any hint', 'requires_action', incomplete, {}, 2, 2],
    ['a half proof ever more rarely', 'requires_action', incomplete, { hintQueries: 8 }, 600, 9],
    [
      'a half proof when its time is over, not later',
      'requires_action',
      incomplete,
      { hintQueries: 9, sinceIncompleteSeconds: 1_132 },
      668,
      10,
    ],
    ['a review at the pace of a doubt', 'needs_review', review, {}, 2, 2],
    ['a review on and on', 'needs_review', review, { hintQueries: 60 }, 24 * HOUR, 61],
    ['a review for 30 days', 'needs_review', review, { hintQueries: 82 }, null, 83],
    ['a success after an hour', 'succeeded', paid, { hintQueries: 4 }, 1.05 * HOUR, 0],
    ['a success after its last look never', 'succeeded', paid, { sinceEndedSeconds: 91 * 24 * HOUR }, null, 0],
    ['an ended payment soon when it could not be read', 'expired', unreadable, {}, 2, 2],
    ['an ended payment soon when an attempt is under way', 'failed', pending, { hintQueries: 2 }, 5, 3],
    ['a success soon when a refund elsewhere is under way', 'succeeded', paid, { again: true }, 2, 2],
    ['an expired payment after an hour when its order is gone', 'expired', gone, {}, 1.05 * HOUR, 0],
    ['a canceled one like an open one', 'canceled', untouched, {}, 84, 0],
    [
      'a canceled one past its deadline like an ended one',
      'canceled',
      untouched,
      { pastDeadline: true },
      1.05 * HOUR,
      0,
    ],
  ])('asks %s', (...row) => {
    const [, status, sight, over, seconds, hintQueries] = row;
    const next = look(status, sight, over);
    expect(next.hintQueries).toBe(hintQueries);
    if (seconds === null) expect(next.nextSyncInSeconds).toBeNull();
    else expect(next.nextSyncInSeconds).toBeCloseTo(seconds, 6);
  });

  it('never lets go of a payment that is neither ended nor a month under review', () => {
    for (const status of PAYMENT_STATUSES)
      for (const sight of [paid, failed, review, incomplete, pending, untouched, unreadable, gone])
        for (const hintQueries of [0, 1, 6, 40])
          expect(look(status, sight, { hintQueries }).nextSyncInSeconds).toEqual(expect.any(Number));
  });
});

it('moves the purchase wherever its payment goes, but for what has no purchase yet', () => {
  expect(Object.fromEntries(PAYMENT_STATUSES.map((status) => [status, paymentStatus(status).intent]))).toEqual({
    created: null,
    authorized: 'succeeded',
    canceled: null,
    requires_confirmation: 'action_required',
    requires_action: 'action_required',
    processing: 'pending',
    succeeded: 'succeeded',
    failed: 'failed',
    expired: 'failed',
    needs_review: 'needs_review',
  });
});
