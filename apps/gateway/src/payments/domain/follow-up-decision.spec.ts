import { type BankOperationFacts } from './bank-facts.js';
import { OPERATION_STATUSES, type OperationStatus } from './statuses.js';
import {
  decideAfterQuery,
  decideAfterSending,
  type QuerySight,
  type FollowUpClock,
  type FollowUpState,
  type SendSight,
} from './follow-up-decision.js';

const aRefund = (over: Partial<FollowUpState> = {}): FollowUpState => ({
  status: 'unknown',
  attempt: 1,
  sends: 1,
  known: false,
  refusalCode: null,
  notFounds: 0,
  ...over,
});
const aClock = (over: Partial<FollowUpClock> = {}): FollowUpClock => ({
  sinceSentSeconds: 60,
  sinceNotFoundSeconds: null,
  pastDeadline: false,
  ...over,
});
const FACTS = { status: 'SUCCESS' } as BankOperationFacts;
const saw = (kind: 'succeeded' | 'failed' | 'pending' | 'incomplete' | 'review'): QuerySight & SendSight => ({
  kind: 'verdict',
  verdict: {
    succeeded: { kind: 'succeeded', facts: FACTS } as const,
    failed: { kind: 'failed', failure: { code: 'refund_declined', message: '' } } as const,
    pending: { kind: 'pending' } as const,
    incomplete: { kind: 'incomplete', reason: 'missing amount' } as const,
    review: { kind: 'review', reason: 'unexpected amount' } as const,
  }[kind],
});
const NOT_FOUND: QuerySight = { kind: 'not_found' };
const UNREADABLE: QuerySight = { kind: 'unreadable', reason: 'timeout' };
/** As the third "not found" in half an hour meets the refund. */
const ABSENT = { notFounds: 2 };
const HALF_AN_HOUR = aClock({ sinceSentSeconds: 1_805, sinceNotFoundSeconds: 1_800 });

describe('a query about a refund', () => {
  it.each<[OperationStatus, QuerySight, object]>([
    ['unknown', saw('succeeded'), { to: 'succeeded', known: true, askAgain: false }],
    ['unknown', saw('failed'), { to: 'failed', failure: { code: 'refund_declined' }, askAgain: false }],
    ['unknown', saw('pending'), { to: 'pending', known: true, askAgain: true }],
    ['unknown', saw('incomplete'), { to: 'pending', known: true, askAgain: true }],
    ['unknown', saw('review'), { to: 'needs_review', known: true, askAgain: true }],
    ['unknown', UNREADABLE, { to: 'unknown', reason: 'timeout', askAgain: true }],
    ['sending', UNREADABLE, { to: 'unknown' }],
    ['pending', UNREADABLE, { to: 'pending', askAgain: true }],
    ['needs_review', UNREADABLE, { to: 'needs_review', askAgain: true }],
    ['needs_review', saw('succeeded'), { to: 'succeeded' }],
    ['needs_review', saw('failed'), { to: 'failed' }],
    ['needs_review', saw('pending'), { to: 'pending', askAgain: true }],
    ['unknown', NOT_FOUND, { to: 'unknown', notFoundCounts: true, soonerSeconds: 900 }],
    ['needs_review', NOT_FOUND, { to: 'needs_review', notFoundCounts: true, askAgain: true }],
  ])('that is %s: %o', (status, sight, step) => {
    expect(decideAfterQuery(aRefund({ status }), sight, aClock())).toMatchObject(step);
  });

  it('lets a success lack a fact for half an hour', () => {
    const at = (sinceSentSeconds: number) =>
      decideAfterQuery(aRefund(), saw('incomplete'), aClock({ sinceSentSeconds }));
    expect(at(1_800)).toMatchObject({ to: 'pending' });
    expect(at(1_801)).toMatchObject({ to: 'needs_review', askAgain: true });
  });

  it('counts "not found" only when it was asked after the last byte', () => {
    const before = aClock({ sinceSentSeconds: -0.001 });
    expect(decideAfterQuery(aRefund(ABSENT), NOT_FOUND, before)).toBeUndefined();
  });

  it.each<[string, Partial<FollowUpState>, object]>([
    ['goes out once more', {}, { to: 'sending', resend: true }],
    ['goes out once more from review', { status: 'needs_review' }, { to: 'sending', resend: true }],
    ['is taken for refused', { refusalCode: 'b_x' }, { to: 'rejected', failure: { code: 'refused_by_bank' } }],
    ['is for a person when the bank has known it', { known: true }, { to: 'needs_review', askAgain: true }],
    [
      'is for a person when the bank has known it, a refusal notwithstanding',
      { known: true, refusalCode: 'b_x' },
      { to: 'needs_review' },
    ],
    ['is for a person after the resend', { attempt: 2 }, { to: 'needs_review', askAgain: true }],
    [
      'is for a person after the resend, a refusal notwithstanding',
      { attempt: 2, refusalCode: 'b_x' },
      { to: 'needs_review' },
    ],
  ])('that proves it absent: it %s', (_what, over, step) => {
    for (const pastDeadline of [false, true]) {
      const clock = { ...HALF_AN_HOUR, pastDeadline };
      expect(decideAfterQuery(aRefund({ ...ABSENT, ...over }), NOT_FOUND, clock)).toMatchObject(step);
    }
  });

  it.each<[OperationStatus, QuerySight]>([
    ['unknown', UNREADABLE],
    ['pending', saw('pending')],
    ['unknown', NOT_FOUND],
    ['needs_review', saw('pending')],
  ])('past the deadline leaves one that is %s to a person, and is asked again', (status, sight) => {
    expect(decideAfterQuery(aRefund({ status }), sight, aClock({ pastDeadline: true }))).toMatchObject({
      to: 'needs_review',
      askAgain: true,
    });
  });

  it.each(['failed', 'rejected', 'abandoned'] as const)('moves one that is %s by a late success alone', (status) => {
    const after = (sight: QuerySight) => decideAfterQuery(aRefund({ status, ...ABSENT }), sight, HALF_AN_HOUR);
    expect(after(saw('succeeded'))).toMatchObject({ to: 'succeeded', askAgain: false });
    for (const sight of [saw('failed'), saw('review'), NOT_FOUND, UNREADABLE]) {
      expect(after(sight)).toMatchObject({ to: status, askAgain: false });
    }
    for (const sight of [saw('pending'), saw('incomplete')]) {
      expect(after(sight)).toMatchObject({ to: status, askAgain: true });
    }
  });

  it('changes nothing about one that is done', () => {
    for (const sight of [saw('succeeded'), saw('failed'), saw('review'), NOT_FOUND, UNREADABLE])
      expect(decideAfterQuery(aRefund({ status: 'succeeded' }), sight, HALF_AN_HOUR)).toBeUndefined();
  });
});

