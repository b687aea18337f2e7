import fc from 'fast-check';
import { type BankOperationFacts, type BankOrderFacts } from './bank-facts.js';
import { judgeOrder, type Shown, shownBy } from './order-verdict.js';
import { move, type Payment } from './payment.js';
import { EXPIRY_GRACE_SECONDS, ORDER_REVIEW_SECONDS } from './schedule.js';
import { type Expected } from './success-rule.js';
import { decideSync, nextLook, type Sight } from './sync-decision.js';

const HOUR = 3_600;
const EXPIRY = HOUR;
const expected: Expected = {
  type: 'PURCHASE',
  merchantId: 'merchant-1',
  amount: 1_000,
  currency: 'UAH',
  livemode: true,
  merchantRequestId: 'request-1',
  hppOrderId: 'order-1',
};
const anOperation = (over: Partial<BankOperationFacts> = {}): BankOperationFacts => ({
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
  rrn: '629812000001',
  approvalCode: '012345',
  actionCode: '0',
  responseCode: '00',
  errorDetails: undefined,
  ...over,
});

/** What the bank may say, good or odd. */
const operation = fc
  .record({
    type: fc.constantFrom('PURCHASE', 'PURCHASE', 'PURCHASE', 'REFUND', 'ACCOUNT_2_ACCOUNT'),
    status: fc.constantFrom('SUCCESS', 'SUCCESS', 'FAIL', 'PENDING', 'REQUIRED_3DS', 'SU\u0421CESS', 'HELD'),
    amount: fc.constantFrom(1_000, 1_000, 1_000, 999, undefined),
    merchantId: fc.constantFrom('merchant-1', 'merchant-1', 'merchant-2', undefined),
    merchantRequestId: fc.constantFrom(undefined, undefined, 'request-1', 'request-2'),
    operationId: fc.constantFrom('operation-1', 'operation-1', 'operation-2', undefined),
    rrn: fc.constantFrom('629812000001', '629812000001', '-1', undefined),
    actionCode: fc.constantFrom('0', '0', '1', undefined),
  })
  .map(anOperation);
const order: fc.Arbitrary<BankOrderFacts> = fc.record({
  bankOrderId: fc.constantFrom('order-1', 'order-1', 'order-1', 'order-2'),
  merchantRequestId: fc.constantFrom('request-1', 'request-1', undefined, 'request-2'),
  merchantId: fc.constantFrom('merchant-1', undefined),
  amount: fc.constantFrom(1_000, undefined),
  status: fc.constantFrom('PENDING', 'REQUIRED_3DS', 'SUCCESS', 'FAIL', 'CANCELED', 'PARTIAL_REFUND', 'NEW'),
  operations: fc.array(operation, { maxLength: 3 }),
});
type Said = BankOrderFacts | 'gone' | 'unreadable';
const answer: fc.Arbitrary<Said> = fc.oneof(
  { weight: 3, arbitrary: order },
  { weight: 1, arbitrary: fc.constant<Said>('gone') },
  { weight: 1, arbitrary: fc.constant<Said>('unreadable') },
);
/** Answers, and how long after the one before each is given. */
const history = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 * HOUR }), answer), { maxLength: 25 });

interface Told {
  readonly payment: Payment;
  readonly bankOperationId: string | null;
  readonly shown: Shown | null;
  readonly incompleteAt: number | null;
  readonly goneAt: number | null;
  readonly at: number;
}

const start: Told = {
  payment: {
    ...{ accountId: 'acc_1', id: 'pay_1', status: 'requires_action', amount: 1_000, currency: 'UAH' },
    ...{ amountAuthorized: 0, amountCaptured: 0, amountRefunded: 0, livemode: true, failure: null },
    ...{ kind: 'purchase', amountCapturing: 0, amountRefunding: 0, flags: {}, flagsSettled: {}, eventSequence: 0 },
  },
  ...{ bankOperationId: null, shown: null, incompleteAt: null, goneAt: null, at: 0 },
};

function tell(before: Told, afterSeconds: number, said: Said): Told & { sight: Sight } {
  const at = before.at + afterSeconds;
  const sight = sightOf(said, before.bankOperationId);
  const pastGrace = at > EXPIRY + EXPIRY_GRACE_SECONDS;
  const shown = strongest(before.shown, typeof said === 'object' ? shownBy(said) : null);
  const since = (moment: number | null): number | null => (moment === null ? null : at - moment);
  const decision = decideSync(before.payment, sight, {
    ...{
      pastExpiry: at > EXPIRY,
      pastGrace,
      pastDeadline: at > EXPIRY + ORDER_REVIEW_SECONDS,
      shown,
      success: 'succeeded',
      hold: null,
    },
    sinceIncompleteSeconds: since(before.incompleteAt),
    sinceGoneSeconds: since(before.goneAt),
  });
  const { payment } = move(before.payment, decision.to, decision);
  const runs = (clock: number | null, goesOn: boolean): number | null => {
    if (goesOn) return clock ?? at;
    return typeof said === 'object' ? null : clock;
  };
  const incompleteAt = runs(before.incompleteAt, sight.kind === 'incomplete');
  const bankOperationId = decision.bankOperationId ?? before.bankOperationId;
  return {
    payment,
    bankOperationId,
    shown,
    at,
    sight,
    incompleteAt,
    goneAt: runs(before.goneAt, sight.kind === 'gone' && pastGrace),
  };
}

