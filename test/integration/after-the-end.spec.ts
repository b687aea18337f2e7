import { type OrderReading } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { type PaymentView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { type PaymentStatus } from '../../apps/gateway/src/payments/domain/statuses.js';
import { aBankOperation, aBankRefund, found, paid, type Sent } from './fake-payment-bank.js';
import {
  age,
  aKey,
  create,
  createMigratedDatabase,
  createPaid,
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

describe('after the end of a payment', () => {
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

  const endedAgo = (seconds: number) => age(database, { id: payment.id, column: 'ended_at', seconds });
  const refundOf = (over: Partial<BankOperationFacts> = {}): BankOperationFacts =>
    aBankRefund(`office-${payment.id}`, { originalOperationId: 'bank-operation-1', ecomOperationId: 'e-1', ...over });
  const paidAnd =
    (...more: BankOperationFacts[]) =>
    (orderId: string) =>
      found(orderId, { status: 'SUCCESS', operations: [aBankOperation(), ...more] });
  const refunds = () => parts.refunds.list(parts.accountId, payment.id);
  const refund = (amount?: number) =>
    parts.refunds.create({ accountId: parts.accountId, paymentId: payment.id, key: aKey() }, { amount });
  beforeEach(() => sync(paid()));

  it.each<[PaymentStatus, Parts['bank']['onReadOrder']]>([
    ['succeeded', paid()],
    ['failed', declined],
    ['expired', (orderId) => found(orderId)],
  ])('looks at a %s payment again after 1 h, 1, 3, 7, 30 and 90 d', async (status, reading) => {
    payment = await create(parts);
    await createdAgo(3 * HOUR + 1);
    expect((await sync(reading)).status).toBe(status);
    let passed = 0;
    for (const moment of [1, 24, 72, 168, 720, 2_160].map((hours) => hours * HOUR)) {
      expect(await secondsToNext()).toBeGreaterThan(moment - passed - 60);
      expect(await secondsToNext()).toBeLessThan(1.1 * (moment - passed) + 1);
      await endedAgo(moment - passed);
      passed = moment;
      expect((await sync(reading)).status).toBe(status);
    }
    expect((await row()).nextSyncAt).toBeNull();
  });

  it('asks again on a callback, but not for a browser that comes back once more', async () => {
    const reads = parts.bank.reads.length;
    const { nextSyncAt } = await row();
    await parts.sync.hintOnReturn(parts.accountId, payment.id);
    expect((await row()).nextSyncAt).toEqual(nextSyncAt);
    await hint();
    expect((await parts.records.payments.claimDue(100, 120)).map(({ id }) => id)).toContain(payment.id);
    await sync();
    expect(parts.bank.reads).toHaveLength(reads + 1);
  });

  it('flags a second charge, once, and keeps the first as the one that paid', async () => {
    const second = aBankOperation({ operationId: 'bank-operation-2' });
    for (let look = 0; look < 3; look++) expect((await sync(paidAnd(second))).status).toBe('succeeded');
    const paidBy = await parts.records.operations.currentIntent(parts.accountId, payment.id);
    expect(paidBy?.bankOperationId).toBe('bank-operation-1');
    expect(await row()).toMatchObject({
      amountCaptured: 1_000,
      flags: { second_charge: 'the bank also reports PURCHASE bank-operation-2 of 1000' },
    });
    expect((await typesOf()).filter((type) => type === 'payment.flagged')).toHaveLength(1);
  });

  it('imports a refund made at the bank, once, and refuses to give the same money back again', async () => {
    for (let look = 0; look < 3; look++) await sync(paidAnd(refundOf()));
    expect(await parts.payments.get(parts.accountId, payment.id)).toMatchObject({ amountRefunded: 1_000 });
    expect(await refunds()).toMatchObject([{ amount: 1_000, status: 'succeeded' }]);
    expect((await row()).flags).toEqual({});
    await expect(refund()).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
    expect(parts.bank.refunds).toHaveLength(0);
  });

  it('imports two partial ones and leaves the rest refundable', async () => {
    await sync(
      paidAnd(refundOf({ amount: 300 }), refundOf({ amount: 200, merchantRequestId: `second-${payment.id}` })),
    );
    expect(await parts.payments.get(parts.accountId, payment.id)).toMatchObject({ amountRefunded: 500 });
    await expect(refund(501)).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
  });

  it('records more than was captured, flags it, and sends no further refund', async () => {
    await sync(
      paidAnd(refundOf({ amount: 700 }), refundOf({ amount: 700, merchantRequestId: `second-${payment.id}` })),
    );
    expect(await row()).toMatchObject({
      amountRefunded: 1_400,
      flags: { refund_excess: '1400 of 1000 is refunded' },
    });
    await expect(refund(1)).rejects.toMatchObject({ code: 'PAYMENT_NOT_REFUNDABLE' });
  });

  it('does not count a foreign refund while one of ours is open, but stops; and counts it when ours is done', async () => {
    await refund(400);
    const [ours] = parts.bank.refunds.splice(0) as [Sent];
    await sync(paidAnd(refundOf({ amount: 400 })));
    expect(await row()).toMatchObject({ amountRefunded: 0, flags: { refund_unclear: expect.any(String) as string } });
    await expect(refund(1)).rejects.toMatchObject({ code: 'PAYMENT_NOT_REFUNDABLE' });
    parts.bank.onReadOperation = (id) => ({ kind: 'found', facts: aBankRefund(id, { amount: 400 }) });
    await sync(paidAnd(refundOf({ amount: 400 })));
    parts.bank.onReadOperation = () => ({ kind: 'not_found' });
    await sync(paidAnd(refundOf({ amount: 400 }), aBankRefund(ours.merchantRequestId, { amount: 400 })));
    expect(await row()).toMatchObject({ amountRefunded: 800, flags: {} });
  });

  it.each<[string, Partial<BankOperationFacts>]>([
    ['without a request id', { merchantRequestId: undefined }],
    ['of another merchant', { merchantId: 'merchant-2' }],
    ['without an amount', { amount: undefined }],
    ['in another currency', { currency: 'USD' }],
  ])('flags a refund %s', async (_what, over) => {
    await sync(paidAnd(refundOf(over)));
    expect(await row()).toMatchObject({ amountRefunded: 0, flags: { refund_unclear: expect.any(String) as string } });
    expect(await refunds()).toEqual([]);
    await sync(paidAnd());
    expect((await row()).flags).toEqual({});
  });

  it('flags a refund that belongs to another payment of the account', async () => {
    const other = await createPaid(parts);
    await parts.refunds.create({ accountId: parts.accountId, paymentId: other.id, key: aKey() }, {});
    const { merchantRequestId } = parts.bank.refunds.at(-1)!;
    parts.bank.refunds.length = 0;
    await sync(paidAnd(refundOf({ merchantRequestId })));
    expect(await row()).toMatchObject({ amountRefunded: 0, flags: { refund_unclear: expect.any(String) as string } });
  });

  it.each(['FAIL', 'PENDING'])('imports no refund in %s', async (status) => {
    await sync(paidAnd(refundOf({ status })));
    expect(await row()).toMatchObject({ amountRefunded: 0, flags: {} });
    const next = await secondsToNext();
    if (status === 'PENDING') expect(next).toBeLessThan(2.5);
    else expect(next).toBeGreaterThanOrEqual(HOUR - 60);
  });

  it('does not count the refund of a second charge against the first', async () => {
    const second = aBankOperation({ operationId: 'bank-operation-2' });
    await sync(paidAnd(second, refundOf({ originalOperationId: 'bank-operation-2' })));
    expect(await row()).toMatchObject({ amountRefunded: 0, flags: { second_charge: expect.any(String) as string } });
  });

  it('asks for a refund that we gave up and the bank calls done', async () => {
    parts.bank.onRefund = () => ({ kind: 'refused', code: 'b_no', provenNoEffect: true });
    await refund(400);
    parts.bank.onRefund = () => ({ kind: 'unknown', reason: 'timeout' });
    const { merchantRequestId } = parts.bank.refunds.splice(0)[0]!;
    parts.bank.reads.length = 0; // asked once already, to confirm the refusal
    await sync(paidAnd(refundOf({ merchantRequestId, amount: 400 })));
    expect(parts.bank.reads).toContain(merchantRequestId);
  });

  it('flags a bank that takes a success back', async () => {
    expect(await sync(declined)).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
    expect((await row()).flags).toEqual({ contradicted: 'the bank showed a success before and takes it back' });
    await expect(refund(1)).rejects.toMatchObject({ code: 'PAYMENT_NOT_REFUNDABLE' });
  });

  it('flags money that comes late and not as asked', async () => {
    payment = await create(parts);
    await sync(declined);
    expect((await sync(paid({ amount: 999 }))).status).toBe('failed');
    expect((await row()).flags).toEqual({ late_money: 'unexpected amount' });
  });

  it('asks on when it could not read', async () => {
    await endedAgo(HOUR);
    await sync(() => UNREADABLE);
    expect(await secondsToNext()).toBeLessThan(2.5);
  });
});
