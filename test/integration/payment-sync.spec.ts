import { type OrderReading } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { type PaymentView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { aBankOperation, found, paid } from './fake-payment-bank.js';
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

const HOUR = 3_600;
const UNREADABLE: OrderReading = { kind: 'unknown', reason: 'timeout' };
const declined = (orderId: string): OrderReading =>
  found(orderId, {
    status: 'FAIL',
    operations: [aBankOperation({ status: 'FAIL', actionCode: '1', responseCode: '16' })],
  });
const foreignFailure = (orderId: string, over: Partial<BankOperationFacts>): OrderReading =>
  found(orderId, { status: 'FAIL', operations: [aBankOperation({ status: 'FAIL', ...over })] });
const pending = (orderId: string): OrderReading =>
  found(orderId, {
    operations: [aBankOperation({ status: 'PENDING', actionCode: undefined, responseCode: undefined })],
  });

describe('PaymentSyncService', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let payment: PaymentView;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    payment = await create(parts);
    bankSays((orderId) => found(orderId));
    parts.bank.reads.length = 0;
  });

  const bankSays = (reading: Parts['bank']['onReadOrder']): void => {
    parts.bank.onReadOrder = reading;
  };
  const sync = async (reading?: Parts['bank']['onReadOrder']): Promise<PaymentView> => {
    if (reading) bankSays(reading);
    await parts.sync.syncWithBank(parts.accountId, payment.id);
    return parts.payments.get(parts.accountId, payment.id);
  };
  const hint = () => parts.sync.hint(parts.accountId, payment.id);
  const purchase = async () => (await parts.records.operations.currentIntent(parts.accountId, payment.id))!;
  const row = async () => (await parts.records.payments.find(parts.accountId, payment.id))!;
  const typesOf = async () => (await eventsOf(database, payment.id)).map(({ type }) => type);
  /** As if the payment had been made that long ago; it had an hour to be paid. */
  const createdAgo = (seconds: number) => age(database, { id: payment.id, column: 'created_at', seconds });
  const secondsToNext = async (): Promise<number> => {
    const [next] = await database.query<{ seconds: number }>(
      'SELECT extract(epoch FROM next_sync_at - updated_at)::float AS seconds FROM payment WHERE id = $1',
      [payment.id],
    );
    return next!.seconds;
  };

  it('takes the bank at its word when the success rule is met', async () => {
    expect(await sync(paid())).toMatchObject({
      status: 'succeeded',
      amountAuthorized: 1_000,
      amountCaptured: 1_000,
      amountRefunded: 0,
      redirectUrl: null,
      failure: null,
    });
    expect(await purchase()).toMatchObject({ status: 'succeeded', bankOperationId: 'bank-operation-1' });
    expect(await secondsToNext()).toBeGreaterThanOrEqual(HOUR);
    expect(await purchase()).toMatchObject({
      bankOperationId: 'bank-operation-1',
      evidence: { source: 'order_query', verdict: 'succeeded', status: 'SUCCESS', amount: 1_000, rrn: '-1' },
    });
    expect(await eventsOf(database, payment.id)).toEqual([
      { sequence: 1, type: 'payment.requires_action', data: { paymentId: payment.id } },
      { sequence: 2, type: 'payment.succeeded', data: { paymentId: payment.id } },
    ]);
  });

  it('asks about its own order only', async () => {
    await sync();
    expect(parts.bank.reads).toEqual([(await purchase()).bankOrderId]);
  });

  it('moves a payment once, however many workers see the same', async () => {
    bankSays(paid());
    await Promise.all(Array.from({ length: 8 }, () => parts.sync.syncWithBank(parts.accountId, payment.id)));
    expect(await typesOf()).toEqual(['payment.requires_action', 'payment.succeeded']);
  });

  it('fails a payment on the bank\u2019s proof', async () => {
    expect(await sync(declined)).toMatchObject({
      status: 'failed',
      failure: { code: 'insufficient_funds' },
      amountCaptured: 0,
    });
    expect(await purchase()).toMatchObject({ status: 'failed', failureCode: 'insufficient_funds' });
    expect(await secondsToNext()).toBeGreaterThanOrEqual(HOUR);
  });

  it.each([2, 3])('counts one of %i charges seen at the first look, and flags the others', async (charges) => {
    const second = Array.from({ length: charges - 1 }, (_, n) => aBankOperation({ operationId: `second-${n}` }));
    const failed = aBankOperation({ status: 'FAIL', operationId: 'failed', actionCode: '1', responseCode: '16' });
    const operations = [failed, aBankOperation(), ...second, aBankOperation({ status: 'PENDING', operationId: 'p' })];
    expect(await sync((orderId) => found(orderId, { status: 'SUCCESS', operations }))).toMatchObject({
      status: 'succeeded',
      amountCaptured: 1_000,
      flags: ['second_charge'],
    });
    expect(await purchase()).toMatchObject({ status: 'succeeded', bankOperationId: 'bank-operation-1' });
    await sync((orderId) => found(orderId, { status: 'SUCCESS', operations: operations.toReversed() }));
    expect(await purchase()).toMatchObject({ bankOperationId: 'bank-operation-1' });
    expect((await row()).flags.second_charge).toContain('second-0');
    expect(await typesOf()).toEqual(['payment.requires_action', 'payment.succeeded', 'payment.flagged']);
  });

  it('tells of money that comes after failure as late', async () => {
    await sync(declined);
    await hint();
    expect(await sync(paid())).toMatchObject({ status: 'succeeded', failure: null, amountCaptured: 1_000 });
    expect((await typesOf()).at(-1)).toBe('payment.succeeded_late');
  });

  it('follows an attempt from start to end', async () => {
    expect((await sync(pending)).status).toBe('processing');
    expect((await purchase()).status).toBe('pending');
    expect((await sync((orderId) => found(orderId))).status).toBe('requires_action');
    expect((await sync(pending)).status).toBe('processing');
    expect((await sync(paid())).status).toBe('succeeded');
    const events = await eventsOf(database, payment.id);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  });

  it.each<[string, Parts['bank']['onReadOrder'], RegExp]>([
    ['another amount', paid({ amount: 999 }), /unexpected amount/],
    ['another currency', paid({ currency: 'USD' }), /unexpected currency/],
    ['another merchant', paid({ merchantId: 'merchant-2' }), /unexpected merchantId/],
    ['another order', paid({ hppOrderId: 'order-of-somebody' }), /unexpected our id/],
    ['a partial approval', paid({ responseCode: '02' }), /unexpected responseCode/],
    [
      'two payments, neither as asked',
      (orderId) => found(orderId, { operations: [1, 2].map((amount) => aBankOperation({ amount })) }),
      /unexpected amount/,
    ],
    ['another request', (orderId) => found(orderId, { merchantRequestId: 'request-9' }), /another request id/],
    ['an order over another amount', (orderId) => found(orderId, { amount: 1 }), /another amount/],
    ['a failure of another merchant', (orderId) => foreignFailure(orderId, { merchantId: 'merchant-2' }), /merchantId/],
    ['a failure of another order', (orderId) => foreignFailure(orderId, { hppOrderId: 'order-2' }), /another order/],
    ['a success of another type', paid({ type: 'ACCOUNT_2_ACCOUNT' }), /success of type ACCOUNT_2_ACCOUNT/],
  ])('leaves %s to a person', async (_what, reading, reason) => {
    expect(await sync(reading)).toMatchObject({ status: 'needs_review', amountCaptured: 0, redirectUrl: null });
    const { failureMessage, evidence } = await purchase();
    expect(failureMessage).toMatch(reason);
    expect(await secondsToNext()).toBeLessThan(2.5);
    expect(evidence).toMatchObject({ verdict: 'review', orderStatus: expect.any(String) as string });
    expect(await purchase()).toMatchObject({ status: 'needs_review' });
  });

  describe('with a success that lacks a fact', () => {
    const incomplete = paid({ operationId: undefined });

    const incompleteAgo = (seconds: number) => age(database, { id: payment.id, column: 'incomplete_at', seconds });

    it.each([
      ['a hint', true],
      ['no hint at all', false],
    ])('after %s asks quickly at first, and for half an hour', async (_what, hinted) => {
      if (hinted) await hint();
      const waits: number[] = [];
      for (let query = 1; query <= 7; query++) {
        expect((await sync(incomplete)).status).toBe('requires_action');
        waits.push(await secondsToNext());
      }
      for (const [index, seconds] of [2, 5, 15, 30, 60, 120, 300].entries()) {
        expect(waits[index]).toBeGreaterThan(seconds * 0.79);
        expect(waits[index]).toBeLessThan(seconds * 1.21);
      }
      expect((await purchase()).evidence).toMatchObject({ verdict: 'incomplete', reason: 'missing operationId' });
      await incompleteAgo(1_790);
      expect((await sync(incomplete)).status).toBe('requires_action');
      expect(await secondsToNext()).toBeLessThanOrEqual(10);
    });

    it('leaves it to a person after half an hour, goes on asking, and is content when the fact comes', async () => {
      await sync(incomplete);
      await incompleteAgo(1_801);
      expect(await sync(incomplete)).toMatchObject({ status: 'needs_review' });
      expect((await row()).failureMessage).toContain('operationId');
      expect(await secondsToNext()).toBeLessThan(10);
      expect((await sync(incomplete)).status).toBe('needs_review');
      expect(await sync(paid())).toMatchObject({ status: 'succeeded', failure: null, amountCaptured: 1_000 });
      expect(await purchase()).toMatchObject({ status: 'succeeded', bankOperationId: 'bank-operation-1' });
    });

    it('counts the half hour anew when the facts were there in between', async () => {
      await sync(incomplete);
      await incompleteAgo(1_801);
      await sync(pending);
      expect((await sync(incomplete)).status).not.toBe('needs_review');
    });

    it.each(['FAIL', 'CANCELED'])('takes an order in %s beside a payment for one', async (status) => {
      const contradiction = (orderId: string) => found(orderId, { status, operations: [aBankOperation()] });
      expect(await sync(contradiction)).toMatchObject({ status: 'requires_action', amountCaptured: 0 });
      expect((await purchase()).evidence).toMatchObject({
        verdict: 'incomplete',
        orderStatus: status,
        status: 'SUCCESS',
      });
      await incompleteAgo(1_801);
      expect((await sync(contradiction)).status).toBe('needs_review');
      expect((await sync(paid())).status).toBe('succeeded');
    });

    it('is content when the fact arrives in time', async () => {
      await sync(incomplete);
      await sync(incomplete);
      expect((await sync(paid())).status).toBe('succeeded');
    });
  });

  describe('of a payment that nobody made', () => {
    it.each<[string, number, string]>([
      ['while it can be paid', 0, 'requires_action'],
      ['an hour after expiry', 2 * HOUR, 'requires_action'],
      ['just before the grace ends', 3 * HOUR - 60, 'requires_action'],
      ['after the grace', 3 * HOUR + 1, 'expired'],
    ])('%s finds it', async (_when, seconds, status) => {
      await createdAgo(seconds);
      expect((await sync()).status).toBe(status);
    });

    it('counts from the bank\u2019s own expiry when that is later', async () => {
      await createdAgo(4 * HOUR);
      await database.query('UPDATE payment SET expires_at = now() WHERE id = $1', [payment.id]);
      expect((await sync()).status).toBe('requires_action');
    });

    describe.each<OrderReading['kind']>(['order_expired', 'not_found'])('when the bank answers %s', (kind) => {
      const gone = () => ({ kind }) as OrderReading;
      const goneAgo = (seconds: number) => age(database, { id: payment.id, column: 'gone_at', seconds });

      it('believes it the second time, an hour later', async () => {
        await createdAgo(3 * HOUR + 1);
        expect((await sync(gone)).status).toBe('requires_action');
        await goneAgo(HOUR - 5);
        expect((await sync(gone)).status).toBe('requires_action');
        await goneAgo(6);
        expect(await sync(gone)).toMatchObject({ status: 'expired', failure: { code: 'expired' } });
        expect(await purchase()).toMatchObject({ status: 'failed' });
        expect(await typesOf()).toEqual(['payment.requires_action', 'payment.expired']);
      });

      it('counts from two hours after expiry only', async () => {
        await createdAgo(3 * HOUR - 5);
        await sync(gone);
        expect((await row()).goneAt).toBeNull();
        await createdAgo(10);
        expect((await sync(gone)).status).toBe('requires_action');
        expect((await row()).goneAt).not.toBeNull();
      });

      it('starts over when the bank shows the order in between', async () => {
        await createdAgo(3 * HOUR + 1);
        await sync(gone);
        await goneAgo(HOUR + 1);
        await sync((orderId) => found(orderId, { status: 'REQUIRED_3DS' }));
        expect((await row()).goneAt).toBeNull();
      });

      it.each<[string, () => Promise<unknown>]>([
        ['a query showed an attempt', () => sync(pending)],
        ['a query showed 3-D Secure', () => sync((orderId) => found(orderId, { status: 'REQUIRED_3DS' }))],
        ['a query showed half a success', () => sync(paid({ rrn: undefined, operationId: undefined }))],
        [
          'a callback showed an attempt',
          () => parts.sync.noteTold(parts.accountId, payment.id, { showsAttempt: true, orderId: undefined }),
        ],
      ])('leaves it to a person when %s', async (_what, show) => {
        await show();
        await sync((orderId) => found(orderId));
        await createdAgo(3 * HOUR + 1);
        await sync(gone);
        await goneAgo(HOUR + 1);
        expect(await sync(gone)).toMatchObject({ status: 'needs_review', redirectUrl: null });
        expect((await row()).nextSyncAt).not.toBeNull();
        expect((await sync(paid())).status).toBe('succeeded');
      });

      it('is not deterred by a decline', async () => {
        await sync((orderId) => found(orderId, { operations: [aBankOperation({ status: 'FAIL' })] }));
        await createdAgo(3 * HOUR + 1);
        await sync(gone);
        await goneAgo(HOUR + 1);
        expect((await sync(gone)).status).toBe('expired');
      });
    });

    it('does not call it unpaid once the bank has shown a success', async () => {
      await sync(paid({ operationId: undefined }));
      await createdAgo(3 * HOUR + 1);
      expect((await sync((orderId) => found(orderId))).status).toBe('needs_review');
    });

    it('never expires one with a live attempt, nor one that the bank calls paid', async () => {
      await createdAgo(3 * HOUR + 1);
      expect((await sync(pending)).status).toBe('processing');
      expect((await sync((orderId) => found(orderId, { status: 'SUCCESS' }))).status).not.toBe('expired');
    });

    it('takes money that comes after expiry', async () => {
      await createdAgo(3 * HOUR + 1);
      await sync();
      await hint();
      expect(await sync(paid())).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
      expect((await typesOf()).at(-1)).toBe('payment.succeeded_late');
    });
  });

  describe('of an order that cannot be read', () => {
    it.each<[string, OrderReading]>([
      ['no answer', UNREADABLE],
      ['an answer that the order is unknown', { kind: 'not_found' }],
    ])('with %s decides nothing before the deadline', async (_what, reading) => {
      await createdAgo(6 * HOUR - 5);
      expect((await sync(() => reading)).status).toBe('requires_action');
      await createdAgo(6);
      expect(await sync(() => reading)).toMatchObject({ status: 'needs_review', amountCaptured: 0 });
      expect(await secondsToNext()).toBeLessThan(2.5);
      expect((await sync((orderId) => found(orderId))).status).toBe('expired');
    });
  });

  it('leaves an attempt without a result to a person five hours after expiry, and goes on asking', async () => {
    await sync(pending);
    await createdAgo(6 * HOUR - 5);
    expect((await sync(pending)).status).toBe('processing');
    await createdAgo(6);
    expect((await sync(pending)).status).toBe('needs_review');
    expect((await sync(declined)).status).toBe('failed');
    expect(await purchase()).toMatchObject({ status: 'failed' });
  });

  it('asks about a payment under review ever more rarely, and soon again after a hint', async () => {
    await sync(paid({ amount: 999 }));
    for (let query = 0; query < 3; query++) await sync();
    expect(await secondsToNext()).toBeGreaterThan(20);
    await hint();
    expect((await parts.records.payments.claimDue(100, 120)).map(({ id }) => id)).toContain(payment.id);
    await sync();
    expect(await secondsToNext()).toBeLessThan(2.5);
  });

  it('loses no hint that comes while the bank is being asked', async () => {
    await sync(async (orderId) => {
      await hint();
      return paid()(orderId);
    });
    expect(await row()).toMatchObject({ status: 'succeeded', hintQueries: 1 });
    expect((await parts.records.payments.claimDue(100, 120)).map(({ id }) => id)).toContain(payment.id);
  });

  it('writes nothing over a cancellation that comes while the bank is being asked', async () => {
    const scope = { accountId: parts.accountId, paymentId: payment.id, key: aKey() };
    const after = await sync(async (orderId) => {
      await parts.holds.cancel(scope, { refundLateMoney: false });
      return pending(orderId);
    });
    expect(after.status).toBe('canceled');
    expect(await typesOf()).toEqual(['payment.requires_action', 'payment.canceled']);
  });

  it('asks an order by its age: soon at first, then hourly', async () => {
    expect(await secondsToNext()).toBeGreaterThan(55); // counted from the creation, which some time has passed since
    expect(await secondsToNext()).toBeLessThanOrEqual(66);
    await createdAgo(200);
    await sync();
    expect(await secondsToNext()).toBeGreaterThan(95);
    expect(await secondsToNext()).toBeLessThanOrEqual(110);
    await createdAgo(2 * HOUR);
    await sync();
    expect(await secondsToNext()).toBeGreaterThan(HOUR - 201);
    expect(await secondsToNext()).toBeLessThanOrEqual(1.1 * (HOUR - 200));
  });

  it('asks quickly for a while after a hint, then by age again', async () => {
    await hint();
    const waits: number[] = [];
    for (let query = 0; query < 6; query++) {
      await sync();
      waits.push(await secondsToNext());
    }
    expect(waits[0]).toBeLessThan(2.5);
    expect(waits[4]).toBeGreaterThan(47);
    expect(waits[5]).toBeGreaterThan(waits[0]! * 10);
    expect((await row()).status).toBe('requires_action');
  });

  it('no callback and no hint moves a payment that the bank does not call paid', async () => {
    for (let count = 0; count < 10; count++) {
      await hint();
      expect((await sync()).status).toBe('requires_action');
    }
    expect(await typesOf()).toEqual(['payment.requires_action']);
  });

  it('carries on opening an order that never got an answer', async () => {
    const { onOrder } = parts.bank;
    parts.bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
    payment = await create(parts);
    parts.bank.onOrder = onOrder;
    await sync();
    expect((await row()).status).toBe('requires_action');
  });

  it('sends a returning customer to the merchant, and asks the bank next', async () => {
    expect(await parts.sync.hintOnReturn(parts.accountId, payment.id)).toBe('https://shop.example/return');
    expect((await parts.records.payments.claimDue(100, 120)).map(({ id }) => id)).toContain(payment.id);
    expect(await parts.sync.hintOnReturn(parts.accountId, 'pay_none')).toBeUndefined();
  });
});
