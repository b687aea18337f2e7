import { type FollowUpOutcome } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { type PaymentView, type RefundView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { until } from '../support/until.js';
import { aBankRefund, FakePaymentBank, paid } from './fake-payment-bank.js';
import {
  age,
  eventsOf,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';
import { TIMEOUT, UNREADABLE, NOT_FOUND, REFUSED, DAY_SECONDS, refundTrial } from './refund-trial.js';

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
  const { bankAnswers, bankKnows, answered, known, refund, settle, refundOf, paymentNow, sentAgo, proveAbsent } =
    refundTrial(() => ({ database, parts, payment }));

  describe('that the bank answers with FAIL', () => {
    beforeEach(() => {
      answered({ status: 'FAIL', actionCode: '1', responseCode: '00' });
    });

    it.each<[string, () => void, string]>([
      [
        'are done when a query says so',
        () => {
          known({});
        },
        'succeeded',
      ],
      [
        'are pending when a query says so',
        () => {
          known({ status: 'PENDING' });
        },
        'pending',
      ],
      [
        'are unknown when a query finds nothing',
        () => {
          bankKnows(() => NOT_FOUND);
        },
        'unknown',
      ],
      [
        'are unknown when a query cannot be read',
        () => {
          bankKnows(() => UNREADABLE);
        },
        'unknown',
      ],
      [
        'are unknown when a query names no request',
        () => {
          known({ status: 'FAIL', merchantRequestId: undefined });
        },
        'pending',
      ],
      [
        'are for a person when a query names another',
        () => {
          known({ status: 'FAIL', merchantRequestId: 'x' });
        },
        'needs_review',
      ],
    ])('%s', async (_what, script, status) => {
      script();
      const { view } = await refund();
      expect(view.status).toBe(status);
      await expect(refund()).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
    });
  });

  it.each<[string, Partial<BankOperationFacts>]>([
    ['request', { merchantRequestId: 'request-9' }],
    ['merchant', { merchantId: 'merchant-2' }],
    ['type', { type: 'PURCHASE' }],
  ])('do not fail with the operation of another %s', async (_what, over) => {
    const { view } = await refund();
    known({ status: 'FAIL', ...over });
    expect(await settle(view.id)).toMatchObject({ status: 'needs_review' });
    await expect(refund({ amount: 1 })).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
    known({ status: 'FAIL' });
    expect(await settle(view.id)).toMatchObject({ status: 'failed' });
  });

  describe('under review', () => {
    let id: string;
    beforeEach(async () => {
      ({ id } = (await refund()).view);
      bankKnows(() => UNREADABLE);
      await age(database, { id, column: 'deadline_at', seconds: DAY_SECONDS + 1 });
      expect(await settle(id)).toMatchObject({ status: 'needs_review' });
    });
    const dueIn = async (): Promise<number> => (await refundOf(id)).nextQueryAt!.getTime() - Date.now();

    it.each<[string, Partial<BankOperationFacts>, object]>([
      ['succeed', {}, { status: 'succeeded', nextQueryAt: null }],
      ['fail', { status: 'FAIL' }, { status: 'failed', nextQueryAt: null }],
      ['stay, and are asked for again,', { status: 'PENDING' }, { status: 'needs_review' }],
    ])('%s on the word of the bank', async (_what, facts, row) => {
      known(facts);
      expect(await settle(id)).toMatchObject(row);
      expect((await paymentNow()).amountRefunded).toBe(facts.status === undefined ? 1_000 : 0);
    });

    it('are sent once more, under the same id, when absence is proven only now', async () => {
      bankKnows(() => NOT_FOUND);
      answered({});
      expect(await proveAbsent(id)).toMatchObject({ status: 'succeeded', attempt: 2 });
      expect(new Set(parts.bank.refunds.map(({ merchantRequestId }) => merchantRequestId)).size).toBe(1);
      expect(parts.bank.refunds).toHaveLength(2);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['a callback', () => parts.sync.hint(parts.accountId, payment.id)],
      ['the return of the customer', () => parts.sync.hintOnReturn(parts.accountId, payment.id)],
    ])('are asked for at once after %s, and then often', async (_what, hint) => {
      await database.query(`UPDATE operation SET queries = 40, next_query_at = now() + interval '6 h' WHERE id = $1`, [
        id,
      ]);
      await hint();
      expect(await dueIn()).toBeLessThan(1_000);
      await settle(id);
      expect((await refundOf(id)).queries).toBe(1);
    });
  });

  describe('that were given up', () => {
    const { onReadOrder } = new FakePaymentBank();
    beforeEach(() => {
      parts.bank.onReadOrder = paid();
    });
    afterEach(() => {
      parts.bank.onReadOrder = onReadOrder;
    });

    it.each<[string, () => void]>([
      [
        'rejected',
        () => {
          bankAnswers(() => REFUSED);
        },
      ],
      [
        'failed',
        () => {
          answered({ status: 'FAIL' });
          known({ status: 'FAIL' });
        },
      ],
    ])('as %s and yet succeed are counted, with an event of their own', async (status, script) => {
      script();
      const { view } = await refund({ amount: 300 });
      expect((await refundOf(view.id)).status).toBe(status);
      known({ amount: 300, merchantRequestId: 'request-9' });
      await parts.sync.syncWithBank(parts.accountId, payment.id);
      expect((await refundOf(view.id)).status).toBe(status);
      known({ amount: 300 });
      await parts.sync.syncWithBank(parts.accountId, payment.id);
      expect(await refundOf(view.id)).toMatchObject({ status: 'succeeded', failureCode: null, nextQueryAt: null });
      expect(await paymentNow()).toMatchObject({ amountRefunded: 300, flags: ['late_refund'] });
      expect((await eventsOf(database, payment.id)).slice(-2)).toMatchObject([
        { type: 'refund.succeeded_late', data: { refundId: view.id } },
        { type: 'payment.flagged' },
      ]);
      expect((await refund({ amount: 700 })).statusCode).toBe(201); // what is left may still be given back
    });

    it('and yet succeed are counted even beside the refund that took their place; then no other is sent', async () => {
      bankAnswers(() => REFUSED);
      const { view: first } = await refund();
      answered({});
      await refund();
      known({});
      await parts.sync.syncWithBank(parts.accountId, payment.id);
      expect(await refundOf(first.id)).toMatchObject({ status: 'succeeded' });
      expect(await paymentNow()).toMatchObject({ amountRefunded: 2_000, flags: ['refund_excess', 'late_refund'] });
      await expect(refund({ amount: 1 })).rejects.toMatchObject({ code: 'PAYMENT_NOT_REFUNDABLE' });
    });
  });

  describe('that never left', () => {
    const UNSENT: FollowUpOutcome = { kind: 'unknown', reason: 'not_connected', unsent: true };

    it('are put on record anew and sent under the same id, without a question, and stay the first attempt', async () => {
      bankAnswers(() => UNSENT);
      const { statusCode, view } = await refund();
      expect([statusCode, view.status]).toEqual([202, 'unknown']);
      const reads = parts.bank.reads.length;
      answered({});
      expect(await settle(view.id)).toMatchObject({ status: 'succeeded', attempt: 1, sends: 2, unsent: false });
      expect(parts.bank.reads).toHaveLength(reads);
      const [first, second] = parts.bank.refunds;
      expect(second!.merchantRequestId).toBe(first!.merchantRequestId);
      expect(second!.window).not.toBe(first!.window);
    });

    it('are sent by one of two workers; the other asks', async () => {
      bankAnswers(() => UNSENT);
      const { view } = await refund();
      const gate = Promise.withResolvers<undefined>();
      bankAnswers(async ({ merchantRequestId }) => {
        await gate.promise;
        return { kind: 'answered', facts: aBankRefund(merchantRequestId) };
      });
      const both = [settle(view.id), settle(view.id)];
      await Promise.race(both); // the one that asks
      gate.resolve(undefined);
      await Promise.all(both);
      expect(parts.bank.refunds).toHaveLength(2); // the first, and one more
      expect(await refundOf(view.id)).toMatchObject({ status: 'succeeded', attempt: 1 });
      expect((await paymentNow()).amountRefunded).toBe(1_000);
    });

    it('stay in doubt for whoever wakes late: a newer sending is not taken for unsent', async () => {
      const sleeper = Promise.withResolvers<FollowUpOutcome>();
      bankAnswers(() => sleeper.promise);
      const sleeping = refund();
      await until('it is sent', () => Promise.resolve(parts.bank.refunds.length === 1));
      const [{ id }] = (await parts.refunds.list(parts.accountId, payment.id)) as [RefundView];
      await sentAgo(id, 90);
      bankAnswers(() => TIMEOUT);
      await proveAbsent(id); // and is sent again by somebody else
      expect(await refundOf(id)).toMatchObject({ attempt: 2, status: 'unknown' });
      sleeper.resolve(UNSENT);
      await sleeping;
      expect(await refundOf(id)).toMatchObject({ attempt: 2, status: 'unknown', unsent: false });
      await settle(id);
      expect(parts.bank.refunds).toHaveLength(2);
    });

    it('are asked for, not sent, once the deadline has passed', async () => {
      bankAnswers(() => UNSENT);
      const { view } = await refund();
      await age(database, { id: view.id, column: 'deadline_at', seconds: DAY_SECONDS + 1 });
      expect(await settle(view.id)).toMatchObject({ status: 'needs_review' });
      expect(parts.bank.refunds).toHaveLength(1);
    });
  });

  it('are counted once when two workers settle them while callbacks come', async () => {
    const { view } = await refund({ amount: 400 });
    known({ amount: 400 });
    const calls = Array.from({ length: 4 }, () => [
      settle(view.id),
      parts.sync.hint(parts.accountId, payment.id),
      parts.sync.syncWithBank(parts.accountId, payment.id),
    ]);
    await Promise.all(calls.flat());
    expect(await paymentNow()).toMatchObject({ amountRefunded: 400 });
    const updates = (await eventsOf(database, payment.id)).filter(({ type }) => type === 'refund.updated');
    expect(updates).toHaveLength(2); // unknown, succeeded
    expect(await refundOf(view.id)).toMatchObject({ status: 'succeeded', nextQueryAt: null });
  });
});
