import { type RefundView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { aBankRefund, anOpenOrder, BANK_MERCHANT_ID, paid } from './fake-payment-bank.js';
import {
  aKey,
  create,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

/** The merchant moves to another terminal while payments are under way on the old one. */
describe('the terminal of an operation', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let moves = 0;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await parts.accounts.change(parts.accountId, { bankMerchantId: BANK_MERCHANT_ID });
    parts.bank.orders.length = 0;
    parts.bank.refunds.length = 0;
    parts.bank.onOrder = anOpenOrder;
    parts.bank.onRefund = () => ({ kind: 'unknown', reason: 'timeout' });
    parts.bank.onReadOperation = () => ({ kind: 'not_found' });
  });

  const moveAccount = async (): Promise<string> => {
    const bankMerchantId = `moved-${++moves}`;
    await parts.accounts.change(parts.accountId, { bankMerchantId });
    return bankMerchantId;
  };
  const refund = async (paymentId: string): Promise<RefundView> => {
    const { body } = await parts.refunds.create({ accountId: parts.accountId, paymentId, key: aKey() }, {});
    return JSON.parse(body) as RefundView;
  };
  const statusOf = async (id: string) => (await parts.payments.get(parts.accountId, id)).status;

  it.each<[string, string, string]>([
    ['the one it was begun on', BANK_MERCHANT_ID, 'succeeded'],
    ['another', 'moved-elsewhere', 'needs_review'],
  ])('is what an order is judged by: paid on %s', async (_which, merchantId, status) => {
    const { id } = await create(parts);
    await moveAccount();
    parts.bank.onReadOrder = paid({ merchantId });
    await parts.sync.syncWithBank(parts.accountId, id);
    expect(await statusOf(id)).toBe(status);
  });

  it('stays when an order goes out again, and when another takes the place of a lost one', async () => {
    parts.bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
    const { id } = await create(parts);
    await moveAccount();
    parts.bank.onOrder = () =>
      parts.bank.orders.length === 2 ? { kind: 'duplicate' } : anOpenOrder(parts.bank.orders.at(-1)!);
    await parts.engine.resolvePayment(parts.accountId, id);
    expect(parts.bank.orders.map(({ bankMerchantId }) => bankMerchantId)).toEqual(Array(3).fill(BANK_MERCHANT_ID));
  });

  it('of a refund is that of the payment, for its answer and for every query', async () => {
    const payment = await createPaid(parts);
    await moveAccount();
    const { id } = await refund(payment.id);
    expect(parts.bank.refunds.map(({ bankMerchantId }) => bankMerchantId)).toEqual([BANK_MERCHANT_ID]);
    await moveAccount();
    parts.bank.onReadOperation = (requestId) => ({ kind: 'found', facts: aBankRefund(requestId) });
    expect(await parts.engine.resolve(parts.accountId, id)).toMatchObject({ status: 'succeeded' });
  });

  it('of a refund that the bank names otherwise is for a person, though the account has it now', async () => {
    const payment = await createPaid(parts);
    const merchantId = await moveAccount();
    const { id } = await refund(payment.id);
    parts.bank.onReadOperation = (requestId) => ({ kind: 'found', facts: aBankRefund(requestId, { merchantId }) });
    expect(await parts.engine.resolve(parts.accountId, id)).toMatchObject({ status: 'needs_review' });
  });

  it('is the new one for what begins after the move', async () => {
    const bankMerchantId = await moveAccount();
    await create(parts);
    expect(parts.bank.orders).toMatchObject([{ bankMerchantId }]);
  });
});
