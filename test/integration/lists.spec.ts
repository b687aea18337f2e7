import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { paid } from './fake-payment-bank.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, startGateway, type WholeGateway } from './whole-gateway.js';

/** A day of three payments, at 10, 11 and 12 o'clock; the one of 11 is another customer's. */
describe('lists', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;
  const payments: string[] = [];
  const refunds: string[] = [];
  const at = (hour: number): string => `2026-01-31T${hour}:00:00.000Z`;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    account = await addAccount(gateway);
    for (const hour of [10, 11, 12]) await payAt(hour);
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });

  async function payAt(hour: number): Promise<void> {
    const { call, bank, app } = gateway;
    const customer = { id: hour === 11 ? 'bohdan' : 'olena' };
    const body = aPaymentRequest({ customer, amount: 1_000 });
    const id = (await call('POST', '/v1/payments', { key: account.apiKey, body })).body['id'] as string;
    bank.onReadOrder = paid({ amount: 1_000, merchantId: account.bankMerchantId, operationId: `paid-${id}` });
    await app.get(PaymentSyncService).syncWithBank(account.id, id);
    const refund = await call('POST', `/v1/payments/${id}/refunds`, { key: account.apiKey, body: { amount: 10 } });
    payments.push(id);
    refunds.push(refund.body['id'] as string);
    await database.query('UPDATE payment SET created_at = $2 WHERE id = $1', [id, at(hour)]);
    await database.query('UPDATE operation SET created_at = $2 WHERE subject_id = $1', [id, at(hour)]);
  }

  interface Page {
    readonly data: readonly { readonly id: string }[];
    readonly nextCursor: string | null;
  }
  const page = async (path: string): Promise<Page> =>
    JSON.parse((await gateway.call('GET', path, { key: account.apiKey })).text) as Page;

  it.each<[string, readonly number[]]>([
    ['', [2, 1, 0]],
    [`createdFrom=${at(11)}`, [2, 1]],
    [`createdBefore=${at(11)}`, [0]],
    [`createdFrom=${at(11)}&createdBefore=${at(12)}`, [1]],
    ['createdFrom=2026-01-31T13:30:00%2B02:00', [2]],
    [`createdFrom=${at(12)}&createdBefore=${at(11)}`, []],
  ])('of payments and of refunds: %s', async (query, places) => {
    const found = async (path: string) => (await page(`${path}?${query}`)).data.map(({ id }) => id);
    expect(await found('/v1/payments')).toEqual(places.map((place) => payments[place]));
    expect(await found('/v1/refunds')).toEqual(places.map((place) => refunds[place]));
  });

  it('of one customer, whose id nobody can read in the database', async () => {
    expect((await page('/v1/payments?customerId=bohdan')).data.map(({ id }) => id)).toEqual([payments[1]]);
    expect((await page('/v1/payments?customerId=nobody')).data).toEqual([]);
    const rows = await database.query('SELECT * FROM payment');
    expect(JSON.stringify(rows)).not.toContain('bohdan');
  });

  it.each(['/v1/payments', '/v1/refunds'])('%s goes on where the page before ended', async (path) => {
    const ids = path === '/v1/payments' ? payments : refunds;
    const first = await page(`${path}?limit=2&createdFrom=${at(10)}`);
    const second = await page(`${path}?limit=2&createdFrom=${at(10)}&cursor=${first.nextCursor!}`);
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids.toReversed());
    expect(second.nextCursor).toBeNull();
  });

  it('a refund is read by its id alone', async () => {
    const { body } = await gateway.call('GET', `/v1/refunds/${refunds[0]!}`, { key: account.apiKey });
    expect(body).toMatchObject({ id: refunds[0], paymentId: payments[0] });
  });

  it.each([
    ['/v1/payments?createdFrom=yesterday', 'createdFrom must be a time with offset'],
    ['/v1/refunds?createdBefore=2026-01-31', 'createdBefore must be a time with offset'],
    ['/v1/refunds?status=failed', 'status is not known here'],
  ])('%s is refused by name', async (path, sentence) => {
    const { status, body } = await gateway.call('GET', path, { key: account.apiKey });
    expect([status, body['detail']]).toEqual([400, expect.stringContaining(sentence)]);
  });

  it('a cursor of another list is refused', async () => {
    const { nextCursor } = await page('/v1/payments?limit=1');
    const { body } = await gateway.call('GET', `/v1/refunds?cursor=${nextCursor!}`, { key: account.apiKey });
    expect(body['code']).toBe('CURSOR_INVALID');
  });
});