const sightOf = (said: Said, bankOperationId: string | null): Sight =>
  typeof said === 'object' ? judgeOrder(said, expected, bankOperationId) : { kind: said, reason: said };

const strongest = (one: Shown | null, other: Shown | null): Shown | null =>
  one === 'success' || other === 'success' ? 'success' : (one ?? other);

/** The rule in other words: a success of the right kind that lacks nothing, in an order that does not contradict it. */
function isPaid(said: Said): boolean {
  if (typeof said !== 'object' || said.bankOrderId !== 'order-1') return false;
  if (![undefined, 'request-1'].includes(said.merchantRequestId) || ['FAIL', 'CANCELED'].includes(said.status))
    return false;
  const attempts = said.operations.filter(({ type }) => type !== 'REFUND');
  const successes = attempts.filter(({ status }) => status === 'SUCCESS');
  return (
    successes.every(({ type }) => type === 'PURCHASE') &&
    successes.some((one) => {
      const { merchantRequestId, operationId } = one;
      return (
        operationId !== undefined &&
        [undefined, 'request-1'].includes(merchantRequestId) &&
        JSON.stringify(one) === JSON.stringify(anOperation({ merchantRequestId, operationId }))
      );
    })
  );
}

describe('histories of what the bank says', () => {
  const everyStep = (check: (before: Told, after: Told & { sight: Sight }, said: Said) => void): void => {
    fc.assert(
      fc.property(history, (steps) => {
        let told = start;
        for (const [seconds, said] of steps) {
          const after = tell(told, seconds, said);
          check(told, after, said);
          told = after;
        }
      }),
      { numRuns: 3_000 },
    );
  };

  it('make a payment succeed only at an answer that meets the whole rule', () => {
    everyStep((before, after, said) => {
      if (before.payment.status !== 'succeeded' && after.payment.status === 'succeeded')
        expect(isPaid(said)).toBe(true);
    });
  });

  it('never put another operation in the place of the one that paid', () => {
    everyStep((before, after) => {
      if (before.bankOperationId !== null) expect(after.bankOperationId).toBe(before.bankOperationId);
    });
  });

  it('never end a payment unpaid that any answer showed as paid, but for the failure of its operation', () => {
    everyStep((before, after) => {
      if (before.payment.status === after.payment.status || after.shown !== 'success') return;
      expect(after.payment.status).not.toBe('expired');
      if (after.payment.status === 'failed')
        expect(after.sight).toMatchObject({ kind: 'failed', facts: expect.anything() as unknown });
    });
  });

  it('let an error code end a payment only after two of them, an hour apart, and nothing but failures', () => {
    everyStep((before, after, said) => {
      if (said !== 'gone' || before.payment.status === after.payment.status) return;
      if (after.payment.status === 'needs_review') return;
      expect(after.payment.status).toBe('expired');
      expect(after.shown).toBeNull();
      expect(after.at - before.goneAt!).toBeGreaterThanOrEqual(HOUR);
      expect(before.goneAt).toBeGreaterThan(EXPIRY + EXPIRY_GRACE_SECONDS);
    });
  });

  it('never lead out of an end, but for late money', () => {
    everyStep((before, after) => {
      if (
        ['succeeded', 'failed', 'expired'].includes(before.payment.status) &&
        before.payment.status !== after.payment.status
      )
        expect(after.payment.status).toBe('succeeded');
    });
  });

  it('always leave a next look', () => {
    everyStep((_before, { payment, sight, at, incompleteAt }) => {
      const next = nextLook(payment.status, sight, {
        ...{ sinceCreatedSeconds: at, untilExpirySeconds: EXPIRY - at, hintQueries: 1, sinceEndedSeconds: 0 },
        sinceIncompleteSeconds: incompleteAt === null ? null : at - incompleteAt,
        ...{ pastDeadline: at > EXPIRY + ORDER_REVIEW_SECONDS, again: false, random: 0.5 },
      });
      expect(next.nextSyncInSeconds).toBeGreaterThan(0);
    });
  });
});
