import { randomUUID } from 'node:crypto';
import { type Answer } from '../support/gateway-client.js';
import { untilBlocked } from '../support/lock-waits.js';
import { type Stack, startStack } from '../support/stack.js';

/** A migration by hand, a VACUUM FULL, a forgotten transaction: statements run into `statement_timeout`. */
describe('a locked table', () => {
  let stack: Stack;
  let locked: { release(): Promise<void> };
  beforeAll(async () => {
    stack = await startStack({ withShop: false });
  }, 60_000);
  afterEach(() => locked.release());
  afterAll(() => stack.stop());

  const lock = async (table: string): Promise<void> => {
    locked = await stack.database.lockTable(table);
  };
  const ordersOf = async (paymentId: string): Promise<number> => {
    const sent = await stack.database.query<{ id: string }>(
      'SELECT merchant_request_id AS id FROM operation WHERE subject_id = $1',
      [paymentId],
    );
    const ledgers = sent.map(({ id }) => stack.bank.ledger({ kind: 'order.created', merchantRequestId: id }));
    return (await Promise.all(ledgers)).flat().length;
  };
  const orders = async (): Promise<number> => (await stack.bank.ledger({ kind: 'order.created' })).length;

  function expectPassing({ status, headers, text }: Answer<unknown>): void {
    const { code } = JSON.parse(text) as { code: string };
    expect([status, code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }

  it('of payments: every request is answered 503, and the same key works after it', async () => {
    const { body: payment } = await stack.client.createPayment();
    const before = await orders();
    const key = randomUUID();
    await lock('payment');
    const asked = [
      stack.client.createPayment({}, key),
      stack.client.payment(payment.id),
      stack.client.payments(),
      stack.client.refund(payment.id),
    ];
    await untilBlocked(stack.database, asked.length);
    for (const answer of await Promise.all<Answer<unknown>>(asked)) expectPassing(answer);
    expect(await orders()).toBe(before);

    await locked.release();
    const created = await stack.client.createPayment({}, key);
    expect([created.status, await ordersOf(created.body.id), await orders()]).toEqual([201, 1, before + 1]);
    expect((await stack.client.payment(payment.id)).status).toBe(200);
  }, 60_000);

  it.each(['operation', 'idempotency_key', 'merchant_account'])(
    'of %s: a new payment is answered 503, and the same key works after it',
    async (table) => {
      const before = await orders();
      const key = randomUUID();
      await lock(table);
      const asked = stack.client.createPayment({}, key);
      await untilBlocked(stack.database);
      expectPassing(await asked);
      expect(await orders()).toBe(before);
      await locked.release();
      const created = await stack.client.createPayment({}, key);
      expect([created.status, await ordersOf(created.body.id), await orders()]).toEqual([201, 1, before + 1]);
    },
    60_000,
  );

  it('of events, which are written when the bank has the order: its link is lost, and one other takes its place', async () => {
    const key = randomUUID();
    await lock('outbox_event');
    const asked = stack.client.createPayment({}, key);
    await untilBlocked(stack.database);
    expectPassing(await asked);
    await locked.release();
    const created = await stack.client.createPayment({}, key);
    expect([created.status, await ordersOf(created.body.id)]).toEqual([201, 2]);
    const operations = await stack.database.query<{ status: string }>(
      'SELECT status FROM operation WHERE subject_id = $1 ORDER BY created_at',
      [created.body.id],
    );
    expect(operations.map(({ status }) => status)).toEqual(['abandoned', 'action_required']);
  }, 60_000);
});
