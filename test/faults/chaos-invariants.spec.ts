import { type LedgerEntry } from '../support/bank-control.js';
import { type Evidence, type OperationRow, type PaymentRow } from '../chaos/evidence.js';
import { INVARIANTS, violationsOf } from '../chaos/invariants.js';

const entry = (kind: string, merchantRequestId: string, coinAmount: number): LedgerEntry => ({
  ...{ seq: 1, at: '', kind, merchantRequestId, coinAmount, type: 'PURCHASE' },
});
const payment = (over: Partial<PaymentRow> & Pick<PaymentRow, 'id' | 'kind' | 'status'>): PaymentRow => ({
  ...{ amountAuthorized: 100, amountCaptured: 100, amountRefunded: 0, reserved: 0, eventSequence: 1, flags: [] },
  ...over,
});
const operation = (id: string, paymentId: string, kind: string): OperationRow => ({
  ...{ id, paymentId, kind, status: 'succeeded', requestId: `request-${id}`, amount: 100 },
});

function receivedOnce(...ids: readonly string[]): Evidence['received'] {
  return new Map(ids.map((id) => [id, new Set([`{"id":"${id}"}`])]));
}

/** A purchase that was refunded in part, a hold that was released, and a webhook that heard of both. */
const HEALTHY: Evidence = {
  ledger: [
    { seq: 1, at: '', kind: 'authorize', ok: true },
    entry('money.charged', 'request-op_1', 100),
    entry('money.refunded', 'request-ref_1', 30),
    entry('money.held', 'request-op_2', 100),
    entry('money.released', 'request-op_3', 100),
    { seq: 6, at: '', kind: 'callback.sent', httpStatus: 200 },
  ],
  payments: [
    payment({ id: 'pay_1', kind: 'purchase', status: 'succeeded', amountRefunded: 30, eventSequence: 2 }),
    payment({ id: 'pay_2', kind: 'authorization', status: 'canceled', amountCaptured: 0 }),
  ],
  cards: [],
  operations: [
    operation('op_1', 'pay_1', 'purchase'),
    operation('ref_1', 'pay_1', 'refund'),
    operation('op_2', 'pay_2', 'authorization'),
    operation('op_3', 'pay_2', 'void'),
  ],
  moves: [
    { of: 'pay_1', from: null, to: 'created', isLegal: true },
    { of: 'pay_1', from: 'created', to: 'succeeded', isLegal: true },
    { of: 'pay_2', from: null, to: 'canceled', isLegal: true },
    ...['op_1', 'ref_1', 'op_2', 'op_3'].map((of) => ({ of, from: null, to: 'succeeded', isLegal: true })),
  ],
  events: [
    { id: 'evt_1', subjectId: 'pay_1', sequence: 1, position: 1 },
    { id: 'evt_2', subjectId: 'pay_1', sequence: 2, position: 2 },
    { id: 'evt_3', subjectId: 'pay_2', sequence: 1, position: 3 },
  ],
  keys: [{ key: 'key-1', statusCode: 201, body: '{"id":"pay_1"}' }],
  deliveries: ['evt_1', 'evt_2', 'evt_3'].map((eventId) => ({ eventId, status: 'delivered' })),
  callbacks: [{ paymentId: 'pay_1', deliveries: 1, settled: true }],
  session: { version: 1, attempts: 1, renewed: 1 },
  asked: [
    {
      key: 'key-1',
      path: '/v1/payments',
      body: {},
      final: { status: 201, text: '{"id":"pay_1"}' },
      ids: new Set(['pay_1']),
    },
  ],
  expected: [{ activity: 'purchase', paymentId: 'pay_1', ends: ['succeeded'] }],
  received: receivedOnce('evt_1', 'evt_2', 'evt_3'),
};

const [PAID, HELD] = HEALTHY.payments as readonly [PaymentRow, PaymentRow];
const [ASKED] = HEALTHY.asked as readonly [Evidence['asked'][number]];
const also = (kind: string, request: string, amount: number): Partial<Evidence> => ({
  ledger: [...HEALTHY.ledger, entry(kind, request, amount)],
});
const withOperation = (over: Partial<OperationRow>): Partial<Evidence> => ({
  operations: [...HEALTHY.operations.slice(1), { ...operation('op_1', 'pay_1', 'purchase'), ...over }],
});

