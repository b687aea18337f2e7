import { type Operation, moveOperation, newOperation } from './operation.js';
import { move, type Payment } from './payment.js';
import {
  canMove,
  canMoveOperation,
  OPERATION_STATUSES,
  OPERATION_TRANSITIONS,
  PAYMENT_STATUSES,
  type PaymentStatus,
  TRANSITIONS,
} from './statuses.js';

/** Histories in all, half of payments and half of operations. */
const HISTORIES = 100_000;
/** Moves that are tried in each. */
const MOVES = 6;
const SEED = 20_261_127;

/** A linear congruential generator, so that a failure comes again. */
function dice(seed: number): <T>(items: readonly T[]) => T {
  let state = seed >>> 0;
  return (items) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return items[Math.floor((state / 2 ** 32) * items.length)]!;
  };
}

const aPayment = (status: PaymentStatus): Payment => ({
  ...{ accountId: 'acc_1', id: 'pay_1', status, amount: 1_000, currency: 'UAH', kind: 'purchase' },
  ...{ amountAuthorized: 0, amountCaptured: 0, amountRefunded: 0, amountCapturing: 0, amountRefunding: 0 },
  ...{ livemode: true, failure: null, flags: {}, flagsSettled: {}, eventSequence: 0 },
});
const anOperation = (): Operation =>
  newOperation({
    ...{ accountId: 'acc_1', id: 'op_1', paymentId: 'pay_1', kind: 'purchase', step: 'order_purchase', parentId: null },
    ...{ amount: 1_000, currency: 'UAH', merchantRequestId: 'request-1', bankMerchantId: 'merchant-1' },
  });

interface Walked {
  /** Moves that were made, and those that were refused, as `from -> to`. */
  readonly taken: Set<string>;
  readonly refused: Set<string>;
}

/** Random walks over one table of moves; what the table forbids is tried as well, and has to throw. */
function walk<T extends { readonly status: S }, S extends string>(
  begin: (pick: <I>(items: readonly I[]) => I) => T,
  step: (from: T, to: S) => T,
  { statuses, isLegal }: { readonly statuses: readonly S[]; readonly isLegal: (from: S, to: S) => boolean },
): Walked {
  const pick = dice(SEED);
  const walked: Walked = { taken: new Set(), refused: new Set() };
  for (let history = 0; history < HISTORIES / 2; history += 1) {
    let now = begin(pick);
    for (let tries = 0; tries < MOVES; tries += 1) {
      const to = pick(statuses);
      const edge = `${now.status} -> ${to}`;
      try {
        const after = step(now, to);
        if (!isLegal(now.status, to) || after.status !== to) throw new Error(`${edge} was made`);
        walked.taken.add(edge);
        now = after;
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== 'PAYMENT_ILLEGAL_MOVE' || isLegal(now.status, to))
          throw error;
        walked.refused.add(edge);
      }
    }
  }
  return walked;
}

const edgesOf = (rows: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(rows).flatMap(([from, all]) => all.map((to) => `${from} -> ${to}`));
const forbiddenOf = <S extends string>(statuses: readonly S[], isLegal: (from: S, to: S) => boolean): string[] =>
  statuses.flatMap((from) => statuses.filter((to) => !isLegal(from, to)).map((to) => `${from} -> ${to}`));

describe('100,000 histories', () => {
  const { stackTraceLimit } = Error;
  beforeAll(() => (Error.stackTraceLimit = 0)); // most moves are refused, and a trace costs more than the rest
  afterAll(() => (Error.stackTraceLimit = stackTraceLimit));

  it('of payments take every legal move, and are refused every other', () => {
    const isLegal = (from: PaymentStatus, to: PaymentStatus): boolean => from === to || canMove(from, to);
    const walked = walk(
      (pick) => aPayment(pick(PAYMENT_STATUSES)),
      (payment, to) => {
        const { payment: after, events } = move(payment, to);
        const isMove = payment.status !== to;
        if (after.eventSequence - payment.eventSequence !== events.length || events.length !== +isMove)
          throw new Error(`${payment.status} -> ${to} has ${events.length} events`);
        return after;
      },
      { statuses: PAYMENT_STATUSES, isLegal },
    );
    expect([...walked.taken]).toEqual(expect.arrayContaining(edgesOf(TRANSITIONS)));
    expect([...walked.refused].toSorted()).toEqual(forbiddenOf(PAYMENT_STATUSES, isLegal).toSorted());
  });

  it('of operations take every legal move, and are refused every other', () => {
    const walked = walk(
      (pick) => ({ ...anOperation(), status: pick(OPERATION_STATUSES) }),
      (operation, to) => moveOperation(operation, to),
      { statuses: OPERATION_STATUSES, isLegal: canMoveOperation },
    );
    expect([...walked.taken]).toEqual(expect.arrayContaining(edgesOf(OPERATION_TRANSITIONS)));
    expect([...walked.refused].toSorted()).toEqual(forbiddenOf(OPERATION_STATUSES, canMoveOperation).toSorted());
  });
});
