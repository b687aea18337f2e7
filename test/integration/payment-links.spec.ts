import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { anOpenOrder, paid } from './fake-payment-bank.js';
import { untilBlocked } from '../support/lock-waits.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type CallAnswer, type NewAccount, startGateway, type WholeGateway } from './whole-gateway.js';

const PUBLIC_URL = 'https://pay.example/shop';
const TERMS = { amount: 1_000, currency: 'UAH', description: 'Coffee <b>1 kg</b>', reference: 'invoice-7' };

describe('payment links', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database, { env: { PUBLIC_URL } });
    account = await addAccount(gateway, { name: 'Кава & чай' });
  });
  beforeEach(() => {
    gateway.bank.orders.length = 0;
    gateway.bank.onOrder = (request) => anOpenOrder(request);
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });

  const api = (method: 'GET' | 'POST' | 'PATCH', url: string, body?: object, headers = {}) =>
    gateway.call(method, `/v1/payment-links${url}`, { key: account.apiKey, ...(body ? { body } : {}), headers });
  const make = async (over: object = {}): Promise<string> => {
    const made = await api('POST', '', { ...TERMS, ...over });
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    return made.body['id'] as string;
  };

  let clients = 0;
  /** Each from an address of its own. */
  const visit = (method: 'GET' | 'POST', path: string, language = 'en'): Promise<CallAnswer> =>
    gateway.call(method, `/pay/${path}`, {
      headers: { 'accept-language': language },
      from: `198.51.100.${++clients % 250}`,
    });
  const pageOf = async (link: string): Promise<string> =>
    /action="(\?page=[0-9a-f]{32})"/u.exec((await visit('GET', link)).text)?.[1] ?? '';
  const press = (link: string, page = ''): Promise<CallAnswer> => visit('POST', `${link}${page}`);
  const paymentsOf = async (link: string): Promise<Record<string, unknown>[]> => {
    const url = `/v1/payments?paymentLinkId=${link}`;
    return (await gateway.call('GET', url, { key: account.apiKey })).body['data'] as Record<string, unknown>[];
  };
  const onlyPaymentOf = async (link: string): Promise<string> => {
    const payments = await paymentsOf(link);
    expect(payments).toHaveLength(1);
    return payments[0]!['id'] as string;
  };
  const sync = (paymentId: string) => gateway.app.get(PaymentSyncService).syncWithBank(account.id, paymentId);
  const pay = async (paymentId: string): Promise<void> => {
    gateway.bank.onReadOrder = paid({ merchantId: account.bankMerchantId, operationId: `paid-${paymentId}` });
    await sync(paymentId);
  };

  describe('of the API', () => {
    it('are made once for a key, read, listed and told of', async () => {
      const headers = { 'idempotency-key': 'one-link' };
      const first = await api('POST', '', TERMS, headers);
      expect(first).toMatchObject({
        status: 201,
        body: {
          ...{ object: 'payment_link', status: 'active', active: true, usage: 'reusable', ...TERMS },
          ...{ url: `${PUBLIC_URL}/pay/${first.body['id'] as string}`, paymentMethod: { type: 'hosted_page' } },
          ...{ captureMethod: 'automatic', expiresAt: null, returnUrl: null, livemode: false },
        },
      });
      const again = await api('POST', '', TERMS, headers);
      expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
      expect(await api('POST', '', { ...TERMS, amount: 2 }, headers)).toMatchObject({
        body: { code: 'IDEMPOTENCY_MISMATCH' },
      });
      const id = first.body['id'] as string;
      expect((await api('GET', `/${id}`)).body).toEqual(first.body);
      const other = await make({ usage: 'single' });
      const page = await api('GET', '?limit=1');
      expect(page.body).toMatchObject({ data: [{ id: other }], nextCursor: expect.any(String) });
      const next = await api('GET', `?limit=1&cursor=${page.body['nextCursor'] as string}`);
      expect(next.body).toMatchObject({ data: [{ id }], nextCursor: null });
      const told = await database.query('SELECT type, subject_type, data FROM outbox_event WHERE subject_id = $1', [
        id,
      ]);
      expect(told).toEqual([
        { type: 'payment_link.created', subject_type: 'payment_link', data: { paymentLinkId: id } },
      ]);
    });

    it('have a QR code of their address', async () => {
      const id = await make();
      for (const [format, type] of [
        ['svg', 'image/svg+xml'],
        ['png', 'image/png'],
      ]) {
        const { status, headers } = await api('GET', `/${id}/qr?format=${format!}`);
        expect([status, headers['content-type']]).toEqual([200, expect.stringContaining(type!)]);
      }
    });

    it.each([
      ['an end that is past', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
      ['an end without an offset', { expiresAt: '2030-01-01T00:00:00' }, 'expiresAt'],
      ['another usage', { usage: 'twice' }, 'usage'],
      ['lines that do not add up', { lineItems: [{ name: 'x', quantity: 1, amount: 1 }] }, 'lineItems'],
      ['a customer, who is not known yet', { customer: { id: 'x' } }, 'customer'],
    ])('are refused with %s', async (_what, over, path) => {
      const refused = await api('POST', '', { ...TERMS, ...over });
      expect(refused).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors: [{ path }] } });
    });

    it('for transfers need a terminal for them', async () => {
      const refused = await api('POST', '', { ...TERMS, paymentMethod: { type: 'bank_transfer' } });
      expect(refused).toMatchObject({ status: 422, body: { code: 'PAYMENT_METHOD_UNAVAILABLE' } });
    });

    it('keep what a change does not name', async () => {
      const id = await make({ metadata: { a: '1' }, expiresAt: '2040-01-01T00:00:00Z' });
      expect((await api('PATCH', `/${id}`, { active: false })).body).toMatchObject({
        ...{ status: 'inactive', active: false, metadata: { a: '1' }, expiresAt: '2040-01-01T00:00:00.000Z' },
      });
      expect(
        (await api('PATCH', `/${id}`, { active: true, expiresAt: null, metadata: { b: '2' } })).body,
      ).toMatchObject({
        ...{ status: 'active', metadata: { b: '2' }, expiresAt: null },
      });
      expect(await api('PATCH', '/link_0', { active: false })).toMatchObject({
        ...{ status: 404, body: { code: 'PAYMENT_LINK_NOT_FOUND' } },
      });
    });
  });

  describe('that are opened', () => {
    it('show what is to be paid, and make nothing', async () => {
      const id = await make();
      const { status, text, headers } = await visit('GET', id);
      expect(status).toBe(200);
      expect(text).toContain('Кава &amp; чай');
      expect(text).toContain('Coffee &lt;b&gt;1 kg&lt;/b&gt;');
      expect(text).toContain('10.00');
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/u,
        ),
      });
      expect(await paymentsOf(id)).toEqual([]);
      expect((await visit('GET', id, 'uk-UA,uk;q=0.9,en;q=0.8')).text).toContain('Оплатити');
    });

    it('make an ordinary payment for each press, which is listed by its link and told with it', async () => {
      const id = await make();
      const pages = [await pageOf(id), await pageOf(id)];
      for (const page of pages) {
        const led = await press(id, page);
        expect([led.status, led.headers['location']]).toEqual([
          303,
          expect.stringMatching(/^https:\/\/bank\.example\/pay/u),
        ]);
      }
      const payments = await paymentsOf(id);
      expect(payments).toMatchObject([
        ...[1, 2].map(() => ({ ...TERMS, paymentLinkId: id, status: 'requires_action' })),
      ]);
      const [payment] = payments;
      expect(payment!['returnUrl']).toBe(`${PUBLIC_URL}/pay/${id}/${payment!['id'] as string}`);
      const told = await database.query('SELECT type, data FROM outbox_event WHERE subject_id = $1', [payment!['id']]);
      expect(told).toEqual([
        { type: 'payment.requires_action', data: { paymentId: payment!['id'], paymentLinkId: id } },
      ]);
    });

    it('take two presses of one page for one, also at once', async () => {
      const id = await make();
      const page = await pageOf(id);
      const led = await Promise.all([press(id, page), press(id, page), press(id, page)]);
      expect(led.map(({ status }) => status)).toEqual([303, 303, 303]);
      const payment = await onlyPaymentOf(id);
      expect(gateway.bank.orders).toHaveLength(1);
      const waiting = led.map(({ headers }) => headers['location'] as string).filter((to) => to.startsWith(PUBLIC_URL));
      expect(waiting).toEqual(waiting.map(() => `${PUBLIC_URL}/pay/${id}/${payment}?opening`));
      const on = await visit('GET', `${id}/${payment}?opening`);
      expect([on.status, on.headers['location']]).toEqual([303, expect.stringContaining('https://bank.example/pay')]);
    });

    it('let a customer wait for a bank that does not answer, without another order', async () => {
      const id = await make();
      gateway.bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
      const led = await press(id, await pageOf(id));
      const payment = await onlyPaymentOf(id);
      expect(led.headers['location']).toBe(`${PUBLIC_URL}/pay/${id}/${payment}?opening`);
      const { status, text } = await visit('GET', `${id}/${payment}?opening`);
      expect([status, text]).toEqual([200, expect.stringContaining('http-equiv="refresh"')]);
    });
  });

  describe('that are single', () => {
    it('have one payment however many press at once, and lead all of them to it', async () => {
      const id = await make({ usage: 'single' });
      const pages = await Promise.all([1, 2, 3, 4, 5, 6].map(() => pageOf(id)));
      const led = await Promise.all(pages.map((page) => press(id, page)));
      expect(led.map(({ status }) => status)).toEqual(led.map(() => 303));
      await onlyPaymentOf(id);
      expect(gateway.bank.orders).toHaveLength(1);
    });

    it('are used once they are paid', async () => {
      const id = await make({ usage: 'single' });
      await press(id, await pageOf(id));
      const payment = await onlyPaymentOf(id);
      await pay(payment);
      expect((await api('GET', `/${id}`)).body).toMatchObject({ status: 'used', active: true });
      expect(await visit('GET', id)).toMatchObject({ status: 410, text: expect.stringContaining('has been paid') });
      expect(await press(id)).toMatchObject({ status: 410 });
      await onlyPaymentOf(id);
      expect((await visit('GET', `${id}/${payment}`)).text).toContain('The payment is confirmed');
    });

    it('make another payment after one that failed, and lead back to the link from it', async () => {
      const id = await make({ usage: 'single' });
      gateway.bank.onOrder = () => ({ kind: 'refused', code: 'b_terminal_blocked', proven: true }) as never;
      const led = await press(id, await pageOf(id));
      const payment = await onlyPaymentOf(id);
      await database.query(`UPDATE payment SET status = 'failed' WHERE id = $1 AND status <> 'failed'`, [payment]);
      expect(led.status).toBe(303);
      expect((await visit('GET', `${id}/${payment}`)).text).toContain(`href="../${id}"`);
      gateway.bank.onOrder = (request) => anOpenOrder(request);
      expect((await press(id, await pageOf(id))).headers['location']).toContain('https://bank.example/pay');
      expect(await paymentsOf(id)).toHaveLength(2);
    });

    it('make none beside a canceled one that can still be paid', async () => {
      const id = await make({ usage: 'single' });
      await press(id, await pageOf(id));
      const payment = await onlyPaymentOf(id);
      await gateway.call('POST', `/v1/payments/${payment}/cancel`, { key: account.apiKey, body: {} });
      expect((await press(id, await pageOf(id))).headers['location']).toBe(
        `${PUBLIC_URL}/pay/${id}/${payment}?opening`,
      );
      await onlyPaymentOf(id);
      expect((await visit('GET', `${id}/${payment}?opening`)).text).toContain('The seller canceled');
    });
  });

  describe('that are closed', () => {
    it.each([
      ['switched off', 'active = false', 'switched this link off', 'вимкнув'],
      ['expired', `expires_at = now() - interval '1 second'`, 'has expired', 'минув'],
    ])('make nothing: %s', async (_what, change, english, ukrainian) => {
      const id = await make();
      const page = await pageOf(id);
      await database.query(`UPDATE payment_link SET ${change} WHERE id = $1`, [id]);
      for (const answer of [await visit('GET', id), await press(id, page)])
        expect(answer).toMatchObject({ status: 410, text: expect.stringContaining(english) });
      expect((await visit('GET', id, 'uk')).text).toContain(ukrainian);
      expect(await paymentsOf(id)).toEqual([]);
      expect(gateway.bank.orders).toEqual([]);
    });

    it('are not closed between the look and the record: who switches off waits for who presses, or the other way round', async () => {
      const id = await make();
      const holder = await database.connect(1);
      const lock = holder.createQueryRunner();
      await lock.startTransaction();
      await lock.query('UPDATE payment_link SET active = false WHERE id = $1', [id]);
      const pressed = press(id, await pageOf(id)); // has seen it active, and waits for the row
      await untilBlocked(database);
      await lock.commitTransaction();
      await lock.release();
      expect((await pressed).status).toBe(410);
      expect(await paymentsOf(id)).toEqual([]);
    });

    it('are nobody’s: an address that is not known, and a payment of another link', async () => {
      const [id, other] = [await make(), await make()];
      await press(other, await pageOf(other));
      const payment = await onlyPaymentOf(other);
      const unknown = { status: 404, text: expect.stringContaining('There is no such link') };
      expect(await visit('GET', `link_${'0'.repeat(32)}`)).toMatchObject(unknown);
      expect(await visit('POST', `link_${'0'.repeat(32)}`)).toMatchObject(unknown);
      expect(await visit('GET', `${id}/${payment}`)).toMatchObject(unknown);
    });
  });

  it('let one address press so often and no more, and others still', async () => {
    const id = await make();
    const statuses = new Set<number>();
    for (let presses = 0; presses < 40; presses++) {
      const page = `?page=${'0'.repeat(32)}`; // of one page, so that this opens one order
      statuses.add((await gateway.call('POST', `/pay/${id}${page}`, { from: '203.0.113.9' })).status);
    }
    expect([...statuses].toSorted()).toEqual([303, 503]);
    expect((await press(id, await pageOf(id))).status).toBe(303);
    expect(gateway.bank.orders).toHaveLength(2);
  });
});