/** What each invariant is there to find, one at a time. */
const PLANTS: Readonly<Record<string, readonly Partial<Evidence>[]>> = {
  'one effect a request': [also('money.refunded', 'request-ref_1', 30)],
  'one charge a payment': [
    {
      operations: [...HEALTHY.operations, operation('op_9', 'pay_1', 'purchase')],
      ...also('money.charged', 'request-op_9', 100),
    },
  ],
  'one payment a key': [{ asked: [{ ...ASKED, ids: new Set(['pay_1', 'pay_2']) }] }],
  'written ahead': [also('money.charged', 'request-nobody', 100), also('order.created', 'request-nobody', 100)],
  'what was answered is kept': [{ asked: [{ ...ASKED, ids: new Set(['pay_9']) }] }],
  'first answer, byte for byte': [{ keys: [{ key: 'key-1', statusCode: 201, body: '{"id": "pay_1"}' }] }],
  'repeated later, answered the same': [
    { asked: [{ ...ASKED, again: { status: 201, text: '{"id": "pay_1"}' } }] },
    { asked: [{ ...ASKED, again: { status: 200, text: '{"id":"pay_1"}' } }] },
  ],
  'money taken': [{ payments: [{ ...PAID, amountCaptured: 99 }, HELD] }],
  'money held': [{ payments: [PAID, { ...HELD, amountAuthorized: 0 }] }],
  'money given back': [{ payments: [{ ...PAID, amountRefunded: 0 }, HELD] }],
  'holds end once': [
    { payments: [PAID, { ...HELD, status: 'authorized' }] },
    also('money.captured', 'request-op_2', 1),
  ],
  'nothing is stuck': [withOperation({ status: 'unknown' }), { payments: [{ ...PAID, reserved: 1 }, HELD] }],
  'ends as the merchant meant it': [{ expected: [{ activity: 'purchase', paymentId: 'pay_1', ends: ['canceled'] }] }],
  'every move is on record': [
    { moves: HEALTHY.moves.map((move) => (move.from === 'created' ? { ...move, from: 'processing' } : move)) },
    { moves: HEALTHY.moves.filter(({ from }) => from !== 'created') },
    { moves: HEALTHY.moves.map((move) => ({ ...move, isLegal: move.from === null })) },
  ],
  'events without gaps': [
    { events: HEALTHY.events.filter(({ id }) => id !== 'evt_1') },
    { events: HEALTHY.events.map((event) => ({ ...event, position: null })) },
  ],
  'every event arrives': [
    { received: receivedOnce('evt_1', 'evt_2') },
    { deliveries: HEALTHY.deliveries.map((one) => ({ ...one, status: 'pending' })) },
  ],
  'nothing untrue is told': [{ received: receivedOnce(...HEALTHY.received.keys(), 'evt_9') }],
  'told again in the same words': [
    { received: new Map([...HEALTHY.received, ['evt_1', new Set(['{"id":"evt_1"}', '{"id": "evt_1"}'])]]) },
  ],
  'callbacks answered are kept': [
    { callbacks: [] },
    { callbacks: [{ paymentId: 'pay_1', deliveries: 1, settled: false }] },
  ],
  'one authorize a renewal': [
    { session: { version: 1, attempts: 0, renewed: 1 } },
    { session: { version: 2, attempts: 2, renewed: 1 } },
  ],
};

describe('the invariants of the campaign', () => {
  it('hold where all is well', () => {
    expect(violationsOf(HEALTHY)).toEqual([]);
  });

  it.each(INVARIANTS.map(({ name }) => name))('find what breaks "%s"', (name) => {
    const plants = PLANTS[name] ?? [];
    expect(plants.length).toBeGreaterThan(0);
    for (const plant of plants)
      expect(violationsOf({ ...HEALTHY, ...plant })).toContainEqual(expect.stringMatching(`^${name}: `));
  });
});
