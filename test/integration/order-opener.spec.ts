import { type OrderOutcome, type OrderRequest } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { merchantRequestIdOf } from '../../apps/gateway/src/payments/merchant-request-id.js';
import { type PaymentView } from '../../apps/gateway/src/payments/payment.dto.js';
import { anOpenOrder, BANK_MERCHANT_ID, bankOrderIdOf } from './fake-payment-bank.js';
import {
  age,
  aKey,
  aRequest,
  create,
  createMigratedDatabase,
  eventsOf,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

const TIMEOUT: OrderOutcome = { kind: 'unknown', reason: 'timeout' };
const DUPLICATE: OrderOutcome = { kind: 'duplicate' };

describe('OrderOpenerService', () => {
  let database: MigratedDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  beforeEach(() => {
    parts.bank.orders.length = 0;
    parts.bank.onOrder = anOpenOrder;
  });

  /** The bank gives these answers in turn, and opens whatever comes after. */
  const bankAnswers = (...outcomes: OrderOutcome[]): void => {
    parts.bank.onOrder = (request) => outcomes.shift() ?? anOpenOrder(request);
  };
  const resume = (id: string) => parts.orders.resume(parts.accountId, id);
  const purchasesOf = (id: string) =>
    database.query<{ status: string; merchant_request_id: string; next_query_at: Date | null }>(
      `SELECT status, merchant_request_id, next_query_at FROM operation WHERE payment_id = $1 ORDER BY id`,
      [id],
    );
  const requestIds = (): string[] => parts.bank.orders.map(({ merchantRequestId }) => merchantRequestId);
  const typesOf = async (id: string) => (await eventsOf(database, id)).map(({ type }) => type);

  it('opens an order of what was asked, and shows its link', async () => {
    const view = await create(parts, { description: 'Book', language: 'en', expiresInMinutes: 30 });
    const [order] = parts.bank.orders as [OrderRequest];
    expect(order).toEqual({
      accountId: parts.accountId,
      bankMerchantId: BANK_MERCHANT_ID,
      merchantRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/u) as string,
      amount: 1_000,
      currency: 'UAH',
      description: 'Book',
      language: 'en',
      expiresInMinutes: 30,
      customer: { id: 'customer-1', firstName: 'Олена' },
      callbackUrl: expect.stringContaining(`/callbacks/alliance/${parts.accountId}/${view.id}/`) as string,
      returnUrl: expect.stringContaining(`/return/${parts.accountId}/${view.id}/`) as string,
    });
    expect(view).toMatchObject({
      status: 'requires_action',
      redirectUrl: `https://bank.example/pay?order=${order.merchantRequestId}`,
    });
    expect(await purchasesOf(view.id)).toMatchObject([{ status: 'action_required', next_query_at: null }]);
    expect(await typesOf(view.id)).toEqual(['payment.requires_action']);
  });

  it('has the payment and its request id on record before the bank hears of it', async () => {
    let seen: unknown;
    parts.bank.onOrder = async (request) => {
      [seen] = await database.query(
        `SELECT p.status, o.status AS operation FROM operation o JOIN payment p ON p.id = o.payment_id
         WHERE o.merchant_request_id = $1`,
        [request.merchantRequestId],
      );
      return anOpenOrder(request);
    };
    await create(parts);
    expect(seen).toEqual({ status: 'created', operation: 'sending' });
  });

  describe('without an answer', () => {
    let view: PaymentView;
    let key: string;

    beforeEach(async () => {
      key = aKey();
      bankAnswers(TIMEOUT);
      const answer = await parts.payments.create({ accountId: parts.accountId, key }, aRequest());
      view = JSON.parse(answer.body) as PaymentView;
      expect([answer.statusCode, view.status, view.redirectUrl]).toEqual([202, 'created', null]);
    });

    it('sends the same request again under the same id', async () => {
      await resume(view.id);
      const [first, second] = parts.bank.orders;
      expect(second).toEqual(first);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({ status: 'requires_action' });
      expect(await purchasesOf(view.id)).toHaveLength(1);
    });

    it('asks again after some seconds, then ever more rarely', async () => {
      for (const [low, high] of [
        [1.6, 2.4],
        [4, 6],
        [12, 18],
      ] as const) {
        const [row] = await database.query<{ seconds: number }>(
          `SELECT extract(epoch FROM next_query_at - updated_at)::float AS seconds FROM operation WHERE payment_id = $1`,
          [view.id],
        );
        expect(row!.seconds).toBeGreaterThanOrEqual(low);
        expect(row!.seconds).toBeLessThanOrEqual(high);
        bankAnswers(TIMEOUT);
        await resume(view.id);
      }
    });

    it('follows an orphaned order by one successor, and shows one link', async () => {
      bankAnswers(DUPLICATE);
      await resume(view.id);
      const [orphan, successor, ...more] = await purchasesOf(view.id);
      expect(more).toEqual([]);
      expect(orphan).toMatchObject({ status: 'abandoned', next_query_at: null });
      expect(successor).toMatchObject({ status: 'action_required' });
      const { secret } = await parts.accounts.open(parts.accountId);
      // Derived: whoever comes after a crash or a restored backup meets the same successor.
      expect(successor!.merchant_request_id).toBe(merchantRequestIdOf(secret, 'after', orphan!.merchant_request_id));
      expect(requestIds()).toEqual([orphan, orphan, successor].map((operation) => operation!.merchant_request_id));
      const [row] = await database.query('SELECT bank_order_id, redirect_url FROM payment WHERE id = $1', [view.id]);
      expect(row).toMatchObject({ bank_order_id: bankOrderIdOf(successor!.merchant_request_id) });
      expect(await typesOf(view.id)).toEqual(['payment.requires_action']);
    });

    it('carries on with the successor when that one gets no answer either', async () => {
      bankAnswers(DUPLICATE, TIMEOUT);
      await resume(view.id);
      await resume(view.id);
      const [first, second, third] = [...new Set(requestIds())];
      expect(third).toBeUndefined();
      expect(requestIds()).toEqual([first, first, second, second]);
      expect((await purchasesOf(view.id)).map(({ status }) => status)).toEqual(['abandoned', 'action_required']);
    });

    it('waits for a person when the bank calls every id a duplicate', async () => {
      parts.bank.onOrder = () => DUPLICATE;
      await resume(view.id);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({
        status: 'needs_review',
        redirectUrl: null,
      });
      expect((await purchasesOf(view.id)).map(({ status }) => status)).toEqual(['abandoned', 'abandoned', 'abandoned']);
    });

    it('gives up once the time to pay is over, without asking again', async () => {
      await age(database, { id: view.id, column: 'created_at', seconds: 3_601 });
      await resume(view.id);
      expect(parts.bank.orders).toHaveLength(1);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({
        status: 'expired',
        failure: { code: 'order_not_opened' },
      });
      expect(await purchasesOf(view.id)).toMatchObject([{ status: 'abandoned', next_query_at: null }]);
      expect(await typesOf(view.id)).toEqual(['payment.expired']);
    });

    it('does not give up a minute before', async () => {
      await age(database, { id: view.id, column: 'created_at', seconds: 3_540 });
      await resume(view.id);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({ status: 'requires_action' });
    });

    it('answers a repeat with the truth of its moment, and keeps what is final', async () => {
      const repeat = () => parts.payments.create({ accountId: parts.accountId, key }, aRequest());
      const orders = parts.bank.orders.length;
      expect(await repeat()).toMatchObject({ statusCode: 202, replayed: false });
      expect(parts.bank.orders).toHaveLength(orders); // the worker asks at its own pace
      await resume(view.id);
      const final = await repeat();
      expect(final).toMatchObject({ statusCode: 201, replayed: false });
      expect(JSON.parse(final.body)).toEqual(await parts.payments.get(parts.accountId, view.id));
      expect(await repeat()).toEqual({ ...final, replayed: true });
    });

    it('shows one link when two workers carry on at once', async () => {
      await Promise.all([resume(view.id), resume(view.id), parts.sync.syncWithBank(parts.accountId, view.id)]);
      expect(new Set(requestIds()).size).toBe(1);
      expect(await purchasesOf(view.id)).toMatchObject([{ status: 'action_required' }]);
      expect(await typesOf(view.id)).toEqual(['payment.requires_action']);
    });

    it('keeps one link when the second of two workers is told of a duplicate first', async () => {
      const slow = Promise.withResolvers<OrderOutcome>();
      const asked = Promise.withResolvers<OrderRequest>();
      parts.bank.onOrder = (request) => {
        asked.resolve(request);
        return slow.promise;
      };
      const first = resume(view.id);
      const request = await asked.promise;
      bankAnswers(DUPLICATE);
      await resume(view.id);
      slow.resolve(anOpenOrder(request));
      await first;
      const [orphan, successor] = await purchasesOf(view.id);
      expect([orphan!.status, successor!.status]).toEqual(['abandoned', 'action_required']);
      const [row] = await database.query('SELECT bank_order_id FROM payment WHERE id = $1', [view.id]);
      expect(row).toEqual({ bank_order_id: bankOrderIdOf(successor!.merchant_request_id) });
    });
  });

  it('lets the repeat of a request whose process died carry on, with the same id at the bank', async () => {
    const key = aKey();
    parts.bank.onOrder = () => Promise.reject(new Error('killed'));
    await expect(create(parts, {}, key)).rejects.toThrow('killed');
    await database.query(`UPDATE idempotency_key SET lease_until = now() - interval '1 s' WHERE key = $1`, [key]);
    parts.bank.onOrder = anOpenOrder;
    expect(await create(parts, {}, key)).toMatchObject({ status: 'requires_action' });
    const [died, repeated] = requestIds();
    expect(repeated).toBe(died);
  });

  it('fails a payment that the bank refused, and asks no more', async () => {
    bankAnswers({ kind: 'refused', code: 'b_refused', provenNoEffect: true });
    const view = await create(parts);
    expect(view).toMatchObject({
      status: 'failed',
      redirectUrl: null,
      failure: { code: 'refused_by_bank', message: 'The bank refused the order (b_refused).' },
    });
    expect(await purchasesOf(view.id)).toMatchObject([{ status: 'rejected', next_query_at: null }]);
    await resume(view.id);
    expect(parts.bank.orders).toHaveLength(1);
  });

  it('knows nothing of a payment that is not there', async () => {
    expect(await resume('pay_none')).toBeUndefined();
  });
});
