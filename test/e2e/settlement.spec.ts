import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { makeSyncDue, payInBrowser } from './paying-customer.js';

/** How a payment comes to its end when something on the way is missing, late or false. */
describe('settlement', () => {
  let stack: Stack;
  let browser: TestBrowser;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ withShop: false }), launchBrowser()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });
  beforeEach(() => stack.bank.setCallbacks({ mode: 'normal' }));

  const queriesOf = async (hppOrderId: string): Promise<number> =>
    (await stack.bank.ledger({ kind: 'request', path: 'hpp/v1/operations', hppOrderId })).length;
  const bankOrderOf = async (paymentId: string): Promise<string> => {
    const [row] = await stack.database.query<{ id: string }>(
      'SELECT bank_order_id AS id FROM operation WHERE subject_id = $1',
      [paymentId],
    );
    return row!.id;
  };

  it('a callback that arrives settles at once, long before the first poll, by a query', async () => {
    const { body: payment } = await stack.client.createPayment();
    await payInBrowser(browser, payment, 'card-3ds');
    await stack.client.untilPayment(payment.id, ['succeeded']);
    expect(await queriesOf(await bankOrderOf(payment.id))).toBeGreaterThanOrEqual(1);
    const [callback] = await stack.database.query(
      'SELECT outcome, settled_at FROM callback_inbox WHERE subject_id = $1',
      [payment.id],
    );
    expect(callback).toMatchObject({ outcome: 'read encrypted', settled_at: expect.any(Date) });
  });

  it('polling settles a payment whose callback is lost and whose customer never returns', async () => {
    await stack.bank.setCallbacks({ mode: 'drop' });
    const { body: payment } = await stack.client.createPayment();
    await payInBrowser(browser, payment);
    const [due] = await stack.database.query<{ seconds: number }>(
      'SELECT extract(epoch FROM next_sync_at - created_at)::float AS seconds FROM payment WHERE id = $1',
      [payment.id],
    );
    expect(due!.seconds).toBeGreaterThan(55);
    expect(due!.seconds).toBeLessThan(75);
    expect((await stack.client.payment(payment.id)).body.status).toBe('requires_action');
    await makeSyncDue(stack, payment.id);
    await stack.client.untilPayment(payment.id, ['succeeded']);
    expect(await stack.database.query('SELECT 1 FROM callback_inbox WHERE subject_id = $1', [payment.id])).toEqual([]);
  });

  it.each(['duplicate', 'reorder', 'early'] as const)('callbacks in mode %s make no difference', async (mode) => {
    await stack.bank.setCallbacks({ mode });
    const { body: payment } = await stack.client.createPayment();
    await payInBrowser(browser, payment);
    await stack.client.untilPayment(payment.id, ['succeeded']);
    const events = await stack.database.query<{ type: string }>(
      'SELECT type FROM outbox_event WHERE subject_id = $1 ORDER BY sequence',
      [payment.id],
    );
    expect(events.filter((event) => event.type === 'payment.succeeded')).toHaveLength(1);
  });

  it('a forged callback, even on the right address, changes nothing but makes us ask', async () => {
    const { body: payment } = await stack.client.createPayment();
    const bankOrderId = await bankOrderOf(payment.id);
    const order = (await stack.bank.order(bankOrderId)) as { notificationUrl?: string };
    const address = order.notificationUrl!;
    expect(address).toContain(payment.id);
    const forged = JSON.stringify({
      hppOrderId: bankOrderId,
      merchantId: stack.merchant.bank.merchantId,
      orderStatus: 'SUCCESS',
      coinAmount: payment.amount,
      operation: {
        type: 'PURCHASE',
        status: 'SUCCESS',
        coinAmount: payment.amount,
        operationId: '1700000000000forgedforged',
      },
    });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(address, { method: 'POST', headers, body: forged })).status).toBe(200);
    await untilSettled(payment.id);
    expect(await queriesOf(bankOrderId)).toBeGreaterThanOrEqual(1);
    expect((await stack.client.payment(payment.id)).body).toMatchObject({
      status: 'requires_action',
      amountCaptured: 0,
    });
    const elsewhere = address.replace(/.$/u, (last) => (last === 'A' ? 'B' : 'A'));
    expect((await fetch(elsewhere, { method: 'POST', headers, body: forged })).status).toBe(404);
  });

  it('an abandoned payment stays open until the bank can report nothing any more, then expires', async () => {
    const { body: payment } = await stack.client.createPayment({ expiresInMinutes: 5 });
    await stack.bank.advanceClock(6 * 60_000);
    await makeSyncDue(stack, payment.id);
    // The lease of the worker that asks is longer than that, so that this is what the answer led to.
    await untilRow(
      `SELECT 1 FROM payment WHERE id = '${payment.id}'
       AND next_sync_at BETWEEN now() + interval '30 seconds' AND now() + interval '100 seconds'`,
    );
    expect(await queriesOf(await bankOrderOf(payment.id))).toBe(1);
    expect((await stack.client.payment(payment.id)).body.status).toBe('requires_action');
    await stack.database.query(`UPDATE payment SET expires_at = now() - interval '2 hours 1 minute' WHERE id = $1`, [
      payment.id,
    ]);
    await makeSyncDue(stack, payment.id);
    const expired = await stack.client.untilPayment(payment.id, ['expired']);
    expect(expired).toMatchObject({ failure: { code: 'expired' }, redirectUrl: null, amountCaptured: 0 });
    expect((await stack.client.refund(payment.id)).body).toMatchObject({ code: 'PAYMENT_NOT_REFUNDABLE', status: 409 });
  });

  it('a payment made a moment before the order ran out is not lost', async () => {
    const { body: payment } = await stack.client.createPayment();
    await stack.bank.setCallbacks({ mode: 'drop' });
    await payInBrowser(browser, payment);
    await stack.database.query(`UPDATE payment SET expires_at = now() - interval '3 hours' WHERE id = $1`, [
      payment.id,
    ]);
    await makeSyncDue(stack, payment.id);
    await stack.client.untilPayment(payment.id, ['succeeded']);
  });

  it('the customer who returns makes us ask at once, and goes on to the merchant', async () => {
    await stack.bank.setCallbacks({ mode: 'drop' });
    const returnUrl = `${stack.simulatorUrl}/?from=bank`;
    const { body: payment } = await stack.client.createPayment({ returnUrl });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(payment.redirectUrl!);
    await page.locator('[data-testid=card-success]').click();
    await page.locator('[data-testid=pay]').click();
    await page.locator('[data-testid=back]').click();
    await page.waitForURL(returnUrl);
    await context.close();
    await stack.client.untilPayment(payment.id, ['succeeded']);
  });

  it('a gateway killed in the middle of everything loses nothing', async () => {
    const { body: open } = await stack.client.createPayment();
    await stack.bank.addFault({ kind: 'timeout_after', path: 'create-order', times: 1 });
    const interrupted = stack.client.createPayment({ reference: 'interrupted' }, 'key-interrupted').catch(() => 'cut');
    await until('the bank has the order', async () => (await stack.bank.faults()).some((fault) => fault.fired > 0));
    await stack.restartGateway({ kill: true });
    expect(await interrupted).toBe('cut');

    await payInBrowser(browser, open); // its callback meets the new process
    await stack.client.untilPayment(open.id, ['succeeded']);

    const { body: page } = await stack.client.payments({ reference: 'interrupted' });
    const [payment] = page.data;
    const early = await stack.client.createPayment({ reference: 'interrupted' }, 'key-interrupted');
    expect(early).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_IN_FLIGHT' } });
    await stack.database.query('UPDATE operation SET next_query_at = now() WHERE subject_id = $1', [payment!.id]);
    const recovered = await stack.client.untilPayment(payment!.id, ['requires_action']);
    const operations = await stack.database.query('SELECT status FROM operation WHERE subject_id = $1 ORDER BY id', [
      payment!.id,
    ]);
    expect(operations).toEqual([{ status: 'abandoned' }, { status: 'action_required' }]); // the lost link, and its successor

    await stack.database.query(`UPDATE idempotency_key SET lease_until = now() WHERE key = 'key-interrupted'`);
    const repeated = await stack.client.createPayment({ reference: 'interrupted' }, 'key-interrupted');
    expect(repeated).toMatchObject({ status: 201, body: { id: recovered.id, redirectUrl: recovered.redirectUrl } });
    await payInBrowser(browser, recovered);
    await stack.client.untilPayment(recovered.id, ['succeeded']);
  }, 60_000);

  const untilRow = (sql: string): Promise<void> => until(sql, async () => (await stack.database.query(sql)).length > 0);
  /** The inbox is empty and the query that it asked for is done. */
  async function untilSettled(paymentId: string): Promise<void> {
    await untilRow(`SELECT 1 FROM callback_inbox WHERE subject_id = '${paymentId}' AND settled_at IS NOT NULL`);
    await untilRow(`SELECT 1 FROM payment WHERE id = '${paymentId}' AND hint_queries > 1`);
  }
});
