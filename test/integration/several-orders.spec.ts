import { type OrderReading } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type BankOperationFacts, type BankOrderFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { aBankOperation, anOpenOrder, BANK_MERCHANT_ID, bankOrderIdOf, found } from './fake-payment-bank.js';
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
const LOST = { kind: 'unknown', reason: 'timeout' } as const;
const charge = (over: Partial<BankOperationFacts> = {}): BankOperationFacts =>
  aBankOperation({ operationId: 'operation-of-the-lost-order', ...over });

/** A payment has an order with a link, and the bank has an earlier one whose answer was lost. */
describe('an order beside the one that a payment has', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let paymentId: string;
  /** What the bank shows, by order. */
  let books: Map<string, OrderReading>;
  let lost: string;
  let current: string;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    books = new Map();
    parts.bank.onReadOrder = (id) => books.get(id) ?? { kind: 'not_found' };
    await opened();
  });

  /** The first answer is lost, the second says that the order is there, the third is an order with a link. */
  async function opened(over: Record<string, unknown> = {}): Promise<void> {
    let sends = 0;
    parts.bank.orders.length = 0;
    parts.bank.onOrder = (request) => {
      sends += 1;
      if (sends === 1) return LOST;
      return sends === 2 ? { kind: 'duplicate' } : anOpenOrder(request);
    };
    paymentId = (await create(parts, over)).id;
    await parts.engine.resolvePayment(parts.accountId, paymentId);
    const requestIds = [...new Set(parts.bank.orders.map(({ merchantRequestId }) => merchantRequestId))];
    [lost, current] = requestIds.map(bankOrderIdOf) as [string, string];
    expect((await now()).status).toBe('requires_action');
    for (const orderId of [lost, current]) shows(orderId);
  }

  const requestIdOf = (orderId: string): string => orderId.slice('order-'.length);
  const shows = (orderId: string, over: Partial<BankOrderFacts> = {}): void => {
    const facts = { merchantRequestId: requestIdOf(orderId), merchantId: BANK_MERCHANT_ID, amount: 1_000 };
    books.set(orderId, found(orderId, { ...facts, ...over }));
  };
  const isPaid = (orderId: string, over: Partial<BankOperationFacts> = {}): void => {
    shows(orderId, { status: 'SUCCESS', operations: [charge(over)] });
  };
  const named = (orderId = lost) => parts.sync.noteTold(parts.accountId, paymentId, { showsAttempt: true, orderId });
  const now = () => parts.payments.get(parts.accountId, paymentId);
  const row = async () => (await parts.records.payments.find(parts.accountId, paymentId))!;
  const sync = async () => {
    await parts.sync.syncWithBank(parts.accountId, paymentId);
    return now();
  };
  const intents = async () =>
    (await parts.records.operations.intents(parts.accountId, paymentId)).map(
      ({ bankOrderId, status, bankOperationId }) => ({ bankOrderId, status, bankOperationId }),
    );

  it('pays for it, when a callback names it and the bank shows it as ours', async () => {
    isPaid(lost);
    await named();
    expect(await sync()).toMatchObject({ status: 'succeeded', amountCaptured: 1_000, redirectUrl: null, flags: [] });
    expect(await intents()).toEqual([
      { bankOrderId: current, status: 'action_required', bankOperationId: null },
      { bankOrderId: lost, status: 'succeeded', bankOperationId: 'operation-of-the-lost-order' },
    ]);
    expect((await row()).namedOrderIds).toEqual([]);
    const paidBy = await parts.records.operations.currentIntent(parts.accountId, paymentId);
    expect(paidBy?.evidence).toMatchObject({ verdict: 'succeeded', order: lost });
    await parts.refunds.create({ accountId: parts.accountId, paymentId, key: aKey() }, {});
    expect(parts.bank.refunds.at(-1)).toMatchObject({ parentBankId: 'operation-of-the-lost-order' });
  });

  it('is not believed without the bank, and an order that is not paid changes nothing', async () => {
    await named();
    expect(await sync()).toMatchObject({ status: 'requires_action' });
    expect(await intents()).toMatchObject([{ bankOrderId: current }, { bankOrderId: lost, status: 'abandoned' }]);
    isPaid(current, { operationId: 'usual' });
    expect(await sync()).toMatchObject({ status: 'succeeded', flags: [] });
  });

  it.each([
    ['one after the other', true],
    ['both at the first look', false],
  ])('is a second charge where both are paid: %s', async (_how, apart) => {
    isPaid(current, { operationId: 'usual' });
    if (apart) expect(await sync()).toMatchObject({ status: 'succeeded', flags: [] });
    isPaid(lost);
    await named();
    for (let look = 0; look < 3; look++)
      expect(await sync()).toMatchObject({ status: 'succeeded', amountCaptured: 1_000, flags: ['second_charge'] });
    expect((await row()).flags.second_charge).toMatch(/operation-of-the-lost-order of 1000 under the order/u);
    const types = (await eventsOf(database, paymentId)).map(({ type }) => type);
    expect(types).toEqual(['payment.requires_action', 'payment.succeeded', 'payment.flagged']);
  });

  it('is a second charge where the one with the link is paid after it', async () => {
    isPaid(lost);
    await named();
    await sync();
    isPaid(current, { operationId: 'usual' });
    expect(await sync()).toMatchObject({ status: 'succeeded', amountCaptured: 1_000, flags: ['second_charge'] });
    expect((await row()).flags.second_charge).toContain('usual');
  });

  it.each(['failed', 'expired', 'canceled'])('brings late money to a payment that is %s', async (status) => {
    if (status === 'failed') shows(current, { status: 'CANCELED' });
    if (status === 'expired') await age(database, { id: paymentId, column: 'created_at', seconds: 3 * HOUR + 1 });
    const key = aKey();
    if (status === 'canceled')
      await parts.holds.cancel({ accountId: parts.accountId, paymentId, key }, { refundLateMoney: false });
    expect((await sync()).status).toBe(status);
    isPaid(lost);
    await named();
    expect(await sync()).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
    expect((await eventsOf(database, paymentId)).at(-1)!.type).toBe('payment.succeeded_late');
  });

  it('keeps a payment open that would end: under way, or not to be read', async () => {
    await named();
    await sync();
    await age(database, { id: paymentId, column: 'created_at', seconds: 3 * HOUR + 1 });
    books.set(lost, { kind: 'unknown', reason: 'timeout' });
    expect((await sync()).status).toBe('requires_action');
    shows(lost, { operations: [charge({ status: 'PENDING' })] });
    expect((await sync()).status).toBe('processing');
    shows(lost);
    expect((await sync()).status).toBe('requires_action');
    expect((await sync()).status).toBe('expired');
  });

  it('is asked for again where the bank could not be read', async () => {
    books.set(lost, { kind: 'unknown', reason: 'timeout' });
    await named();
    await sync();
    expect((await row()).namedOrderIds).toEqual([lost]);
    isPaid(lost);
    expect((await sync()).status).toBe('succeeded');
  });

  it.each<[string, Partial<BankOrderFacts>]>([
    ['another merchant', { merchantId: 'merchant-2' }],
    ['another amount', { amount: 1 }],
    ['no request', { merchantRequestId: undefined }],
  ])('that is paid but of %s is for a person, and a flag once the payment is paid', async (_what, over) => {
    shows(lost, { status: 'SUCCESS', operations: [charge()], ...over });
    await named();
    expect(await sync()).toMatchObject({ status: 'needs_review', amountCaptured: 0 });
    expect((await row()).failureMessage).toMatch(/which a callback named: unexpected/u);
    isPaid(lost);
    expect(await sync()).toMatchObject({ status: 'succeeded' });
    await opened();
    isPaid(current, { operationId: 'usual' });
    await sync();
    shows(lost, { status: 'SUCCESS', operations: [charge()], ...over });
    await named();
    expect(await sync()).toMatchObject({ status: 'succeeded', flags: ['second_charge'] });
  });

  it('that is of somebody else\u2019s request is forgotten', async () => {
    books.set('foreign', found('foreign', { merchantRequestId: 'somebody', operations: [charge()] }));
    await named('foreign');
    expect(await sync()).toMatchObject({ status: 'requires_action' });
    expect((await row()).namedOrderIds).toEqual([]);
  });

  it('pays for a payment whose own order is still being opened, and that order is not sent any more', async () => {
    let sends = 0;
    parts.bank.onOrder = () => (++sends === 2 ? { kind: 'duplicate' } : LOST);
    parts.bank.orders.length = 0;
    paymentId = (await create(parts)).id;
    await parts.engine.resolvePayment(parts.accountId, paymentId);
    lost = bankOrderIdOf(parts.bank.orders[0]!.merchantRequestId);
    expect((await now()).status).toBe('created');
    isPaid(lost);
    await named();
    expect(await sync()).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
    const { length } = parts.bank.orders;
    await parts.engine.resolvePayment(parts.accountId, paymentId);
    await sync();
    expect(parts.bank.orders).toHaveLength(length);
    expect((await intents()).map(({ status }) => status)).toEqual(['abandoned', 'succeeded']);
  });

  it('ends with the payment: the one nobody paid is over once its time is', async () => {
    isPaid(lost);
    await named();
    await sync();
    await age(database, { id: paymentId, column: 'created_at', seconds: 3 * HOUR + 1 });
    await sync();
    expect((await intents()).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
  });

  it('holds as well as it pays', async () => {
    await opened({ captureMethod: 'manual' });
    shows(lost, { status: 'SUCCESS', operations: [charge({ type: 'PREAUTH' })] });
    await named();
    expect(await sync()).toMatchObject({ status: 'authorized', amountAuthorized: 1_000 });
    shows(current, { status: 'SUCCESS', operations: [charge({ type: 'PREAUTH', operationId: 'usual' })] });
    expect(await sync()).toMatchObject({ status: 'authorized', flags: ['second_charge'] });
  });
});
