import { type OperationReading } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type RefundView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { untilBlocked } from '../support/lock-waits.js';
import { aBankRefund, found, paid } from './fake-payment-bank.js';
import {
  age,
  aKey,
  create,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

/** What is done again, or later, or by somebody else than the first time. */
describe('the second attempt', () => {
  let database: MigratedDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    parts.bank.onRefund = () => ({ kind: 'unknown', reason: 'timeout' });
    parts.bank.onReadOperation = () => ({ kind: 'not_found' });
    parts.bank.refunds.length = 0;
  });

  const refund = async (paymentId: string, amount?: number): Promise<RefundView> => {
    const body = amount === undefined ? {} : { amount };
    const answer = await parts.refunds.create({ accountId: parts.accountId, paymentId, key: aKey() }, body);
    return JSON.parse(answer.body) as RefundView;
  };
  const operation = async (id: string) =>
    (
      await database.query<{ status: string; attempt: number; due: number | null }>(
        `SELECT status, attempt, extract(epoch FROM next_query_at - now())::float AS due FROM operation WHERE id = $1`,
        [id],
      )
    )[0]!;
  const settle = (id: string) => parts.engine.resolve(parts.accountId, id);

  describe('of a refund that is proven absent', () => {
    /** Asks until absence is proven, however often that takes. */
    async function untilResent(id: string): Promise<void> {
      for (let asked = 0; asked < 6 && parts.bank.refunds.length < 2; asked++) {
        for (const column of ['sent_at', 'not_found_at']) await age(database, { column, id, seconds: 3_600 });
        await settle(id);
      }
      expect(parts.bank.refunds).toHaveLength(2);
    }

    it('leaves a net under it before it goes out: a process that dies then leaves work for another one', async () => {
      const { id } = await refund((await createPaid(parts)).id);
      let net: Awaited<ReturnType<typeof operation>> | undefined;
      parts.bank.onRefund = async () => {
        net = await operation(id); // committed by now, or nobody would see it
        throw new Error('the process dies');
      };
      await expect(untilResent(id)).rejects.toThrow('the process dies');
      expect(net).toMatchObject({ status: 'sending', attempt: 2, due: expect.any(Number) });
      expect(net!.due).toBeGreaterThan(0);
      expect(net!.due).toBeLessThanOrEqual(300);
      expect(await operation(id)).toMatchObject({ status: 'sending', due: expect.any(Number) });
    });

    it('goes out under the same id and for the same amount, and never a third time', async () => {
      const { id } = await refund((await createPaid(parts)).id, 400);
      await untilResent(id);
      const [first, second] = parts.bank.refunds;
      expect(second).toMatchObject({ merchantRequestId: first!.merchantRequestId, amount: 400 });
      for (let asked = 0; asked < 6; asked++) {
        for (const column of ['sent_at', 'not_found_at']) await age(database, { column, id, seconds: 3_600 });
        await settle(id);
      }
      expect(parts.bank.refunds).toHaveLength(2);
    });
  });

  it('two refunds at once see each other: the second one waits for the first one’s reservation', async () => {
    const { id } = await createPaid(parts);
    const holder = (await database.connect(1)).createQueryRunner();
    await holder.startTransaction();
    await holder.query('SELECT 1 FROM payment WHERE id = $1 FOR UPDATE', [id]);
    const both = Promise.allSettled([refund(id, 600), refund(id, 600)]);
    await untilBlocked(database, 2);
    await holder.commitTransaction();
    await holder.release();
    const outcomes = await both;
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'REFUND_TOO_LARGE' },
    });
    expect(parts.bank.refunds).toHaveLength(1);
  });

  describe('of a hint', () => {
    const looks = async (id: string) =>
      (
        await database.query<{ queries: number; due: number }>(
          `SELECT hint_queries AS queries, extract(epoch FROM next_sync_at - now())::float AS due FROM payment WHERE id = $1`,
          [id],
        )
      )[0]!;

    it('starts the quick queries anew, however many came of the one before', async () => {
      const { id } = await create(parts);
      const ask = () => parts.sync.syncWithBank(parts.accountId, id);
      parts.bank.onReadOrder = (bankOrderId) => found(bankOrderId);
      await parts.sync.hint(parts.accountId, id);
      for (let times = 0; times < 10; times++) await ask();
      expect((await looks(id)).due).toBeGreaterThan(20); // back to the pace of its age
      await parts.sync.hint(parts.accountId, id);
      expect((await looks(id)).due).toBeLessThanOrEqual(0);
      const pace: number[] = [];
      for (let times = 0; times < 4; times++) {
        await ask();
        pace.push(Math.round((await looks(id)).due));
      }
      expect(pace[0]).toBeLessThanOrEqual(3);
      expect(pace[1]).toBeLessThanOrEqual(6);
      expect(pace).toEqual(pace.toSorted((a, b) => a - b));
      expect(pace[2]).toBeLessThanOrEqual(18);
    });
  });

  describe('of a look at what waits for a person', () => {
    it('settles a payment by the bank’s word, and says so', async () => {
      const { id } = await create(parts);
      parts.bank.onReadOrder = paid({ amount: 999 }); // not what was asked for
      await parts.sync.syncWithBank(parts.accountId, id);
      expect(await parts.payments.get(parts.accountId, id)).toMatchObject({ status: 'needs_review' });
      parts.bank.onReadOrder = paid({ amount: 1_000 });
      await parts.sync.hint(parts.accountId, id);
      await parts.sync.syncWithBank(parts.accountId, id);
      expect(await parts.payments.get(parts.accountId, id)).toMatchObject({
        status: 'succeeded',
        amountCaptured: 1_000,
        failure: null,
      });
    });

    it('holds the reservation of a refund until the bank’s word', async () => {
      const { id } = await createPaid(parts);
      const said = (over: object): ((merchantRequestId: string) => OperationReading) => {
        return (merchantRequestId) => ({
          kind: 'found',
          facts: aBankRefund(merchantRequestId, { amount: 400, ...over }),
        });
      };
      const made = await refund(id, 400);
      parts.bank.onReadOperation = said({ amount: 399 });
      await settle(made.id);
      expect((await operation(made.id)).status).toBe('needs_review');
      await expect(refund(id, 601)).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
      parts.bank.onReadOperation = said({});
      await settle(made.id);
      expect((await operation(made.id)).status).toBe('succeeded');
      expect(await parts.payments.get(parts.accountId, id)).toMatchObject({ amountRefunded: 400 });
    });
  });
});