describe('the answer to sending a refund', () => {
  const refused: SendSight = { kind: 'refused', code: 'b_x' };
  const unsent: SendSight = { kind: 'unsent', reason: 'not_connected' };
  const unknown: SendSight = { kind: 'unknown', reason: 'timeout' };
  const duplicate: SendSight = { kind: 'duplicate' };
  const after = (over: Partial<FollowUpState>, sight: SendSight, confirmation?: QuerySight, send = over.sends ?? 1) =>
    decideAfterSending(
      aRefund({ status: 'sending', ...over }),
      { send, sight, ...(confirmation ? { confirmation } : {}) },
      aClock(),
    );

  it.each<[string, SendSight, QuerySight | undefined, object]>([
    ['done', saw('succeeded'), undefined, { to: 'succeeded' }],
    ['under way', saw('pending'), undefined, { to: 'pending', known: true }],
    ['of somebody else', saw('review'), undefined, { to: 'needs_review', known: true }],
    ['FAIL, and a query says so, too', saw('failed'), saw('failed'), { to: 'failed' }],
    ['FAIL, but a query says SUCCESS', saw('failed'), saw('succeeded'), { to: 'succeeded' }],
    ['FAIL, but a query says PENDING', saw('failed'), saw('pending'), { to: 'pending' }],
    ['FAIL, but the query cannot be read', saw('failed'), UNREADABLE, { to: 'unknown', known: true, askAgain: true }],
    ['FAIL, but a query finds nothing', saw('failed'), NOT_FOUND, { to: 'unknown', known: true }],
    ['refused, and a query finds nothing', refused, NOT_FOUND, { to: 'rejected' }],
    ['refused, but a query says SUCCESS', refused, saw('succeeded'), { to: 'succeeded' }],
    ['refused, but the query cannot be read', refused, UNREADABLE, { to: 'unknown', refusalCode: 'b_x' }],
    ['refused, unasked', refused, undefined, { to: 'unknown', refusalCode: 'b_x', askAgain: true }],
    ['a duplicate', duplicate, undefined, { to: 'unknown', known: true }],
    ['that nothing left', unsent, undefined, { to: 'unknown', unsent: true, askAgain: true }],
    ['nothing', unknown, undefined, { to: 'unknown', askAgain: true }],
  ])('%s', (_what, sight, confirmation, step) => {
    expect(after({}, sight, confirmation)).toMatchObject(step);
  });

  it('after the resend: neither a refusal nor absence ends it', () => {
    const resent = { attempt: 2, sends: 2 };
    expect(after(resent, refused, NOT_FOUND)).toMatchObject({ to: 'needs_review', askAgain: true });
    expect(after(resent, refused, UNREADABLE)).toMatchObject({ to: 'needs_review' });
    expect(after(resent, duplicate)).toMatchObject({ to: 'unknown', known: true });
    expect(after(resent, saw('failed'), saw('failed'))).toMatchObject({ to: 'failed' });
  });

  it('of an older sending says little: only a verdict, or that the bank knows it', () => {
    for (const over of [{ sends: 2 }, { sends: 2, attempt: 2 }]) {
      for (const sight of [unsent, unknown, refused]) expect(after(over, sight, NOT_FOUND, 1)).toBeUndefined();
      expect(after(over, duplicate, undefined, 1)).toMatchObject({ known: true });
      expect(after(over, saw('succeeded'), undefined, 1)).toMatchObject({ to: 'succeeded' });
    }
  });

  it('does not make unsent, or rejected, what the bank knows', () => {
    expect(after({ known: true }, unsent)).not.toHaveProperty('unsent');
    expect(after({ known: true }, refused, NOT_FOUND)).toMatchObject({ to: 'unknown', refusalCode: 'b_x' });
  });

  it.each(OPERATION_STATUSES)('that comes late to one that is %s ends nothing that has ended', (status) => {
    const ended = ['succeeded', 'failed', 'rejected', 'abandoned'].includes(status);
    for (const sight of [saw('succeeded'), saw('pending'), duplicate, refused, unsent, unknown]) {
      const step = after({ status }, sight);
      expect(step === undefined).toBe(ended);
    }
  });
});
