import { type FollowUpOutcome } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { type PaymentView, type RefundView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { until } from '../support/until.js';
import {
  age,
  aKey,
  anAccount,
  eventsOf,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';
import {
  TIMEOUT,
  UNREADABLE,
  NOT_FOUND,
  REFUSED,
  DAY_SECONDS,
  HALF_AN_HOUR_SECONDS,
  refundTrial,
} from './refund-trial.js';

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
  const { bankAnswers, bankKnows, answered, known, refund, settle, refundOf, paymentNow, sentAgo, later, proveAbsent } =
    refundTrial(() => ({ database, parts, payment }));

  it('are sent once, naming the operation that captured, and counted when the bank has done them', async () => {
    answered({});
    const { statusCode, view } = await refund({ amount: 400, reason: 'broken' });
    expect(statusCode).toBe(201);
    expect(view).toMatchObject({ status: 'succeeded', amount: 400, reason: 'broken', failure: null });
    expect(parts.bank.refunds).toEqual([
      expect.objectContaining({ accountId: parts.accountId, parentBankId: 'bank-operation-1', amount: 400 }),
    ]);
    expect(await paymentNow()).toMatchObject({ status: 'succeeded', amountRefunded: 400 });
    const events = await eventsOf(database, payment.id);
    expect(events.slice(-2)).toMatchObject([
      { type: 'refund.created', data: { refundId: view.id } },
      { type: 'refund.updated', data: { refundId: view.id } },
    ]);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
  });

  it('are begun by a look and one statement, and concluded by one: no transaction spans any two', async () => {
    answered({});
    const { logger } = parts.source;
    const sent: string[] = [];
    const note = (statement: string) => void sent.push(statement.trim().split(/\s+/u)[0] ?? '');
    parts.source.logger = Object.assign(Object.create(logger) as typeof logger, { logQuery: note });
    try {
      expect((await refund({ amount: 400 })).statusCode).toBe(201);
    } finally {
      parts.source.logger = logger;
    }
    expect(sent).toEqual(['SELECT', 'WITH', 'WITH']);
  });

  it('answer what is on record, moment included', async () => {
    answered({});
    const { view } = await refund({ amount: 400 });
    expect(await parts.refunds.list(parts.accountId, payment.id)).toEqual([view]);
    expect(Date.parse(view.updatedAt)).toBeGreaterThanOrEqual(Date.parse(view.createdAt));
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
    const declined = { status: 'FAIL', actionCode: '1', responseCode: '00' };
    answered(declined);
    known(declined);
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
    it('are sent again, once, under the same id, when the bank has said thrice in half an hour that it has none', async () => {
      const { statusCode, view } = await refund();
      expect([statusCode, view.status]).toEqual([202, 'unknown']);
      await settle(view.id);
      await later(view.id, HALF_AN_HOUR_SECONDS); // long enough, yet only the second time
      await settle(view.id);
      expect(await refundOf(view.id)).toMatchObject({ status: 'unknown', notFounds: 2, attempt: 1 });
      expect(parts.bank.refunds).toHaveLength(1);
      answered({});
      expect(await settle(view.id)).toMatchObject({ status: 'succeeded', attempt: 2 });
      const [first, second, ...more] = parts.bank.refunds;
      expect(more).toEqual([]);
      expect(second).toEqual({ ...first, window: expect.anything() as unknown });
      expect(await paymentNow()).toMatchObject({ amountRefunded: 1_000 });
    });

    it('are not sent again for many a "not found" in less than half an hour', async () => {
      const { view } = await refund();
      await settle(view.id);
      await later(view.id, HALF_AN_HOUR_SECONDS - 30);
      for (let count = 0; count < 5; count++) await settle(view.id);
      expect(await refundOf(view.id)).toMatchObject({ status: 'unknown', notFounds: 6 });
      expect(parts.bank.refunds).toHaveLength(1);
    });

    it('wait for a person, holding their part, when even the second sending left no trace', async () => {
      const { view } = await refund();
      await proveAbsent(view.id);
      expect(await refundOf(view.id)).toMatchObject({ attempt: 2, notFoundAt: null, notFounds: 0 });
      expect(await proveAbsent(view.id)).toMatchObject({
        status: 'needs_review',
        nextQueryAt: expect.any(Date) as Date,
      });
      expect(parts.bank.refunds).toHaveLength(2);
      await expect(refund({ amount: 1 })).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
    });

    it('are never rejected once the bank has called them duplicates, however often it has none', async () => {
      const { view } = await refund();
      bankAnswers(() => ({ kind: 'duplicate' }));
      await proveAbsent(view.id);
      expect(await refundOf(view.id)).toMatchObject({ attempt: 2, knownAt: expect.any(Date) as Date });
      expect(await proveAbsent(view.id)).toMatchObject({ status: 'needs_review' });
      await expect(refund({ amount: 1 })).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
      expect(parts.bank.refunds).toHaveLength(2);
    });

    it.each<[string, () => void]>([
      [
        'a duplicate',
        () => {
          bankAnswers(() => ({ kind: 'duplicate' }));
        },
      ],
      [
        'under way',
        () => {
          answered({ status: 'PENDING' });
        },
      ],
      [
        'declined, which no query confirms',
        () => {
          answered({ status: 'FAIL' });
        },
      ],
      [
        'of another merchant',
        () => {
          answered({ merchantId: 'merchant-2' });
        },
      ],
    ])(
      'but that the bank once called %s are not sent again: a person looks, and their part is held',
      async (_what, script) => {
        script();
        const { view } = await refund();
        expect(await proveAbsent(view.id)).toMatchObject({ status: 'needs_review', knownAt: expect.any(Date) as Date });
        expect(parts.bank.refunds).toHaveLength(1);
        await expect(refund({ amount: 1 })).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
      },
    );

    it('are not sent again once a query has found them, though later ones do not', async () => {
      const { view } = await refund();
      known({ status: 'PENDING' });
      await settle(view.id);
      bankKnows(() => NOT_FOUND);
      expect(await proveAbsent(view.id)).toMatchObject({ status: 'needs_review' });
      expect(parts.bank.refunds).toHaveLength(1);
    });

    it.each<[string, FollowUpOutcome]>([
      ['refuses', REFUSED],
      ['refuses, which proves nothing,', { ...REFUSED, provenNoEffect: false }],
    ])('wait for a person when the bank %s the second sending', async (_what, outcome) => {
      const { view } = await refund();
      bankAnswers(() => outcome);
      expect(await proveAbsent(view.id)).toMatchObject({ status: 'needs_review', attempt: 2 });
      await expect(refund({ amount: 1 })).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
      known({});
      expect(await settle(view.id)).toMatchObject({ status: 'succeeded' });
    });

    it('start counting anew after the second sending', async () => {
      const { view } = await refund();
      await proveAbsent(view.id);
      await settle(view.id);
      expect(await refundOf(view.id)).toMatchObject({ status: 'unknown', attempt: 2, notFounds: 1 });
      expect(parts.bank.refunds).toHaveLength(2);
    });

    it('count "not found" by the moment it was asked, not by that of the answer', async () => {
      const { view } = await refund();
      await settle(view.id);
      await settle(view.id);
      await later(view.id, HALF_AN_HOUR_SECONDS);
      await age(database, { id: view.id, column: 'not_found_at', seconds: -1 }); // asked within the half hour …
      bankKnows(async () => {
        await until('… answered after it', async () => {
          const sql = `SELECT 1 FROM operation WHERE id = $1 AND not_found_at < clock_timestamp() - interval '1801 s'`;
          return (await database.query(sql, [view.id])).length === 1;
        });
        return NOT_FOUND;
      });
      expect(await settle(view.id)).toMatchObject({ status: 'unknown', notFounds: 3 });
      expect(parts.bank.refunds).toHaveLength(1);
    });

    it('count no "not found" asked while a byte may still leave', async () => {
      bankAnswers(() => Promise.reject(new Error('killed')));
      await expect(refund()).rejects.toThrow('killed');
      const [{ id }] = (await parts.refunds.list(parts.accountId, payment.id)) as [RefundView];
      await sentAgo(id, 84);
      await settle(id);
      expect(await refundOf(id)).toMatchObject({ status: 'sending', notFounds: 0, notFoundAt: null });
      await sentAgo(id, 2); // 60 s to leave in, 25 s of the call
      await settle(id);
      expect(await refundOf(id)).toMatchObject({ status: 'unknown', notFounds: 1 });
    });

    it('are what the bank says they are', async () => {
      const { view } = await refund({ amount: 250 });
      known({ amount: 250 });
      expect(await settle(view.id)).toMatchObject({ status: 'succeeded', nextQueryAt: null });
      await settle(view.id);
      expect(await paymentNow()).toMatchObject({ amountRefunded: 250 }); // counted once
    });

    it.each<[string, string]>([
      ['others gave the money back meanwhile', `amount_refunded = 1`],
      ['a person must look first', `flags = '{"refund_unclear": "somebody else"}'`],
    ])('are not sent again when %s', async (_what, assignment) => {
      const { view } = await refund();
      await database.query(`UPDATE payment SET ${assignment} WHERE id = $1`, [payment.id]);
      expect(await proveAbsent(view.id)).toMatchObject({ status: 'needs_review', attempt: 1 });
      expect(parts.bank.refunds).toHaveLength(1);
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
      expect(await settle(view.id)).toMatchObject({
        status: 'needs_review',
        nextQueryAt: expect.any(Date) as Date,
      });
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
      expect(await proveAbsent(view.id)).toMatchObject({ status: 'rejected', failureCode: 'refused_by_bank' });
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
      expect(await proveAbsent(id)).toMatchObject({ status: 'needs_review' });
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
