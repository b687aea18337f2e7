import fc from 'fast-check';
import { failureOf } from './failures.js';
import { canMove, PAYMENT_STATUSES, type PaymentStatus, TRANSITIONS } from './statuses.js';
import { PaymentError } from './payment-error.js';
import {
  addRefunded,
  announceFlags,
  move,
  type Payment,
  type PaymentEvent,
  refundable,
  refundAmount,
  withEvent,
} from './payment.js';

const aPayment = (over: Partial<Payment> = {}): Payment => ({
  accountId: 'acc_1',
  id: 'pay_1',
  kind: 'purchase',
  status: 'created',
  amount: 1_000,
  currency: 'UAH',
  amountAuthorized: 0,
  amountCaptured: 0,
  amountRefunded: 0,
  amountCapturing: 0,
  amountRefunding: 0,
  livemode: false,
  failure: null,
  flags: {},
  flagsSettled: {},
  eventSequence: 0,
  ...over,
});
const aSucceeded = (over: Partial<Payment> = {}): Payment =>
  aPayment({ status: 'succeeded', amountAuthorized: 1_000, amountCaptured: 1_000, ...over });

const PAIRS = PAYMENT_STATUSES.flatMap((from) => PAYMENT_STATUSES.map((to) => [from, to] as const));
const LEGAL = PAIRS.filter(([from, to]) => TRANSITIONS[from].includes(to));
const ILLEGAL = PAIRS.filter(([from, to]) => from !== to && !LEGAL.some(([f, t]) => f === from && t === to));

describe('move', () => {
  it('knows the table of the design, no move more and none less', () => {
    expect(TRANSITIONS).toEqual({
      created: [
        'requires_confirmation',
        'requires_action',
        'processing',
        'authorized',
        'succeeded',
        'failed',
        'canceled',
        'expired',
        'needs_review',
      ],
      requires_confirmation: [
        'requires_action',
        'processing',
        'authorized',
        'succeeded',
        'failed',
        'canceled',
        'expired',
        'needs_review',
      ],
      requires_action: ['processing', 'authorized', 'succeeded', 'failed', 'canceled', 'expired', 'needs_review'],
      processing: ['requires_confirmation', 'requires_action', 'authorized', 'succeeded', 'failed', 'needs_review'],
      authorized: ['succeeded', 'canceled', 'needs_review'],
      needs_review: ['authorized', 'succeeded', 'failed', 'canceled', 'expired'],
      failed: ['authorized', 'succeeded'],
      expired: ['authorized', 'succeeded'],
      canceled: ['authorized', 'succeeded'],
      succeeded: [],
    });
  });

  it.each(LEGAL)('%s becomes %s, with one event', (from, to) => {
    const { payment, events } = move(aPayment({ status: from, eventSequence: 4 }), to);
    expect(payment).toMatchObject({ status: to, eventSequence: 5 });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ accountId: 'acc_1', paymentId: 'pay_1', sequence: 5 });
    expect(canMove(from, to)).toBe(true);
  });

  it.each(ILLEGAL)('%s never becomes %s', (from, to) => {
    const moving = () => move(aPayment({ status: from }), to);
    expect(moving).toThrow(PaymentError);
    expect(moving).toThrow(`${from} -> ${to}`);
    expect(canMove(from, to)).toBe(false);
  });

  it.each(PAYMENT_STATUSES)('%s again changes nothing and tells nobody', (status) => {
    const payment = aPayment({ status, eventSequence: 3, failure: failureOf('expired') });
    expect(move(payment, status, { failure: failureOf('bank_error') })).toEqual({ payment, events: [] });
  });

  it.each<[PaymentStatus, number, number]>([
    ['requires_action', 0, 0],
    ['processing', 0, 0],
    ['failed', 0, 0],
    ['expired', 0, 0],
    ['needs_review', 0, 0],
    ['authorized', 1_000, 0],
    ['succeeded', 1_000, 1_000],
  ])('%s holds %i and has taken %i', (to, amountAuthorized, amountCaptured) => {
    expect(move(aPayment(), to).payment).toMatchObject({ amountAuthorized, amountCaptured, amountRefunded: 0 });
  });

  it('keeps the hold of an authorized payment that is canceled or reviewed', () => {
    const authorized = aPayment({ status: 'authorized', amountAuthorized: 1_000 });
    for (const to of ['canceled', 'needs_review'] as const)
      expect(move(authorized, to).payment).toMatchObject({ amountAuthorized: 1_000, amountCaptured: 0 });
  });

  it.each<[PaymentStatus, string]>([
    ['failed', 'payment.succeeded_late'],
    ['expired', 'payment.succeeded_late'],
    ['canceled', 'payment.succeeded_late'],
    ['authorized', 'payment.succeeded'],
    ['requires_action', 'payment.succeeded'],
    ['needs_review', 'payment.succeeded'],
  ])('money after %s is told as %s', (from, type) => {
    const late = move(aPayment({ status: from, failure: { code: 'expired', message: 'x' } }), 'succeeded');
    expect(late.events[0]?.type).toBe(type);
    expect(late.payment.failure).toBeNull();
  });

  it.each(['failed', 'expired', 'canceled'] as const)('a hold after %s is told as late', (from) => {
    expect(move(aPayment({ status: from }), 'authorized').events[0]?.type).toBe('payment.authorized_late');
  });

  it('takes along why it failed', () => {
    const failure = failureOf('card_declined');
    expect(move(aPayment(), 'failed', { failure }).payment.failure).toEqual(failure);
  });

  it('counts what a capture took of a hold, and leaves what was held', () => {
    const held = aPayment({ status: 'authorized', amountAuthorized: 1_000 });
    expect(move(held, 'succeeded', { captured: 1_100 }).payment).toMatchObject({
      amountAuthorized: 1_000,
      amountCaptured: 1_100,
    });
  });

  it('does not touch the payment it was given', () => {
    const payment = Object.freeze(aPayment());
    move(payment, 'succeeded');
    expect(payment).toEqual(aPayment());
  });
});

