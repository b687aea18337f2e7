import { adoptPayment } from '../../apps/gateway/src/payments/engine/adoption.js';
import { aBankOperation, aBankRefund, found } from './fake-payment-bank.js';
import {
  createMigratedDatabase,
  createPaid,
  eventsOf,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

/** What the bank did without a request of ours: read, adopted and concluded at first sight. */
describe('what nobody asked us for', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  const historyOf = (id: string) =>
    database.query(
      `SELECT from_status, to_status, cause FROM history WHERE coalesce(operation_id, subject_id) = $1 ORDER BY number`,
      [id],
    );
  const born = { from_status: null, to_status: 'succeeded', cause: 'bank' };

  it.each(['automatic', 'manual'])(
    'is a payment of its own, once, like the one it was found under (%s)',
    async (way) => {
      const first = await createPaid(parts, { reference: 'order-7', metadata: { shop: '1' } });
      const kind = way === 'manual' ? 'authorization' : 'purchase';
      await database.query('UPDATE payment SET kind = $2 WHERE id = $1', [first.id, kind]);
      await database.query('UPDATE operation SET kind = $2 WHERE subject_id = $1', [first.id, kind]);
      const facts = aBankOperation({ operationId: `again-${first.id}`, amount: 700 });
      const payment = await parts.records.payments.find(parts.accountId, first.id);
      const operation = await parts.records.operations.currentIntent(parts.accountId, first.id);
      const held = { payment: payment!, operation: operation! };
      const look = () =>
        parts.records.transaction((tx) => adoptPayment(tx, held, { facts, bankMerchantId: 'merchant-1' }));
      const looks = [...(await Promise.all([look(), look(), look()])), await look()];
      const [id, ...others] = looks.filter((one) => one !== undefined);
      expect(others).toEqual([]);
      const status = way === 'manual' ? 'authorized' : 'succeeded';
      expect(await parts.payments.get(parts.accountId, id!)).toMatchObject({
        status,
        amount: 700,
        amountAuthorized: 700,
        amountCaptured: way === 'manual' ? 0 : 700,
        reference: 'order-7',
        metadata: { shop: '1' },
      });
      expect(await eventsOf(database, id!)).toEqual([
        { sequence: 1, type: `payment.${status}`, data: { paymentId: id } },
      ]);
      expect(await historyOf(id!)).toEqual([{ ...born, to_status: status }]);
      const [own, ...rest] = await database.query<{ id: string }>('SELECT * FROM operation WHERE subject_id = $1', [
        id,
      ]);
      expect(rest).toEqual([]);
      expect(own).toMatchObject({ kind, merchant_request_id: null, bank_operation_id: `again-${first.id}` });
      expect(await historyOf(own!.id)).toEqual([born]);
      await parts.sync.hint(parts.accountId, id!); // it has no order of its own: nothing is asked, and nothing moves
      await parts.sync.syncWithBank(parts.accountId, id!);
      expect((await parts.payments.get(parts.accountId, id!)).status).toBe(status);
    },
  );

  it('is a refund of the payment that it gives back, caused by the bank', async () => {
    const { id } = await createPaid(parts);
    const refund = aBankRefund(`office-${id}`, { originalOperationId: 'bank-operation-1', amount: 300 });
    parts.bank.onReadOrder = (order) => found(order, { status: 'SUCCESS', operations: [aBankOperation(), refund] });
    for (let look = 0; look < 2; look++) await parts.sync.syncWithBank(parts.accountId, id);
    const [seen, ...more] = await parts.refunds.list(parts.accountId, id);
    expect(more).toEqual([]);
    expect(seen).toMatchObject({ amount: 300, status: 'succeeded', reason: 'made at the bank, not through us' });
    expect(seen!.id).toMatch(/^ref_/u);
    expect(await historyOf(seen!.id)).toEqual([born]);
  });
});
