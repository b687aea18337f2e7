import { SendWindow } from '#libs/alliance';
import { type OrderOutcome } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type BankOrderFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { type OrderAnswer } from '../../apps/gateway/src/payments/domain/order-answer.js';
import { merchantRequestIdOf } from '../../apps/gateway/src/payments/engine/merchant-request-id.js';
import { type PaymentView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import {
  aBankOperation,
  anOpenOrder,
  BANK_MERCHANT_ID,
  bankOrderIdOf,
  found,
  paid,
  type Sent,
} from './fake-payment-bank.js';
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

const TIMEOUT = { kind: 'unknown', reason: 'timeout' } as const satisfies OrderOutcome;
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
    parts.bank.onOrder = (request) => anOpenOrder(request);
  });

  /** The bank gives these answers in turn, and opens whatever comes after. */
  const bankAnswers = (...outcomes: OrderOutcome[]): void => {
    parts.bank.onOrder = (request) => outcomes.shift() ?? anOpenOrder(request);
  };
  const resume = (id: string) => parts.engine.resolvePayment(parts.accountId, id);
  const purchasesOf = (id: string) =>
    database.query<{ status: string; merchant_request_id: string; next_query_at: Date | null }>(
      `SELECT status, merchant_request_id, next_query_at FROM operation WHERE subject_id = $1 ORDER BY number`,
      [id],
    );
  const requestIds = (): string[] => parts.bank.orders.map(({ merchantRequestId }) => merchantRequestId);
  const typesOf = async (id: string) => (await eventsOf(database, id)).map(({ type }) => type);

  it('opens an order of what was asked, and shows its link', async () => {
    const view = await create(parts, { description: 'Book', language: 'en', expiresInMinutes: 30 });
    const [order] = parts.bank.orders as [Sent];
    expect(order).toEqual({
      step: 'order_purchase',
      protocol: '1.0',
      accountId: parts.accountId,
      bankMerchantId: BANK_MERCHANT_ID,
      merchantRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/u) as string,
      amount: 1_000,
      currency: 'UAH',
      parentBankId: null,
      ourIds: [view.id, expect.stringMatching(/^op_/u)],
      customer: { id: 'customer-1', firstName: 'Олена' },
      callbackUrl: expect.stringContaining(`/callbacks/alliance/${parts.accountId}/${view.id}/`) as string,
      page: {
        description: 'Book',
        wishes: {},
        reference: view.id,
        language: 'en',
        expiresInMinutes: 30,
        holdExpiresAt: null,
        returnUrl: expect.stringContaining(`/return/${parts.accountId}/${view.id}/`) as string,
      },
      window: expect.any(SendWindow) as SendWindow,
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
        `SELECT p.status, o.status AS operation FROM operation o JOIN payment p ON p.id = o.subject_id
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
      expect({ ...second, window: null }).toEqual({ ...first, window: null });
      expect(second!.window).not.toBe(first!.window); // a commit of its own, and a minute of its own
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
          `SELECT extract(epoch FROM next_query_at - updated_at)::float AS seconds FROM operation WHERE subject_id = $1`,
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
      const [row] = await database.query(
        'SELECT bank_order_id, redirect_url FROM operation WHERE subject_id = $1 ORDER BY number DESC',
        [view.id],
      );
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

    it('counts orders and slows down over all runs, when every answer is lost and every order is there', async () => {
      const known = new Set(requestIds());
      parts.bank.onOrder = ({ merchantRequestId }) => {
        if (known.has(merchantRequestId)) return DUPLICATE;
        known.add(merchantRequestId);
        return TIMEOUT;
      };
      const waits: number[] = [];
      for (let run = 0; run < 12; run++) {
        await resume(view.id);
        const [row] = await database.query<{ seconds: number }>(
          `SELECT extract(epoch FROM next_query_at - updated_at)::float AS seconds FROM operation
           WHERE subject_id = $1 AND status = 'unknown'`,
          [view.id],
        );
        if (row) waits.push(row.seconds);
      }
      expect(known.size).toBe(3);
      expect(parts.bank.orders).toHaveLength(1 + 2 + 2 + 1);
      expect(waits).toHaveLength(2);
      expect(waits[0]).toBeGreaterThan(4 * 0.99);
      expect(waits[1]).toBeGreaterThan(12 * 0.99);
      const statuses = (await purchasesOf(view.id)).map(({ status }) => status);
      expect(statuses).toEqual(['abandoned', 'abandoned', 'abandoned']);
      const [row] = await database.query<{ seconds: number }>(
        `SELECT extract(epoch FROM next_sync_at - created_at)::float AS seconds FROM payment WHERE id = $1`,
        [view.id],
      );
      expect(row!.seconds).toBeGreaterThan(3_590);
      expect(row!.seconds).toBeLessThan(3_610);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({
        status: 'created',
        redirectUrl: null,
      });
      await age(database, { id: view.id, column: 'created_at', seconds: 3_601 });
      await parts.sync.syncWithBank(parts.accountId, view.id);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({
        status: 'expired',
        failure: { code: 'order_not_opened' },
      });
      expect(parts.bank.orders).toHaveLength(1 + 2 + 2 + 1);
    });

    it('makes no third order when somebody else made the second', async () => {
      parts.bank.onOrder = () => DUPLICATE;
      for (let run = 0; run < 5; run++) await resume(view.id);
      expect(parts.bank.orders).toHaveLength(3);
      expect((await purchasesOf(view.id)).map(({ status }) => status)).toEqual(['abandoned', 'unknown']);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({
        status: 'created',
        redirectUrl: null,
      });
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

    it('asks at its own expiry for the last time, however slow it has become', async () => {
      await database.query(`UPDATE operation SET queries = 10 WHERE subject_id = $1`, [view.id]);
      await age(database, { id: view.id, column: 'created_at', seconds: 3_500 });
      bankAnswers(TIMEOUT);
      await resume(view.id);
      const [row] = await database.query<{ seconds: number }>(
        `SELECT extract(epoch FROM next_query_at - updated_at)::float AS seconds FROM operation WHERE subject_id = $1`,
        [view.id],
      );
      expect(row!.seconds).toBeLessThanOrEqual(100);
    });

    it('has each request on record before it is sent', async () => {
      let seen: unknown;
      parts.bank.onOrder = async (request) => {
        [seen] = await database.query('SELECT status, sends FROM operation WHERE merchant_request_id = $1', [
          request.merchantRequestId,
        ]);
        return anOpenOrder(request);
      };
      await resume(view.id);
      expect(seen).toEqual({ status: 'sending', sends: 2 });
    });

    it('shows one link when two workers carry on at once', async () => {
      await Promise.all([resume(view.id), resume(view.id), parts.sync.syncWithBank(parts.accountId, view.id)]);
      expect(new Set(requestIds()).size).toBe(1);
      expect(await purchasesOf(view.id)).toMatchObject([{ status: 'action_required' }]);
      expect(await typesOf(view.id)).toEqual(['payment.requires_action']);
    });

    it('keeps one link when the second of two workers is told of a duplicate first', async () => {
      const slow = Promise.withResolvers<OrderOutcome>();
      const asked = Promise.withResolvers<Sent>();
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
      const [row] = await database.query(
        'SELECT bank_order_id FROM operation WHERE subject_id = $1 ORDER BY number DESC',
        [view.id],
      );
      expect(row).toEqual({ bank_order_id: bankOrderIdOf(successor!.merchant_request_id) });
    });
  });

  it('lets the repeat of a request whose process died carry on, with the same id at the bank', async () => {
    const key = aKey();
    parts.bank.onOrder = () => Promise.reject(new Error('killed'));
    await expect(create(parts, {}, key)).rejects.toThrow('killed');
    await database.query(`UPDATE idempotency_key SET lease_until = now() - interval '1 s' WHERE key = $1`, [key]);
    parts.bank.onOrder = (request) => anOpenOrder(request);
    expect(await create(parts, {}, key)).toMatchObject({ status: 'requires_action' });
    const [died, repeated] = requestIds();
    expect(repeated).toBe(died);
  });

  describe('when the answer does not fit the question', () => {
    it.each<[string, Partial<OrderAnswer>]>([
      ['merchantRequestId', { merchantRequestId: 'somebody' }],
      ['merchantId', { merchantId: 'merchant-2' }],
      ['amount', { amount: 999 }],
      ['expiry', { expiresAt: new Date('2020-01-01T00:00:00Z') }],
      ['link', { redirectUrl: undefined }],
      ['link', { redirectUrl: 'javascript:alert(document.domain)' }],
      ['link', { redirectUrl: '/pay?order=1' }],
      ['link', { redirectUrl: 'https://bank.example/pay order' }],
      ['link', { redirectUrl: 'https://bank.example@evil.example/pay' }],
    ])('by its %s, shows no link, asks again, and opens another order: %o', async (member, over) => {
      let orders = 0;
      parts.bank.onOrder = (request) => (orders++ === 0 ? anOpenOrder(request, over) : DUPLICATE);
      const { statusCode, body } = await parts.payments.create({ accountId: parts.accountId, key: aKey() }, aRequest());
      const view = JSON.parse(body) as PaymentView;
      expect([statusCode, view.status, view.redirectUrl]).toEqual([202, 'created', null]);
      const [row] = await database.query<{ evidence: { reason: string } }>(
        'SELECT evidence FROM operation WHERE subject_id = $1',
        [view.id],
      );
      expect(row!.evidence).toMatchObject({
        reason: `the answer of the bank does not fit: ${member}`,
        bankOrderId: bankOrderIdOf(requestIds()[0]!),
      });
      bankAnswers(DUPLICATE);
      await resume(view.id);
      const [orphan, successor] = await purchasesOf(view.id);
      expect([orphan!.status, successor!.status]).toEqual(['abandoned', 'action_required']);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({
        status: 'requires_action',
        redirectUrl: `https://bank.example/pay?order=${successor!.merchant_request_id}`,
      });
    });

    it('gives up after three orders without a usable link', async () => {
      const known = new Set<string>();
      parts.bank.onOrder = (request) => {
        if (known.has(request.merchantRequestId)) return DUPLICATE;
        known.add(request.merchantRequestId);
        return anOpenOrder(request, { redirectUrl: 'javascript:alert(1)' });
      };
      const view = await create(parts);
      for (let run = 0; run < 10; run++) await resume(view.id);
      expect(known.size).toBe(3);
      await age(database, { id: view.id, column: 'created_at', seconds: 3_601 });
      await parts.sync.syncWithBank(parts.accountId, view.id);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({
        status: 'expired',
        redirectUrl: null,
      });
    });
  });

  describe('when the bank has our id although we never sent it', () => {
    let view: PaymentView;
    beforeEach(async () => {
      bankAnswers(DUPLICATE);
      view = await create(parts);
      expect(view).toMatchObject({ status: 'created', redirectUrl: null });
    });
    const named = (over: Partial<BankOrderFacts> = {}) => {
      const [merchantRequestId] = requestIds() as [string];
      parts.bank.onReadOrder = (id) =>
        found(id, { merchantRequestId, merchantId: BANK_MERCHANT_ID, amount: 1_000, ...over });
      const told = { showsAttempt: false, orderId: 'order-of-the-callback' };
      return parts.sync.noteTold(parts.accountId, view.id, told);
    };
    afterEach(() => {
      parts.bank.onReadOrder = (id) => found(id);
    });

    it('makes no second order, and leaves it to a person five hours after expiry', async () => {
      for (let run = 0; run < 3; run++) {
        await resume(view.id);
        await parts.sync.syncWithBank(parts.accountId, view.id);
      }
      await age(database, { id: view.id, column: 'created_at', seconds: 6 * 3_600 - 5 });
      await resume(view.id);
      expect((await parts.payments.get(parts.accountId, view.id)).status).toBe('created');
      await age(database, { id: view.id, column: 'created_at', seconds: 6 });
      await resume(view.id);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({
        status: 'needs_review',
        redirectUrl: null,
      });
      expect(parts.bank.orders).toHaveLength(1);
      expect(await purchasesOf(view.id)).toMatchObject([{ status: 'needs_review' }]);
    });

    it('asks for the order that a callback names, and follows it, without showing its link', async () => {
      await named();
      await parts.sync.syncWithBank(parts.accountId, view.id);
      expect(await parts.payments.get(parts.accountId, view.id)).toMatchObject({
        status: 'requires_action',
        redirectUrl: null,
      });
      parts.bank.onReadOrder = paid();
      await parts.sync.syncWithBank(parts.accountId, view.id);
      expect((await parts.payments.get(parts.accountId, view.id)).status).toBe('succeeded');
      expect(parts.bank.orders).toHaveLength(1);
    });

    it('does so under review, too', async () => {
      await age(database, { id: view.id, column: 'created_at', seconds: 6 * 3_600 + 1 });
      await resume(view.id);
      await named();
      parts.bank.onReadOrder = (id) =>
        found(id, {
          ...{ merchantRequestId: requestIds()[0], merchantId: BANK_MERCHANT_ID, amount: 1_000, status: 'SUCCESS' },
          operations: [aBankOperation()],
        });
      await parts.sync.syncWithBank(parts.accountId, view.id);
      expect((await parts.payments.get(parts.accountId, view.id)).status).toBe('succeeded');
    });

    it.each<[string, Partial<BankOrderFacts>]>([
      ['another request', { merchantRequestId: 'somebody' }],
      ['no request', { merchantRequestId: undefined }],
      ['another merchant', { merchantId: 'merchant-2' }],
      ['another amount', { amount: 1 }],
      ['another order', { bankOrderId: 'somebody' }],
    ])('does not believe a callback that names an order of %s', async (_what, over) => {
      await named(over);
      await parts.sync.syncWithBank(parts.accountId, view.id);
      expect((await parts.payments.get(parts.accountId, view.id)).status).toBe('created');
      const [row] = await database.query(
        'SELECT bank_order_id FROM operation WHERE subject_id = $1 ORDER BY number DESC',
        [view.id],
      );
      expect(row).toEqual({ bank_order_id: null });
    });
  });

  it('does not count a request that never left as one of ours', async () => {
    bankAnswers({ kind: 'unknown', reason: 'no session', noSession: true, unsent: true });
    const view = await create(parts);
    bankAnswers(DUPLICATE);
    await resume(view.id);
    expect(await purchasesOf(view.id)).toMatchObject([{ status: 'unknown' }]);
    expect(new Set(requestIds()).size).toBe(1);
  });

  it.each<[string, OrderOutcome, OrderOutcome[], string]>([
    ['a connection that was reset', { ...TIMEOUT, atOnce: true }, [], 'requires_action'],
    ['a send that came too late', { ...TIMEOUT, atOnce: true, unsent: true }, [], 'requires_action'],
    ['two resets', { ...TIMEOUT, atOnce: true }, [{ ...TIMEOUT, atOnce: true }], 'created'],
  ])('repeats a request at once after %s, once', async (_what, first, more, status) => {
    bankAnswers(first, ...more);
    const view = await create(parts);
    expect(view.status).toBe(status);
    const [one, two, three] = parts.bank.orders;
    expect(three).toBeUndefined();
    expect(two!.merchantRequestId).toBe(one!.merchantRequestId);
    expect(two!.window).not.toBe(one!.window);
  });

  it('opens another order at once when the reset one is there', async () => {
    bankAnswers({ ...TIMEOUT, atOnce: true }, DUPLICATE);
    expect(await create(parts)).toMatchObject({ status: 'requires_action', redirectUrl: expect.any(String) as string });
    expect(new Set(requestIds()).size).toBe(2);
  });

  it('knows the latest order by its number, whatever the clocks of two processes say', async () => {
    bankAnswers(TIMEOUT);
    const view = await create(parts);
    bankAnswers(DUPLICATE);
    await resume(view.id);
    await database.query(
      `UPDATE operation SET id = 'op_0000' || substr(id, 4) WHERE subject_id = $1 AND status = 'action_required'`,
      [view.id],
    );
    parts.bank.onReadOrder = paid();
    await parts.sync.syncWithBank(parts.accountId, view.id);
    parts.bank.onReadOrder = (id) => found(id);
    expect((await parts.payments.get(parts.accountId, view.id)).status).toBe('succeeded');
    expect((await purchasesOf(view.id)).map(({ status }) => status)).toEqual(['abandoned', 'succeeded']);
  });

  it('asks again when the bank refuses by a code that proves nothing', async () => {
    bankAnswers({ kind: 'refused', code: 'b_hpp_order_expired', provenNoEffect: false });
    const view = await create(parts);
    expect(view).toMatchObject({ status: 'created', failure: null });
    await resume(view.id);
    expect((await parts.payments.get(parts.accountId, view.id)).status).toBe('requires_action');
    expect(new Set(requestIds()).size).toBe(1);
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