describe('refunds', () => {
  it('leaves what is captured less refunded less held', () => {
    expect(refundable(aSucceeded({ amountRefunded: 200, amountRefunding: 150 }))).toBe(650);
    expect(refundable(aSucceeded({ amountRefunding: 1_000 }))).toBe(0);
  });

  it.each<[left: number, asked: number | undefined, amount: number]>([
    [1_000, undefined, 1_000],
    [650, undefined, 650],
    [650, 650, 650],
    [650, 1, 1],
  ])('of %i left, %s asked gives %i', (left, asked, amount) => {
    expect(refundAmount(aSucceeded({ amountRefunding: 1_000 - left }), asked)).toBe(amount);
  });

  it.each<[left: number, asked: number | undefined]>([
    [650, 651],
    [650, 0],
    [650, -1],
    [0, undefined],
    [0, 1],
  ])('of %i left, %s asked is refused', (left, asked) => {
    expect(() => refundAmount(aSucceeded({ amountRefunding: 1_000 - left }), asked)).toThrow(
      expect.objectContaining({ code: 'REFUND_TOO_LARGE' }),
    );
  });

  it.each(PAYMENT_STATUSES.filter((status) => status !== 'succeeded'))('a %s payment is not refundable', (status) => {
    expect(() => refundAmount(aSucceeded({ status }), 1)).toThrow(
      expect.objectContaining({ code: 'PAYMENT_NOT_REFUNDABLE', message: expect.stringContaining(status) as string }),
    );
  });

  it('counts whatever the bank refunded, and flags what exceeds the captured amount', () => {
    expect(addRefunded(aSucceeded({ amountRefunded: 400 }), 600)).toMatchObject({ amountRefunded: 1_000, flags: {} });
    const excess = addRefunded(aSucceeded({ amountRefunded: 401 }), 600);
    expect(excess).toMatchObject({ amountRefunded: 1_001, flags: { refund_excess: '1001 of 1000 is refunded' } });
    expect(() => refundAmount(excess, undefined)).toThrow(expect.objectContaining({ code: 'PAYMENT_NOT_REFUNDABLE' }));
  });

  it.each(['refund_unclear', 'refund_excess', 'contradicted'] as const)('sends no refund beside %s', (flag) => {
    expect(() => refundAmount(aSucceeded({ flags: { [flag]: 'why' } }), 1)).toThrow(
      expect.objectContaining({ code: 'PAYMENT_NOT_REFUNDABLE', message: expect.stringContaining(flag) as string }),
    );
  });

  it('may give back what was captured although a second charge is flagged', () => {
    expect(refundAmount(aSucceeded({ flags: { second_charge: 'why' } }), undefined)).toBe(1_000);
  });

  it('tells of a flag once, when it is new', () => {
    const flagged = aSucceeded({ flags: { second_charge: 'why' }, eventSequence: 2 });
    expect(announceFlags(flagged, {}).events).toMatchObject([{ type: 'payment.flagged', sequence: 3 }]);
    expect(announceFlags(flagged, { second_charge: 'why' })).toEqual({ payment: flagged, events: [] });
    expect(announceFlags(aSucceeded(), { second_charge: 'why' }).events).toEqual([]);
  });

  it('names the refund in its event', () => {
    const { payment, events } = withEvent(aSucceeded({ eventSequence: 2 }), 'refund.created', {
      kind: 'refund',
      id: 'ref_1',
    });
    expect(payment.eventSequence).toBe(3);
    expect(events).toEqual([
      {
        accountId: 'acc_1',
        subject: 'payment',
        paymentId: 'pay_1',
        sequence: 3,
        type: 'refund.created',
        about: { kind: 'refund', id: 'ref_1' },
      },
    ]);
  });
});

