import { type OperationReading, type RefundOutcome } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { type PaymentView, type RefundView } from '../../apps/gateway/src/payments/payment.dto.js';
import { aBankRefund } from './fake-payment-bank.js';
import {
  age,
  aKey,
  anAccount,
  createMigratedDatabase,
  createPaid,
  eventsOf,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

const TIMEOUT: RefundOutcome = { kind: 'unknown', reason: 'timeout' };
const UNREADABLE: OperationReading = { kind: 'unknown', reason: 'timeout' };
const NOT_FOUND: OperationReading = { kind: 'not_found' };
const REFUSED: RefundOutcome = { kind: 'refused', code: 'b_refused', provenNoEffect: true };
const DAY_SECONDS = 86_400;

describe('refunds', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let payment: PaymentView;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    payment = await createPaid(parts);
    parts.bank.refunds.length = 0;
    bankAnswers(() => TIMEOUT);
    bankKnows(() => NOT_FOUND);
  });

  const bankAnswers = (outcome: Parts['bank']['onRefund']): void => {
    parts.bank.onRefund = outcome;
  };
  const bankKnows = (reading: Parts['bank']['onReadOperation']): void => {
    parts.bank.onReadOperation = reading;
  };
  const answered = (over: Partial<BankOperationFacts>): void => {
    bankAnswers(({ merchantRequestId, amount }) => ({
      kind: 'answered',
      facts: aBankRefund(merchantRequestId, { amount, ...over }),
    }));
  };
  const known = (over: Partial<BankOperationFacts>): void => {
    bankKnows((merchantRequestId) => ({ kind: 'found', facts: aBankRefund(merchantRequestId, over) }));
  };

  const refund = async (body: { amount?: number; reason?: string } = {}, key = aKey()) => {
    const scope = { accountId: parts.accountId, paymentId: payment.id, key };
    const { statusCode, body: text, replayed } = await parts.refunds.create(scope, body);
    return { statusCode, replayed, view: JSON.parse(text) as RefundView };
  };
  const settle = async (id: string) => (await parts.settler.settle(parts.accountId, id))!;
  const refundOf = async (id: string) => (await parts.records.operations.findOne(parts.accountId, id))!;
  const paymentNow = () => parts.payments.get(parts.accountId, payment.id);
  const sentAgo = (id: string, seconds: number) => age(database, { id, column: 'sent_at', seconds });
  const firstMissedAgo = (id: string, seconds: number) => age(database, { id, column: 'not_found_at', seconds });

  it('are sent once, naming the operation that captured, and counted when the bank has done them', async () => {
    answered({});
    const { statusCode, view } = await refund({ amount: 400, reason: 'broken' });
    expect(statusCode).toBe(201);
    expect(view).toMatchObject({ status: 'succeeded', amount: 400, reason: 'broken', failure: null });
    expect(parts.bank.refunds).toEqual([
      expect.objectContaining({ accountId: parts.accountId, bankOperationId: 'bank-operation-1', amount: 400 }),
    ]);
    expect(await paymentNow()).toMatchObject({ status: 'succeeded', amountRefunded: 400 });
    const events = await eventsOf(database, payment.id);
    expect(events.slice(-2)).toMatchObject([
      { type: 'refund.created', data: { refundId: view.id } },
      { type: 'refund.updated', data: { refundId: view.id } },
    ]);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
  });

  it('take all that is left when no amount is named', async () => {
    answered({});
    await refund({ amount: 300 });
    expect((await refund()).view.amount).toBe(700);
    await expect(refund()).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
    expect(await paymentNow()).toMatchObject({ amountRefunded: 1_000 });
  });

  it('are on record before the bank hears of them', async () => {
    let seen: unknown;
    bankAnswers(async ({ merchantRequestId }) => {
      [seen] = await database.query('SELECT status, attempt FROM operation WHERE merchant_request_id = $1', [
        merchantRequestId,
      ]);
      return TIMEOUT;
    });
    await refund();
    expect(seen).toEqual({ status: 'sending', attempt: 1 });
  });

  it.each<[string, () => void, string]>([
    [
      'are done',
      () => {
        answered({});
      },
      'succeeded',
    ],
    [
      'are unknown',
      () => {
        bankAnswers(() => TIMEOUT);
      },
      'unknown',
    ],
    [
      'are pending',
      () => {
        answered({ status: 'PENDING' });
      },
      'pending',
    ],
  ])('of twenty at once never exceed what was captured when they %s', async (_what, script, status) => {
    script();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => refund({ amount: 150 })));
    const made = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.view] : []));
    expect(made.map((view) => view.status)).toEqual(Array.from({ length: 6 }, () => status));
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'REFUND_TOO_LARGE' });
    expect(parts.bank.refunds).toHaveLength(6);
    expect(new Set(parts.bank.refunds.map(({ merchantRequestId }) => merchantRequestId)).size).toBe(6);
    expect((await paymentNow()).amountRefunded).toBe(status === 'succeeded' ? 900 : 0);
    const events = await eventsOf(database, payment.id);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
  });

  it('free what they held when the bank declines them', async () => {
    answered({ status: 'FAIL', actionCode: '1', responseCode: '00' });
    expect((await refund()).view).toMatchObject({ status: 'failed', failure: { code: 'refund_declined' } });
    answered({});
    expect((await refund()).view).toMatchObject({ status: 'succeeded', amount: 1_000 });
  });

  it('of a payment that is not there, or not theirs, are refused', async () => {
    const other = await anAccount(parts.accounts, { bankMerchantId: `merchant-of-${payment.id}` });
    for (const scope of [
      { accountId: parts.accountId, paymentId: 'pay_none' },
      { accountId: other, paymentId: payment.id },
    ]) {
      await expect(parts.refunds.create({ ...scope, key: aKey() }, {})).rejects.toMatchObject({
        code: 'PAYMENT_NOT_FOUND',
      });
      await expect(parts.refunds.list(scope.accountId, scope.paymentId)).rejects.toMatchObject({
        code: 'PAYMENT_NOT_FOUND',
      });
    }
    expect(parts.bank.refunds).toEqual([]);
  });

  describe('that nobody answered', () => {
    it('are sent again, once, under the same id, when the bank twice says that it has none', async () => {
      const { statusCode, view } = await refund();
      expect([statusCode, view.status]).toEqual([202, 'unknown']);

      await settle(view.id); // too early to mean anything
      expect(await refundOf(view.id)).toMatchObject({ status: 'unknown', notFoundAt: null, attempt: 1 });
      await sentAgo(view.id, 121);
      await settle(view.id); // the first of two
      await settle(view.id); // too soon after it
      expect(await refundOf(view.id)).toMatchObject({ status: 'unknown', notFoundAt: expect.any(Date) as Date });
      expect(parts.bank.refunds).toHaveLength(1);

      await firstMissedAgo(view.id, 61);
      answered({});
      expect(await settle(view.id)).toMatchObject({ status: 'succeeded', attempt: 2 });
      const [first, second, ...more] = parts.bank.refunds;
      expect(more).toEqual([]);
      expect(second).toEqual(first);
      expect(await paymentNow()).toMatchObject({ amountRefunded: 1_000 });
    });

    it('are rejected when even the second sending left no trace', async () => {
      const { view } = await refund();
      for (const attempt of [1, 2]) {
        expect((await refundOf(view.id)).attempt).toBe(attempt);
        await sentAgo(view.id, 121);
        await settle(view.id);
        await firstMissedAgo(view.id, 61);
        await settle(view.id);
      }
      expect(await refundOf(view.id)).toMatchObject({ status: 'rejected', failureCode: 'not_executed' });
      expect(parts.bank.refunds).toHaveLength(2);
      expect((await refund()).view.amount).toBe(1_000);
    });

    it('start counting anew after the second sending', async () => {
      const { view } = await refund();
      await sentAgo(view.id, 121);
      await settle(view.id);
      await firstMissedAgo(view.id, 61);
      await settle(view.id);
      await settle(view.id);
      expect(await refundOf(view.id)).toMatchObject({ status: 'unknown', attempt: 2, notFoundAt: null });
      expect(parts.bank.refunds).toHaveLength(2);
    });

    it('are what the bank says they are', async () => {
      const { view } = await refund({ amount: 250 });
      known({ amount: 250 });
      expect(await settle(view.id)).toMatchObject({ status: 'succeeded', nextQueryAt: null });
      await settle(view.id);
      expect(await paymentNow()).toMatchObject({ amountRefunded: 250 }); // counted once
    });

    it('are never sent again while the bank cannot be read', async () => {
      const { view } = await refund();
      await sentAgo(view.id, 999);
      bankKnows(() => UNREADABLE);
      for (let count = 0; count < 3; count++) await settle(view.id);
      expect(await refundOf(view.id)).toMatchObject({ status: 'unknown', attempt: 1, notFoundAt: null, queries: 4 });
      expect(parts.bank.refunds).toHaveLength(1);
    });

    it('wait for a person once the deadline has passed, still holding their part', async () => {
      const { view } = await refund();
      bankKnows(() => UNREADABLE);
      await age(database, { id: view.id, column: 'deadline_at', seconds: DAY_SECONDS + 1 });
      expect(await settle(view.id)).toMatchObject({ status: 'needs_review', nextQueryAt: null });
      await expect(refund({ amount: 1 })).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
    });

    it('answer a repeat of the request with the truth of its moment, and keep what is final', async () => {
      const key = aKey();
      const first = await refund({}, key);
      const reads = parts.bank.reads.length;
      expect(await refund({}, key)).toMatchObject({ statusCode: 202, replayed: false, view: { id: first.view.id } });
      expect(parts.bank.reads).toHaveLength(reads);
      known({});
      await settle(first.view.id);
      const final = await refund({}, key);
      expect(final).toMatchObject({
        statusCode: 201,
        replayed: false,
        view: { id: first.view.id, status: 'succeeded' },
      });
      expect(await refund({}, key)).toEqual({ ...final, replayed: true });
      const [listed] = await parts.refunds.list(parts.accountId, payment.id);
      expect(listed).toMatchObject({ id: first.view.id, status: 'succeeded' });
    });
  });

  describe('that died with their process', () => {
    it('are settled by the repeat that takes over, not sent again', async () => {
      const key = aKey();
      bankAnswers(() => Promise.reject(new Error('killed')));
      await expect(refund({}, key)).rejects.toThrow('killed');
      await database.query(`UPDATE idempotency_key SET lease_until = now() - interval '1 s' WHERE key = $1`, [key]);
      known({});
      expect(await refund({}, key)).toMatchObject({ statusCode: 201, view: { status: 'succeeded' } });
      expect(parts.bank.refunds).toHaveLength(1);
    });

    it('are found by a worker after two minutes', async () => {
      bankAnswers(() => Promise.reject(new Error('killed')));
      await expect(refund()).rejects.toThrow('killed');
      const [{ id }] = (await parts.refunds.list(parts.accountId, payment.id)) as [RefundView];
      const due = async () => (await parts.records.operations.claimDue(100, 120)).map((operation) => operation.id);
      expect(await due()).not.toContain(id);
      await age(database, { id, column: 'next_query_at', seconds: 121 });
      expect(await due()).toContain(id);
    });
  });

  describe('that the bank refused', () => {
    it('are rejected at once when it also has none of them', async () => {
      bankAnswers(() => REFUSED);
      const { statusCode, view } = await refund();
      expect([statusCode, view.status, view.failure?.code]).toEqual([201, 'failed', 'refused_by_bank']);
      expect(await refundOf(view.id)).toMatchObject({ status: 'rejected', nextQueryAt: null });
      answered({});
      expect((await refund()).view.amount).toBe(1_000);
    });

    it('are done all the same when it has them', async () => {
      bankAnswers(() => REFUSED);
      known({});
      expect((await refund()).view.status).toBe('succeeded');
    });

    it('stay in doubt while it cannot be read, and are not sent again once it has none', async () => {
      bankAnswers(() => REFUSED);
      bankKnows(() => UNREADABLE);
      const { view } = await refund();
      expect(view.status).toBe('unknown');
      bankKnows(() => NOT_FOUND);
      await sentAgo(view.id, 121);
      await settle(view.id);
      await firstMissedAgo(view.id, 61);
      expect(await settle(view.id)).toMatchObject({ status: 'rejected', failureCode: 'refused_by_bank' });
      expect(parts.bank.refunds).toHaveLength(1);
    });

    it('are asked for when the refusal proves nothing', async () => {
      bankAnswers(() => ({ ...REFUSED, provenNoEffect: false }));
      const reads = parts.bank.reads.length;
      const { view } = await refund();
      expect([view.status, parts.bank.reads.length]).toEqual(['unknown', reads]);
    });
  });

  it('that the bank calls duplicates are asked for, never sent under another id', async () => {
    bankAnswers(() => ({ kind: 'duplicate' }));
    const { view } = await refund();
    expect(view.status).toBe('unknown');
    known({});
    expect(await settle(view.id)).toMatchObject({ status: 'succeeded' });
    expect(parts.bank.refunds).toHaveLength(1);
  });

  describe('that the bank is at work on', () => {
    let id: string;
    beforeEach(async () => {
      answered({ status: 'PENDING' });
      const { statusCode, view } = await refund();
      expect([statusCode, view.status]).toEqual([201, 'pending']);
      ({ id } = view);
    });

    it('stay pending through a query that failed', async () => {
      bankKnows(() => UNREADABLE);
      expect(await settle(id)).toMatchObject({ status: 'pending', nextQueryAt: expect.any(Date) as Date });
    });

    it('go to a person, not out again, when it suddenly has none', async () => {
      bankKnows(() => NOT_FOUND);
      await sentAgo(id, 121);
      await settle(id);
      await firstMissedAgo(id, 61);
      expect(await settle(id)).toMatchObject({ status: 'needs_review' });
      expect(parts.bank.refunds).toHaveLength(1);
    });

    it.each<[string, Partial<BankOperationFacts>]>([
      ['another amount', { amount: 999 }],
      ['another currency', { currency: 'USD' }],
      ['another merchant', { merchantId: 'merchant-2' }],
      ['another request', { merchantRequestId: 'request-9' }],
    ])('go to a person when it reports %s', async (_what, over) => {
      known(over);
      expect(await settle(id)).toMatchObject({ status: 'needs_review', failureCode: 'needs_review' });
      expect((await paymentNow()).amountRefunded).toBe(0);
    });
  });

  it('are settled by a sync of their payment too', async () => {
    const { view } = await refund({ amount: 100 });
    known({ amount: 100 });
    await parts.sync.hint(parts.accountId, payment.id);
    await parts.sync.syncWithBank(parts.accountId, payment.id);
    expect((await refundOf(view.id)).status).toBe('succeeded');
    const [row] = await database.query(
      `SELECT next_sync_at > now() + interval '50 min' AS rests FROM payment WHERE id = $1`,
      [payment.id],
    );
    expect(row).toEqual({ rests: true });
  });
});
