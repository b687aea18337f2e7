import { type PaymentView, type VerificationView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { aBankOperation, aBankRefund, anOpenOrder, BANK_MERCHANT_ID, found, paid } from './fake-payment-bank.js';
import {
  aKey,
  create,
  createMigratedDatabase,
  eventsOf,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

const TRANSFERS = 'merchant-a2a';

/** What the ways to pay have of their own: currencies, receipts, tries, transfers, verifications. */
describe('a payment', () => {
  let database: MigratedDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
    await parts.accounts.change(parts.accountId, { a2aMerchantId: TRANSFERS });
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    parts.bank.orders.length = 0;
    parts.bank.refunds.length = 0;
    parts.bank.onOrder = (request) => anOpenOrder(request);
    parts.bank.onRefund = ({ merchantRequestId, amount, step }) => ({
      kind: 'answered',
      facts: aBankRefund(merchantRequestId, {
        ...{ amount, status: 'SUCCESS', type: step === 'complete' ? 'COMPLETION' : 'REFUND' },
        ...{ operationId: `own-${merchantRequestId}` },
      }),
    });
  });

  const read = (id: string): Promise<PaymentView> => parts.payments.get(parts.accountId, id);
  /** As the bank shows the order from now on. */
  const sync = async (id: string, ...operations: Partial<BankOperationFacts>[]): Promise<PaymentView> => {
    const status = operations.some((one) => (one.status ?? 'SUCCESS') === 'SUCCESS') ? 'SUCCESS' : 'FAIL';
    parts.bank.onReadOrder = (order) =>
      found(order, { status, operations: operations.map((one) => aBankOperation(one)) });
    await parts.sync.syncWithBank(parts.accountId, id);
    return read(id);
  };
  const refund = async (paymentId: string, amount?: number) => {
    const scope = { accountId: parts.accountId, paymentId, key: aKey() };
    const { body } = await parts.refunds.create(scope, amount === undefined ? {} : { amount });
    return JSON.parse(body) as { amount: number; currency: string; status: string };
  };

  describe('in another currency', () => {
    const dollars = { currency: 'USD', amount: 1_000, hryvnia: 44_350, shown: { rate: '44.3500' } };

    it('is asked for in it, counted in hryvnias, and given back in them', async () => {
      const { id } = await create(parts, { currency: 'USD' });
      expect(parts.bank.orders).toMatchObject([{ amount: 1_000, currency: 'USD' }]);
      expect(await sync(id, dollars)).toMatchObject({
        ...{ status: 'succeeded', amount: 1_000, currency: 'USD', settlementCurrency: 'UAH' },
        ...{ amountAuthorized: 44_350, amountCaptured: 44_350, amountRefunded: 0 },
        exchange: { amount: 44_350, currency: 'UAH', rate: '44.3500' },
      });
      expect(await refund(id, 4_350)).toMatchObject({ amount: 4_350, currency: 'UAH', status: 'succeeded' });
      expect(await refund(id)).toMatchObject({ amount: 40_000, currency: 'UAH' });
      expect(parts.bank.refunds.map(({ amount, currency }) => [amount, currency])).toEqual([
        [4_350, 'UAH'],
        [40_000, 'UAH'],
      ]);
      await expect(refund(id, 1)).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
      expect(await read(id)).toMatchObject({ amountRefunded: 44_350, flags: [] });
    });

    it('is held in hryvnias, and captured within what is held of them', async () => {
      const { id } = await create(parts, { currency: 'EUR', captureMethod: 'manual' });
      const euros = { ...dollars, currency: 'EUR', type: 'PREAUTH', operationId: 'hold-eur' };
      expect(await sync(id, euros)).toMatchObject({
        status: 'authorized',
        amountAuthorized: 44_350,
        amountCaptured: 0,
      });
      const scope = { accountId: parts.accountId, paymentId: id, key: aKey() };
      await expect(parts.holds.capture({ ...scope, key: aKey() }, { amount: 1_000 })).rejects.toMatchObject({
        code: 'CAPTURE_AMOUNT_INVALID',
      });
      await parts.holds.capture(scope, { amount: 40_000 });
      expect(await read(id)).toMatchObject({ status: 'succeeded', amountAuthorized: 44_350, amountCaptured: 40_000 });
    });

    it('counts a refund that the bank made of it in hryvnias', async () => {
      const { id } = await create(parts, { currency: 'USD' });
      await sync(id, dollars);
      const back = { type: 'REFUND', merchantRequestId: 'foreign-1', amount: 10_000, ecomOperationId: 'foreign' };
      expect(await sync(id, dollars, back)).toMatchObject({ amountRefunded: 10_000, flags: [] });
    });

    it.each<[string, Partial<BankOperationFacts>, string]>([
      ['the same number of hryvnias', { currency: 'UAH', amount: 1_000, hryvnia: 1_000 }, 'needs_review'],
      ['another currency', { ...dollars, currency: 'EUR' }, 'needs_review'],
      ['another amount of it', { ...dollars, amount: 999 }, 'needs_review'],
      ['no amount in hryvnias', { ...dollars, hryvnia: undefined }, 'requires_action'],
    ])('is not paid by %s', async (_what, operation, status) => {
      const { id } = await create(parts, { currency: 'USD' });
      expect(await sync(id, operation)).toMatchObject({ status, amountCaptured: 0, exchange: null });
    });
  });

  describe('that is paid', () => {
    const receipt = {
      ...{ cardMask: '411111••••1111', scheme: 'VISA', service: 'APPLE_PAY', terminal: 'AE010002', fee: 25 },
      ...{ processedAt: new Date('2026-10-24T12:00:00Z'), receiptUrl: 'https://bank.example/r/1' },
    };

    it('has its receipt, and what the bank tells only later', async () => {
      const { id } = await create(parts);
      expect(await read(id)).toMatchObject({ receipt: null });
      const first = await sync(id, { rrn: undefined, shown: receipt });
      expect(first.receipt).toEqual({
        ...{ cardMask: '411111******1111', scheme: 'VISA', instrument: 'apple_pay', terminal: 'AE010002', fee: 25 },
        ...{ rrn: null, approvalCode: null, bankOperationId: 'bank-operation-1', url: 'https://bank.example/r/1' },
        paidAt: '2026-10-24T12:00:00.000Z',
      });
      const later = await sync(id, { rrn: '629812000001', approvalCode: '012345', shown: {} });
      expect(later.receipt).toEqual({ ...first.receipt, rrn: '629812000001', approvalCode: '012345' });
    });

    it('has no whole card number in any row', async () => {
      const pan = '4000001234567899';
      const { id } = await create(parts);
      await sync(id, { rrn: pan, approvalCode: pan, shown: { ...receipt, cardMask: pan, scheme: pan, terminal: pan } });
      const rows = await database.query<{ row: string }>(
        `SELECT p::text AS row FROM payment p UNION ALL SELECT o::text FROM operation o UNION ALL SELECT h::text FROM history h`,
      );
      for (const { row } of rows) expect(row).not.toContain(pan);
    });
  });

  it('with many tries waits on after one that failed, and is paid by the next', async () => {
    const declined = { status: 'FAIL', actionCode: '1', responseCode: '16', operationId: 'first' };
    const { id } = await create(parts, { paymentMethod: { type: 'hosted_page', tries: 'many' } });
    expect(await sync(id, declined)).toMatchObject({ status: 'requires_action', failure: null });
    expect(await sync(id, declined, { operationId: 'second' })).toMatchObject({ status: 'succeeded' });
    const once = await create(parts);
    expect(await sync(once.id, declined)).toMatchObject({ status: 'failed', failure: { code: expect.any(String) } });
  });

  it('keeps its lines and wishes when its order goes out again', async () => {
    const lineItems = [{ name: 'Honey', quantity: 1, amount: 1_000 }];
    const paymentMethod = { type: 'hosted_page', instruments: ['card'], resultPage: 'skip' };
    parts.bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
    const { id } = await create(parts, { lineItems, paymentMethod });
    parts.bank.onOrder = (request) => anOpenOrder(request);
    await parts.engine.resolvePayment(parts.accountId, id);
    expect(parts.bank.orders).toHaveLength(2);
    expect(parts.bank.orders[1]!.page.wishes).toEqual({ lineItems, instruments: ['card'], resultPage: 'skip' });
    expect(await read(id)).toMatchObject({ status: 'requires_action', lineItems, paymentMethod });
  });

  describe('by bank transfer', () => {
    const QR = 'https://bank.gov.ua/qr/QkNECjAwMw';
    const byTransfer = () => create(parts, { paymentMethod: { type: 'bank_transfer' } });
    const transfer = (over: Partial<BankOperationFacts> = {}): Partial<BankOperationFacts> => ({
      ...{ type: 'ACCOUNT_2_ACCOUNT', merchantId: TRANSFERS, rrn: undefined, actionCode: undefined },
      ...{ responseCode: undefined, operationId: 'transfer-1', shown: { service: 'ACCOUNT' }, ...over },
    });
    beforeEach(() => {
      parts.bank.onOrder = (request) => anOpenOrder(request, { qrLink: QR });
    });

    it('goes to its own terminal, and has a QR code while it can be paid', async () => {
      const payment = await byTransfer();
      expect(parts.bank.orders).toMatchObject([{ step: 'order_a2a', bankMerchantId: TRANSFERS, currency: 'UAH' }]);
      expect(payment).toMatchObject({ qrLink: QR, paymentMethod: { type: 'bank_transfer' } });
      expect(await parts.payments.qrLink(parts.accountId, payment.id)).toBe(QR);
      expect(await sync(payment.id, transfer())).toMatchObject({
        ...{ status: 'succeeded', amountCaptured: 1_000, qrLink: null, redirectUrl: null },
        receipt: { instrument: 'account', cardMask: null, rrn: null },
      });
      await expect(parts.payments.qrLink(parts.accountId, payment.id)).rejects.toMatchObject({ code: 'QR_NOT_FOUND' });
    });

    it('without a terminal for it is refused before anything is recorded', async () => {
      await parts.accounts.change(parts.accountId, { a2aMerchantId: null });
      await expect(byTransfer()).rejects.toMatchObject({ code: 'PAYMENT_METHOD_UNAVAILABLE' });
      await parts.accounts.change(parts.accountId, { a2aMerchantId: TRANSFERS });
      expect(parts.bank.orders).toEqual([]);
    });

    it.each([
      ['on the terminal for cards', { merchantId: BANK_MERCHANT_ID }],
      ['by a card', { type: 'PURCHASE' }],
    ])('is not paid %s', async (_how, over) => {
      const { id } = await byTransfer();
      expect(await sync(id, transfer(over))).toMatchObject({ status: 'needs_review', amountCaptured: 0 });
    });

    it.each([1, 999, 1_001, 105_400])('of another amount (%i) is counted, and a person looks', async (amount) => {
      const { id } = await byTransfer();
      const view = await sync(id, transfer({ amount }));
      expect(view).toMatchObject({ status: 'needs_review', amount: 1_000, amountCaptured: amount });
      expect(view.failure!.message).toContain(`${amount} was paid where 1000 was asked for`);
      expect((await eventsOf(database, id)).at(-1)!.type).toBe('payment.needs_review');
    });

    it('that is paid again is a payment of its own, told once, however often it is seen', async () => {
      const { id } = await byTransfer();
      await sync(id, transfer());
      const again = transfer({ operationId: 'transfer-2', amount: 700 });
      for (let look = 0; look < 2; look++)
        expect(await sync(id, transfer(), again)).toMatchObject({ amountCaptured: 1_000, flags: [] });
      const [born, ...more] = await database.query<{ id: string }>('SELECT id FROM payment WHERE origin_id = $1', [id]);
      expect(more).toEqual([]);
      expect(await read(born!.id)).toMatchObject({
        ...{ status: 'succeeded', amount: 700, amountCaptured: 700 },
        paymentMethod: { type: 'bank_transfer' },
      });
      expect((await eventsOf(database, born!.id)).map(({ type }) => type)).toEqual(['payment.succeeded']);
    });

    it('that is paid again in a way that cannot be proven is flagged', async () => {
      const { id } = await byTransfer();
      await sync(id, transfer());
      const unclear = transfer({ operationId: 'transfer-2', merchantId: BANK_MERCHANT_ID });
      expect(await sync(id, transfer(), unclear)).toMatchObject({ flags: ['second_charge'] });
      expect(await database.query('SELECT id FROM payment WHERE origin_id = $1', [id])).toEqual([]);
    });

    it('cannot be given back, since the bank documents no such thing', async () => {
      const { id } = await byTransfer();
      await sync(id, transfer());
      await expect(refund(id)).rejects.toMatchObject({ code: 'PAYMENT_NOT_REFUNDABLE' });
      expect(parts.bank.refunds).toEqual([]);
    });

    it('whose money comes after it was canceled is told and not given back', async () => {
      const { id } = await byTransfer();
      await parts.holds.cancel({ accountId: parts.accountId, paymentId: id, key: aKey() }, { refundLateMoney: true });
      expect(await sync(id, transfer())).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
      expect((await eventsOf(database, id)).at(-1)!.type).toBe('payment.succeeded_late');
      expect(parts.bank.refunds).toEqual([]);
    });
  });

  describe('of nothing, to verify a card,', () => {
    const request = { returnUrl: 'https://shop.example/return', customer: { id: 'customer-1' }, language: 'uk' };
    const verify = async (): Promise<VerificationView> => {
      const scope = { accountId: parts.accountId, key: aKey() };
      const body = { ...request, language: 'uk' as const, expiresInMinutes: 60, metadata: {} };
      return JSON.parse((await parts.verifications.create(scope, body)).body) as VerificationView;
    };

    it('succeeds when the bank has verified it, and moves nothing', async () => {
      const made = await verify();
      expect(made).toMatchObject({
        object: 'verification',
        status: 'requires_action',
        redirectUrl: expect.any(String),
      });
      expect(parts.bank.orders).toMatchObject([{ step: 'order_verification', amount: 0, currency: 'UAH' }]);
      parts.bank.onReadOrder = paid({ type: 'VERIFICATION', amount: 0, shown: { cardMask: '411111****1111' } });
      await parts.sync.syncWithBank(parts.accountId, made.id);
      expect(await parts.verifications.get(parts.accountId, made.id)).toMatchObject({
        ...{ status: 'succeeded', redirectUrl: null, receipt: { cardMask: '411111******1111' } },
      });
      const told = await database.query('SELECT subject_type, type, data FROM outbox_event WHERE subject_id = $1', [
        made.id,
      ]);
      const data = { verificationId: made.id };
      expect(told).toEqual([
        { subject_type: 'verification', type: 'verification.requires_action', data },
        { subject_type: 'verification', type: 'verification.succeeded', data },
      ]);
      const [sums] = await database.query(
        'SELECT amount, amount_authorized, amount_captured, amount_refunded FROM payment WHERE id = $1',
        [made.id],
      );
      expect(sums).toEqual({ amount: '0', amount_authorized: '0', amount_captured: '0', amount_refunded: '0' });
    });

    it('is not verified by money that moved', async () => {
      const { id } = await verify();
      parts.bank.onReadOrder = paid({ type: 'PURCHASE', amount: 0 });
      await parts.sync.syncWithBank(parts.accountId, id);
      expect(await parts.verifications.get(parts.accountId, id)).toMatchObject({ status: 'needs_review' });
    });

    it('is no payment: not in the list, and not to be read, taken, canceled or given back as one', async () => {
      const { id } = await verify();
      const scope = () => ({ accountId: parts.accountId, paymentId: id, key: aKey() });
      const { data } = await parts.payments.list(parts.accountId, { limit: 100 });
      expect(data.map((payment) => payment.id)).not.toContain(id);
      const missing = { code: 'PAYMENT_NOT_FOUND' };
      await expect(read(id)).rejects.toMatchObject(missing);
      await expect(parts.refunds.create(scope(), {})).rejects.toMatchObject(missing);
      await expect(parts.refunds.list(parts.accountId, id)).rejects.toMatchObject(missing);
      await expect(parts.holds.capture(scope(), {})).rejects.toMatchObject(missing);
      await expect(parts.holds.cancel(scope(), { refundLateMoney: false })).rejects.toMatchObject(missing);
      const { id: payment } = await create(parts);
      await expect(parts.verifications.get(parts.accountId, payment)).rejects.toMatchObject({
        code: 'VERIFICATION_NOT_FOUND',
      });
    });
  });
});