/** What may be done to a payment, in any order; what is refused leaves everything as it was. */
type Action =
  { readonly kind: 'move'; readonly to: PaymentStatus } | { readonly kind: 'refund'; readonly amount: number };
interface Story {
  readonly payment: Payment;
  readonly events: readonly PaymentEvent[];
}

function act({ payment, events }: Story, action: Action): Story {
  const after = (moved: { payment: Payment; events: readonly PaymentEvent[] }): Story => ({
    payment: moved.payment,
    events: [...events, ...moved.events],
  });
  try {
    if (action.kind === 'move') return after(move(payment, action.to));
    const amount = refundAmount(payment, action.amount);
    return after(withEvent(addRefunded(payment, amount), 'refund.updated', { kind: 'refund', id: 'ref' }));
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error;
    return { payment, events };
  }
}

const anAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('move' as const), to: fc.constantFrom(...PAYMENT_STATUSES) }),
  fc.record({ kind: fc.constant('refund' as const), amount: fc.integer({ min: -10, max: 1_500 }) }),
);

it('holds 0 ≤ refunded ≤ captured ≤ authorized ≤ amount and numbers events without gaps, whatever happens', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000_000 }),
      fc.array(anAction, { maxLength: 40 }),
      (amount, actions) => {
        let story: Story = { payment: aPayment({ amount }), events: [] };
        for (const action of actions) {
          story = act(story, action);
          const { payment } = story;
          expect(payment.amountRefunded).toBeGreaterThanOrEqual(0);
          expect(payment.amountRefunded).toBeLessThanOrEqual(payment.amountCaptured);
          expect(payment.amountCaptured).toBeLessThanOrEqual(payment.amountAuthorized);
          expect(payment.amountAuthorized).toBeLessThanOrEqual(payment.amount);
        }
        expect(story.events.map((event) => event.sequence)).toEqual(story.events.map((_event, index) => index + 1));
        expect(story.payment.eventSequence).toBe(story.events.length);
      },
    ),
    { numRuns: 500 },
  );
});
