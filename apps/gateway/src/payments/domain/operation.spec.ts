import { failureOf } from './failures.js';
import { type Operation, moveOperation } from './operation.js';
import { operationStatus, OPERATION_STATUSES, OPERATION_TRANSITIONS } from './statuses.js';

const anOperation = (over: Partial<Operation> = {}): Operation => ({
  accountId: 'acc_1',
  id: 'op_1',
  paymentId: 'pay_1',
  kind: 'refund',
  step: 'give_back',
  parentId: null,
  status: 'sending',
  amount: 100,
  currency: 'UAH',
  merchantRequestId: 'request-1',
  bankMerchantId: 'merchant-1',
  attempt: 1,
  failure: null,
  ...over,
});

const PAIRS = OPERATION_STATUSES.flatMap((from) => OPERATION_STATUSES.map((to) => [from, to] as const));
const isLegal = (from: Operation['status'], to: string): boolean => OPERATION_TRANSITIONS[from].includes(to);

describe('moveOperation', () => {
  it.each(PAIRS.filter(([from, to]) => isLegal(from, to)))('%s becomes %s', (from, to) => {
    expect(moveOperation(anOperation({ status: from }), to).status).toBe(to);
  });

  it.each(PAIRS.filter(([from, to]) => from !== to && !isLegal(from, to)))('%s never becomes %s', (from, to) => {
    expect(() => moveOperation(anOperation({ status: from }), to)).toThrow(
      expect.objectContaining({ code: 'PAYMENT_ILLEGAL_MOVE', message: `operation ${from} -> ${to}` }),
    );
  });

  it('succeeded is the end, and what was given up moves by a late success alone', () => {
    expect(OPERATION_TRANSITIONS.succeeded).toEqual([]);
    for (const status of ['failed', 'rejected', 'abandoned'] as const)
      expect(OPERATION_TRANSITIONS[status]).toEqual(['succeeded']);
  });

  it('is sent only out of doubt, or as a second step', () => {
    expect(OPERATION_STATUSES.filter((from) => isLegal(from, 'sending'))).toEqual([
      'unknown',
      'action_required',
      'needs_review',
    ]);
  });

  it('lays the facts of the move over the operation', () => {
    const failure = failureOf('refused_by_bank', 'no');
    const unknown = anOperation({ status: 'unknown' });
    expect(moveOperation(unknown, 'sending', { attempt: 2 })).toEqual({ ...unknown, status: 'sending', attempt: 2 });
    expect(moveOperation(unknown, 'rejected', { failure })).toMatchObject({ status: 'rejected', failure });
  });

  it('stays where it is when told the same again', () => {
    const operation = anOperation({ status: 'succeeded' });
    expect(moveOperation(operation, 'succeeded')).toEqual(operation);
  });
});

it('holds what it has reserved until it has ended: only then nothing is expected any more', () => {
  const holding = OPERATION_STATUSES.filter((status) => !operationStatus(status).ended);
  expect(holding.toSorted()).toEqual(['action_required', 'needs_review', 'pending', 'sending', 'unknown']);
});
