import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { found, paid } from './fake-payment-bank.js';
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
    const metadata = { shop: 'one', order: `${hour}` };
    const body = aPaymentRequest({ customer, amount: 1_000, metadata });
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

  const ids = async (path: string) => (await page(path)).data.map(({ id }) => id);

  it('of refunds of one customer, and no more once the payment has forgotten the customer', async () => {
    expect(await ids('/v1/refunds?customerId=bohdan')).toEqual([refunds[1]]);
    await database.query('UPDATE payment SET customer_digest = NULL WHERE id = $1', [payments[1]]);
    expect(await ids('/v1/refunds?customerId=bohdan')).toEqual([]);
  });

  it('of refunds by what is shown of them, whatever they are called inside', async () => {
    const status = async (refund: number, inside: string) =>
      database.query('UPDATE operation SET status = $2 WHERE id = $1', [refunds[refund], inside]);
    expect(await ids('/v1/refunds?status=unknown')).toEqual(refunds.toReversed());
    await status(2, 'pending');
    await status(0, 'failed');
    await status(1, 'abandoned');
    expect(await ids('/v1/refunds?status=failed')).toEqual([refunds[1], refunds[0]]);
    expect(await ids('/v1/refunds?status=failed&limit=1')).toEqual([refunds[1]]);
    expect(await ids('/v1/refunds?status=pending')).toEqual([refunds[2]]);
    expect(await ids('/v1/refunds?status=unknown')).toEqual([]);
  });

  it.each<[string, readonly number[]]>([
    ['metadata[order]=11', [1]],
    ['metadata[shop]=one', [2, 1, 0]],
    ['metadata%5Bshop%5D=one&limit=2', [2, 1]],
    ['metadata[shop]=two', []],
    ['metadata[one]=shop', []],
  ])('of payments with an entry in their notes: %s', async (query, places) => {
    expect(await ids(`/v1/payments?${query}`)).toEqual(places.map((place) => payments[place]));
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
    ['/v1/refunds?status=canceled', 'status must be one of'],
    ['/v1/refunds?metadata[order]=11', 'metadata is not known here'],
    ['/v1/payments?metadata=11', 'metadata must be given as metadata[key]=value'],
    ['/v1/payments?metadata[order]=11&metadata[shop]=one', 'metadata must have one entry'],
    ['/v1/payments?metadata[order]=11&metadata[order]=12', 'metadata.order must be a text'],
    ['/v1/payments?changedSince=2026-01-31T00:00:00Z&status=failed', 'changedSince goes with limit and cursor alone'],
  ])('%s is refused by name', async (path, sentence) => {
    const { status, body } = await gateway.call('GET', path, { key: account.apiKey });
    expect([status, body['detail']]).toEqual([400, expect.stringContaining(sentence)]);
  });

  describe('of what changed', () => {
    const now = async (): Promise<string> =>
      (await database.query<{ now: string }>('SELECT clock_timestamp()::text AS now'))[0]!.now;
    const changed = async (list: string, since: string) =>
      ids(`/v1/${list}?changedSince=${encodeURIComponent(new Date(since).toISOString())}`);

    it('hold a payment that a customer paid, and none that the bank was only asked about', async () => {
      const { call, bank, app } = gateway;
      const sync = (id: string) => app.get(PaymentSyncService).syncWithBank(account.id, id);
      const body = aPaymentRequest({ amount: 1_000 });
      const id = (await call('POST', '/v1/payments', { key: account.apiKey, body })).body['id'] as string;
      const read = async () => (await call('GET', `/v1/payments/${id}`, { key: account.apiKey })).body['updatedAt'];
      await database.query(`UPDATE payment SET updated_at = '2026-02-01', changed_at = '2026-02-01' WHERE id = $1`, [
        id,
      ]);
      const since = await now();
      bank.onReadOrder = (orderId) => found(orderId);
      await sync(id);
      const [row] = await database.query<{ looked: boolean }>(
        'SELECT updated_at > $2::timestamptz AS looked FROM payment WHERE id = $1',
        [id, since],
      );
      expect([row!.looked, await read(), await changed('payments', since)]).toEqual([
        ...[true, '2026-02-01T00:00:00.000Z', []],
      ]);
      bank.onReadOrder = paid({ amount: 1_000, merchantId: account.bankMerchantId, operationId: `paid-${id}` });
      await sync(id);
      expect(await changed('payments', since)).toEqual([id]);
      expect(Date.parse((await read()) as string)).toBeGreaterThanOrEqual(Date.parse(since));
    });

    it('hold a refund whose status moved', async () => {
      const since = await now();
      await database.query(`UPDATE operation SET updated_at = now(), queries = 9 WHERE id = ANY($1)`, [refunds]);
      expect(await changed('refunds', since)).toEqual([]);
      await database.query(`UPDATE operation SET status = 'succeeded', updated_at = now() WHERE id = $1`, [refunds[2]]);
      expect(await changed('refunds', since)).toEqual([refunds[2]]);
    });

    it.each(['payments', 'refunds'])(
      'of %s go on where the page before ended, though one changes between',
      async (list) => {
        const path = `/v1/${list}?changedSince=2020-01-01T00:00:00Z&limit=2`;
        const table = list === 'payments' ? 'payment' : 'operation';
        const first = await page(path);
        await database.query(`UPDATE ${table} SET failure_message = 'anew' WHERE id = $1`, [first.data[0]!.id]);
        const second = await page(`/v1/${list}?changedSince=2020-01-01T00:00:00Z&cursor=${first.nextCursor!}`);
        expect(second.nextCursor).toBeNull();
        expect(second.data.at(-1)!.id).toBe(first.data[0]!.id);
        const all = [...first.data, ...second.data].map(({ id }) => id);
        expect(all.slice(0, -1).toSorted()).toEqual((await ids(`/v1/${list}`)).toSorted());
      },
    );
  });

  it('a cursor of another list is refused', async () => {
    const { nextCursor } = await page('/v1/payments?limit=1');
    const { body } = await gateway.call('GET', `/v1/refunds?cursor=${nextCursor!}`, { key: account.apiKey });
    expect(body['code']).toBe('CURSOR_INVALID');
  });
});
