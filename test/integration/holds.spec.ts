import { type FollowUpOutcome } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { type PaymentView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { aBankOperation, anOpenOrder, found, paid } from './fake-payment-bank.js';
import {
  age,
  aKey,
  create,
  createMigratedDatabase,
  eventsOf,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

const HELD = { type: 'PREAUTH', operationId: 'hold-1' };
const DAY_SECONDS = 86_400;

/** Money that is held, taken, let go of, and payments that are given up. */
describe('holds', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let payment: PaymentView;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    payment = await create(parts, { captureMethod: 'manual' });
    parts.bank.refunds.length = 0;
    parts.bank.onOrder = (request) => anOpenOrder(request);
    parts.bank.onReadOrder = paid(HELD);
    parts.bank.onReadOperation = () => ({ kind: 'not_found' });
    answers({});
  });

  /** What the bank says to a capture or a release, by default that it is done. */
  const factsOf = (step: string, over: Partial<BankOperationFacts> = {}): BankOperationFacts =>
    aBankOperation({
      type: step === 'complete' ? 'COMPLETION' : 'REFUND',
      operationId: step === 'complete' ? 'capture-1' : 'hold-1',
      ...over,
    });
  const answers = (over: Partial<BankOperationFacts>): void => {
    parts.bank.onRefund = ({ step, merchantRequestId, amount }) => ({
      kind: 'answered',
      facts: factsOf(step, { merchantRequestId, amount, ...over }),
    });
  };
  const says = (outcome: FollowUpOutcome): void => {
    parts.bank.onRefund = () => outcome;
  };
  const sync = async (): Promise<PaymentView> => {
    await parts.sync.syncWithBank(parts.accountId, payment.id);
    return parts.payments.get(parts.accountId, payment.id);
  };
  const now = () => parts.payments.get(parts.accountId, payment.id);
  const answerOf = ({ statusCode, body, replayed }: { statusCode: number; body: string; replayed: boolean }) => ({
    statusCode,
    replayed,
    view: JSON.parse(body) as PaymentView,
  });
  const scope = (key: string) => ({ accountId: parts.accountId, paymentId: payment.id, key });
  const capture = async (amount?: number, key = aKey()) =>
    answerOf(await parts.holds.capture(scope(key), amount === undefined ? {} : { amount }));
  const cancel = async (refundLateMoney = false, key = aKey()) =>
    answerOf(await parts.holds.cancel(scope(key), { refundLateMoney }));
  const lastAction = async (): Promise<string> =>
    (await parts.records.operations.holdActionsOf(parts.accountId, [payment.id])).get(payment.id)!.id;
  const typesOf = async () => (await eventsOf(database, payment.id)).map(({ type }) => type);

  it('are asked for until their own end, and become authorized on the word of the bank', async () => {
    const order = parts.bank.orders.at(-1)!;
    expect(order.step).toBe('order_hold');
    expect(Math.round((order.page.holdExpiresAt!.getTime() - Date.now()) / 3_600_000)).toBe(168);
    expect(await sync()).toMatchObject({
      status: 'authorized',
      captureMethod: 'manual',
      amountAuthorized: 1_000,
      amountCaptured: 0,
      redirectUrl: null,
      hold: { expiresAt: order.page.holdExpiresAt!.toISOString(), action: null },
    });
    expect(await typesOf()).toEqual(['payment.requires_action', 'payment.authorized']);
  });

  it('are not paid for by a purchase', async () => {
    parts.bank.onReadOrder = paid();
    expect(await sync()).toMatchObject({ status: 'needs_review', amountAuthorized: 0 });
  });

  it('count once where the bank holds twice, and say so', async () => {
    const operations = ['hold-1', 'hold-2'].map((operationId) => aBankOperation({ type: 'PREAUTH', operationId }));
    parts.bank.onReadOrder = (orderId) => found(orderId, { status: 'SUCCESS', operations });
    expect(await sync()).toMatchObject({ status: 'authorized', amountAuthorized: 1_000, flags: ['second_charge'] });
    await capture();
    expect(parts.bank.refunds).toMatchObject([{ step: 'complete', parentBankId: 'hold-1' }]);
    expect((await sync()).flags).toEqual(['second_charge']);
  });

  it.each([['capture', 'PAYMENT_NOT_CAPTURABLE'] as const])('are needed for a %s', async (_what, code) => {
    await expect(capture()).rejects.toMatchObject({ code });
    expect(parts.bank.refunds).toEqual([]);
  });

  it('are left to a person where the bank takes them back, with the hold still proven', async () => {
    await sync();
    parts.bank.onReadOrder = (orderId) => found(orderId, { status: 'CANCELED', operations: [] });
    expect(await sync()).toMatchObject({ status: 'needs_review', amountAuthorized: 1_000 });
    const intent = await parts.records.operations.currentIntent(parts.accountId, payment.id);
    expect(intent!.status).toBe('succeeded');
  });

  describe('that are authorized', () => {
    beforeEach(async () => {
      expect((await sync()).status).toBe('authorized');
    });

    it('are taken whole, and given back by the id of the capture', async () => {
      const { statusCode, view } = await capture();
      expect([statusCode, view.status, view.amountCaptured]).toEqual([200, 'succeeded', 1_000]);
      expect(view.hold!.action).toMatchObject({ kind: 'capture', amount: 1_000, status: 'succeeded' });
      expect(await now()).toEqual(view);
      expect(parts.bank.refunds).toMatchObject([{ step: 'complete', parentBankId: 'hold-1', amount: 1_000 }]);
      expect((await typesOf()).slice(-3)).toEqual(['capture.created', 'payment.succeeded', 'capture.updated']);
      await parts.refunds.create(scope(aKey()), { amount: 300 });
      expect(parts.bank.refunds.at(-1)).toMatchObject({ step: 'give_back', parentBankId: 'capture-1', amount: 300 });
    });

    it('are asked for again while the bank names a capture by the id of its hold', async () => {
      answers({ operationId: 'hold-1', originalOperationId: 'hold-1' });
      const { statusCode, view } = await capture();
      expect([statusCode, view.status]).toEqual([202, 'authorized']);
      parts.bank.onReadOperation = (merchantRequestId) => ({
        kind: 'found',
        facts: factsOf('complete', { merchantRequestId, originalOperationId: 'hold-1' }),
      });
      await parts.engine.resolve(parts.accountId, await lastAction());
      expect(await now()).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
      await parts.refunds.create(scope(aKey()), {});
      expect(parts.bank.refunds.at(-1)).toMatchObject({ step: 'give_back', parentBankId: 'capture-1' });
    });

    it.each([800, 1_200])('are taken within what the bank allows: %i', async (amount) => {
      const { view } = await capture(amount);
      expect(view).toMatchObject({ status: 'succeeded', amountAuthorized: 1_000, amountCaptured: amount });
    });

    it.each([799, 1_201])('are not taken beyond: %i', async (amount) => {
      await expect(capture(amount)).rejects.toMatchObject({ code: 'CAPTURE_AMOUNT_INVALID' });
      expect(parts.bank.refunds).toEqual([]);
    });

    it('are taken once, of twenty requests at a time', async () => {
      answers({ status: 'PENDING' });
      const all = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => (index % 2 ? capture() : cancel())),
      );
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(parts.bank.refunds).toHaveLength(1);
    });

    it('answer a repeat with the first answer, and nothing goes out again', async () => {
      const key = aKey();
      const { view } = await capture(undefined, key);
      expect(await capture(undefined, key)).toEqual({ statusCode: 200, replayed: true, view });
      expect(parts.bank.refunds).toHaveLength(1);
    });

    it('are under way until the bank has decided, and neither taken nor let go of meanwhile', async () => {
      answers({ status: 'PENDING' });
      const key = aKey();
      const { statusCode, view } = await capture(undefined, key);
      expect([statusCode, view.status, view.hold!.action!.status]).toEqual([202, 'authorized', 'pending']);
      await expect(capture()).rejects.toMatchObject({ code: 'PAYMENT_NOT_CAPTURABLE' });
      await expect(cancel()).rejects.toMatchObject({ code: 'PAYMENT_NOT_CANCELABLE' });
      parts.bank.onReadOperation = (merchantRequestId) => ({
        kind: 'found',
        facts: factsOf('complete', { merchantRequestId }),
      });
      await parts.engine.resolve(parts.accountId, await lastAction());
      expect(await capture(undefined, key)).toMatchObject({ statusCode: 200, view: { status: 'succeeded' } });
      expect(parts.bank.refunds).toHaveLength(1);
    });

    it.each([
      ['capture', () => capture(), 'succeeded'],
      ['release', () => cancel(), 'canceled'],
    ] as const)(
      'whose %s gets no answer are asked for, and sent once more only when absent',
      async (_what, act, end) => {
        says({ kind: 'unknown', reason: 'timeout' });
        expect((await act()).statusCode).toBe(202);
        const id = await lastAction();
        const later = async (): Promise<void> => {
          for (const column of ['sent_at', 'not_found_at']) await age(database, { id, column, seconds: 1_800 });
        };
        await parts.engine.resolve(parts.accountId, id);
        await parts.engine.resolve(parts.accountId, id);
        expect(parts.bank.refunds).toHaveLength(1);
        await later();
        answers({});
        await parts.engine.resolve(parts.accountId, id);
        const [first, second] = parts.bank.refunds;
        expect(second!.merchantRequestId).toBe(first!.merchantRequestId);
        expect((await now()).status).toBe(end);
        const moves = await database.query<{ to: string }>(
          'SELECT to_status AS "to" FROM history WHERE operation_id = $1 ORDER BY number',
          [id],
        );
        expect(moves.map(({ to }) => to)).toEqual(['unknown', 'sending', 'succeeded']);
      },
    );

    it('stay when the bank declines, and may be taken again', async () => {
      answers({ status: 'FAIL', actionCode: '1', responseCode: '16' });
      parts.bank.onReadOperation = (merchantRequestId) => ({
        kind: 'found',
        facts: factsOf('complete', { merchantRequestId, status: 'FAIL', actionCode: '1', responseCode: '16' }),
      });
      const { statusCode, view } = await capture();
      expect([statusCode, view.status, view.hold!.action]).toMatchObject([
        200,
        'authorized',
        { kind: 'capture', status: 'failed', failure: { code: 'insufficient_funds' } },
      ]);
      answers({});
      expect((await capture()).view.status).toBe('succeeded');
    });

    it('are let go of, and stay so whatever the order goes on showing', async () => {
      const { statusCode, view } = await cancel();
      expect([statusCode, view.status, view.amountCaptured]).toEqual([200, 'canceled', 0]);
      expect(parts.bank.refunds).toMatchObject([{ step: 'give_back', parentBankId: 'hold-1', amount: 1_000 }]);
      expect((await sync()).status).toBe('canceled');
      await expect(capture()).rejects.toMatchObject({ code: 'PAYMENT_NOT_CAPTURABLE' });
      expect((await typesOf()).at(-2)).toBe('payment.canceled');
    });

    it.each([
      ['the back office', { merchantRequestId: 'foreign' }],
      ['nobody who says so', { merchantRequestId: undefined }],
    ])('are over when %s has released them', async (_who, over) => {
      const release = aBankOperation({ type: 'REFUND', operationId: 'x', originalOperationId: 'hold-1', ...over });
      parts.bank.onReadOrder = (id) => found(id, { status: 'SUCCESS', operations: [aBankOperation(HELD), release] });
      expect((await sync()).status).toBe('canceled');
    });

    it('are for a person where the bank shows a capture that is not ours', async () => {
      const taken = aBankOperation({ type: 'COMPLETION', operationId: 'x', merchantRequestId: 'foreign' });
      parts.bank.onReadOrder = (id) => found(id, { status: 'SUCCESS', operations: [aBankOperation(HELD), taken] });
      expect(await sync()).toMatchObject({ status: 'authorized', flags: ['contradicted'] });
      await expect(capture()).rejects.toMatchObject({ code: 'PAYMENT_NOT_CAPTURABLE' });
    });

    it('end on the clock, and are not taken any more', async () => {
      await age(database, { id: payment.id, column: 'hold_expires_at', seconds: 7 * DAY_SECONDS + 60 });
      await expect(capture()).rejects.toMatchObject({ code: 'PAYMENT_NOT_CAPTURABLE' });
      expect((await sync()).status).toBe('authorized'); // the bank may still report what was in time
      await age(database, { id: payment.id, column: 'hold_expires_at', seconds: 2 * 3_600 });
      expect((await sync()).status).toBe('canceled');
      const [move] = await database.query(
        `SELECT cause FROM history WHERE subject_id = $1 AND operation_id IS NULL AND to_status = 'canceled'`,
        [payment.id],
      );
      expect(move).toEqual({ cause: 'clock' });
    });
  });

  describe('and payments that are given up', () => {
    beforeEach(async () => {
      payment = await create(parts);
      parts.bank.onReadOrder = paid();
    });

    it('show no link any more, and the bank hears nothing', async () => {
      const key = aKey();
      const { statusCode, view } = await cancel(false, key);
      expect([statusCode, view.status, view.redirectUrl]).toEqual([200, 'canceled', null]);
      expect(await cancel(false, key)).toEqual({ statusCode: 200, replayed: true, view });
      expect(await now()).toEqual(view);
      expect(parts.bank.refunds).toEqual([]);
      await expect(cancel()).rejects.toMatchObject({ code: 'PAYMENT_NOT_CANCELABLE' });
    });

    it('that are paid all the same are told as late, and may be given back', async () => {
      await cancel();
      expect(await sync()).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
      expect((await typesOf()).at(-1)).toBe('payment.succeeded_late');
      expect(parts.bank.refunds).toEqual([]);
      expect((await parts.refunds.create(scope(aKey()), {})).statusCode).toBe(201);
    });

    it('give late money back by themselves where the merchant wants it, once', async () => {
      await cancel(true);
      const looks = Array.from({ length: 4 }, () => parts.sync.syncWithBank(parts.accountId, payment.id));
      await Promise.all(looks);
      expect(await sync()).toMatchObject({ status: 'succeeded', amountRefunded: 1_000 });
      expect(parts.bank.refunds).toMatchObject([{ step: 'give_back', amount: 1_000 }]);
    });

    it('before they have a link are let go: their order is not sent again', async () => {
      parts.bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
      payment = await create(parts);
      const sent = parts.bank.orders.length;
      expect((await cancel()).view).toMatchObject({ status: 'canceled', redirectUrl: null });
      await parts.engine.resolvePayment(parts.accountId, payment.id);
      expect(parts.bank.orders).toHaveLength(sent);
      expect(await now()).toMatchObject({ status: 'canceled' });
      expect(
        await database.query(`SELECT status, next_query_at AS due FROM operation WHERE subject_id = $1`, [payment.id]),
      ).toEqual([{ status: 'abandoned', due: null }]);
    });

    it('while their order is on its way get no link, and the order is followed', async () => {
      parts.bank.onOrder = async (request) => {
        const [row] = await database.query<{ id: string }>(
          'SELECT subject_id AS id FROM operation WHERE merchant_request_id = $1',
          [request.merchantRequestId],
        );
        payment = await parts.payments.get(parts.accountId, row!.id);
        expect((await cancel()).view.status).toBe('canceled');
        return anOpenOrder(request);
      };
      const answer = await create(parts);
      expect(answer).toMatchObject({ id: payment.id, status: 'canceled', redirectUrl: null });
      expect(await sync()).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
      expect((await typesOf()).at(-1)).toBe('payment.succeeded_late');
    });

    it('cannot be given up while the customer pays', async () => {
      parts.bank.onReadOrder = (id) => found(id, { operations: [aBankOperation({ status: 'REQUIRED_3DS' })] });
      expect((await sync()).status).toBe('processing');
      await expect(cancel()).rejects.toMatchObject({ code: 'PAYMENT_NOT_CANCELABLE' });
    });

    it('cannot be given up once they are paid', async () => {
      await sync();
      await expect(cancel()).rejects.toMatchObject({ code: 'PAYMENT_NOT_CANCELABLE' });
    });

    it('of a hold let go of late money by themselves', async () => {
      payment = await create(parts, { captureMethod: 'manual' });
      parts.bank.onReadOrder = paid(HELD);
      await cancel(true);
      await sync();
      expect(await now()).toMatchObject({ status: 'canceled', amountCaptured: 0 });
      expect(parts.bank.refunds).toMatchObject([{ step: 'give_back', parentBankId: 'hold-1' }]);
    });
  });
});
