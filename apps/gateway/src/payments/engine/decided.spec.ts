import { FOLLOW_UP_KINDS, type FollowUpKind } from '../domain/operation.js';
import { canMoveOperation, OPERATION_STATUSES, operationStatus, type OperationStatus } from '../domain/statuses.js';
import { FOLLOW_UPS } from '../kinds/kinds.js';
import { OperationEntity } from '../store/operation.entity.js';
import { type Held } from '../store/payment-records.js';
import { PaymentEntity } from '../store/payment.entity.js';
import { conclusionOf, preview } from './decided.js';

const AMOUNT = 300;

function aHeld(kind: FollowUpKind, status: OperationStatus): Held {
  const isRefund = kind === 'refund';
  const payment = Object.assign(new PaymentEntity(), {
    ...{ merchantAccountId: 'acc_1', id: 'pay_1', kind: isRefund ? 'purchase' : 'authorization', currency: 'UAH' },
    ...{ status: isRefund ? 'succeeded' : 'authorized', amount: 1_000, amountAuthorized: 1_000, livemode: false },
    ...{ amountCaptured: isRefund ? 1_000 : 0, amountRefunded: 0, flags: {}, flagsSettled: {}, eventSequence: 4 },
    ...{ failureCode: null, failureMessage: null, amountCapturing: 0, amountRefunding: 0, expiresAt: null },
    [FOLLOW_UPS[kind].reserves]: operationStatus(status).ended ? 0 : AMOUNT,
  });
  const operation = Object.assign(new OperationEntity(), {
    ...{ merchantAccountId: 'acc_1', id: 'ref_1', subjectId: 'pay_1', kind, step: FOLLOW_UPS[kind].step, status },
    ...{ amount: AMOUNT, currency: 'UAH', merchantRequestId: 'r', bankMerchantId: 'm', attempt: 1, parentId: 'op_1' },
    ...{ failureCode: null, failureMessage: null, redirectUrl: null },
  });
  return { payment, operation };
}

const MOVES = FOLLOW_UP_KINDS.flatMap((kind) =>
  OPERATION_STATUSES.flatMap((from) =>
    OPERATION_STATUSES.filter((to) => from !== to && canMoveOperation(from, to)).map((to) => ({ kind, from, to })),
  ),
);

describe('a follow-up', () => {
  it.each(MOVES)('$kind from $from to $to holds its part until it ends, and tells of it', ({ kind, from, to }) => {
    const { moved } = conclusionOf(aHeld(kind, from), { to, notes: {} });
    const held = moved.payment[FOLLOW_UPS[kind].reserves];
    expect(held).toBe(operationStatus(to).ended ? 0 : AMOUNT);
    const late = to === 'succeeded' && operationStatus(from).ended;
    expect(moved.events.map(({ type }) => type)).toContain(`${kind}.${late ? 'succeeded_late' : 'updated'}`);
    expect(moved.events.map(({ sequence }) => sequence)).toEqual(moved.events.map((_event, index) => 5 + index));
  });

  it.each<[FollowUpKind, object]>([
    ['refund', { status: 'succeeded', amountRefunded: AMOUNT }],
    ['capture', { status: 'succeeded', amountCaptured: AMOUNT, amountAuthorized: 1_000 }],
    ['void', { status: 'canceled', amountCaptured: 0 }],
  ])('%s that succeeds counts once', (kind, payment) => {
    expect(conclusionOf(aHeld(kind, 'pending'), { to: 'succeeded', notes: {} }).moved.payment).toMatchObject(payment);
    expect(conclusionOf(aHeld(kind, 'succeeded'), { to: 'succeeded', notes: {} }).moved.events).toEqual([]);
  });

  it('shows before it is written what will be', () => {
    const at = new Date(0);
    const conclusion = conclusionOf(aHeld('refund', 'sending'), { to: 'succeeded', notes: {} });
    const { payment, operation } = preview(aHeld('refund', 'sending'), conclusion, at);
    expect(payment).toMatchObject({ amountRefunded: AMOUNT, status: 'succeeded', updatedAt: at });
    expect(operation).toMatchObject({ status: 'succeeded', updatedAt: at, failureCode: null });
  });
});
