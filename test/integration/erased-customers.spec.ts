import { Keystore } from '#libs/keystore';
import { SEALED_COLUMNS } from '../../apps/gateway/src/app/sealed-columns.js';
import { type Sealed } from '#libs/keystore';
import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { RetentionService } from '../../apps/gateway/src/retention/retention.service.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { paid } from './fake-payment-bank.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

/** In everything that is said of the customer who is erased, and of nobody else. */
const CANARY = 'canaryolena';
const EMAIL = `${CANARY}@shop.example`;
const CUSTOMER = {
  id: `${CANARY}-id`,
  firstName: CANARY,
  lastName: CANARY,
  email: EMAIL,
  phone: '380931234567',
  city: CANARY,
};

let database: MigratedDatabase;
let gateway: WholeGateway;
let account: NewAccount;
beforeAll(async () => {
  database = await createMigratedDatabase();
  gateway = await startGateway(database);
  account = await addAccount(gateway);
});
afterAll(async () => {
  await gateway.app.close();
  await database.drop();
});

const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  gateway.call('POST', url, { key: account.apiKey, body, headers });
const erase = (body: object) =>
  gateway.call('POST', `/ops/merchant-accounts/${account.id}/customers/erase`, { key: OPS_KEY, body });
const sync = async (id: string, amount: number, operationId: string) => {
  gateway.bank.onReadOrder = paid({
    ...{ amount, merchantId: account.bankMerchantId, operationId },
    shown: { cardMask: '411111******1111', receiptUrl: `https://bank.example/${CANARY}` },
  });
  await gateway.app.get(PaymentSyncService).syncWithBank(account.id, id);
};

/** Every row of every table, and what its sealed values hold. */
async function dump(): Promise<string> {
  const tables = await database.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`,
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const found = await database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    rows.push(...found.map(({ row }) => `${name} ${row}`));
  }
  const keystore = gateway.app.get(Keystore, { strict: false });
  for (const { table, column, account: owner, id, version, place } of SEALED_COLUMNS.all) {
    const sealed = await database.query<{ accountId: string; id: string; version: number; sealed: Sealed }>(
      `SELECT ${owner} AS "accountId", ${id} AS id, ${version}::int AS version, ${column} AS sealed FROM ${table}
       WHERE ${column} IS NOT NULL`,
    );
    for (const row of sealed)
      rows.push(`${table}.${column} ${Buffer.from(await keystore.open(row.sealed, place(row))).toString()}`);
  }
  return rows.join('\n');
}
const linesWith = async (word: string): Promise<string[]> =>
  (await dump()).split('\n').filter((line) => line.includes(word));

describe('a customer', () => {
  const order = (over: object) => ({
    ...(aPaymentRequest({ amount: 1_000 }) as object),
    customer: CUSTOMER,
    description: `For ${CANARY}`,
    metadata: { who: CANARY },
    returnUrl: `https://shop.example/orders/7?name=${CANARY}`,
    ...over,
  });
  let payment: string;
  let books: unknown;
  const repeat = () =>
    post('/v1/payments', order({ reference: 'order-1' }), { 'idempotency-key': 'the-first-of-olena' });
  const booksOf = () =>
    database.query(
      `SELECT p.id, p.status, p.amount, p.amount_captured, p.reference, p.receipt ->> 'rrn' AS rrn, o.bank_order_id,
              o.bank_operation_id, o.status AS operation, o.merchant_request_id
       FROM payment p JOIN operation o ON o.subject_id = p.id ORDER BY o.number`,
    );

  beforeAll(async () => {
    const made = await repeat();
    expect(made).toMatchObject({ status: 201, body: { status: 'requires_action' } });
    payment = made.body['id'] as string;
    const link = await post('/v1/payment-links', {
      ...{ amount: 1_000, currency: 'UAH', usage: 'single', description: `For ${CANARY}`, metadata: { who: CANARY } },
    });
    await database.query(`UPDATE payment SET link_id = $2 WHERE id = $1`, [payment, link.body['id']]);
    const verification = { customer: CUSTOMER, returnUrl: `https://shop.example/${CANARY}`, description: CANARY };
    const verified = await post('/v1/verifications', verification);
    expect(verified.status).toBe(201);
    await database.query(`ALTER TABLE payment DISABLE TRIGGER USER`);
    await database.query(`UPDATE payment SET status = 'failed' WHERE id = $1`, [verified.body['id']]);
    await database.query(`ALTER TABLE payment ENABLE TRIGGER USER`);
    await database.query(`UPDATE operation SET status = 'failed' WHERE subject_id = $1`, [verified.body['id']]);
    // Somebody else of the same shop, who stays.
    const other = order({ reference: 'order-2', customer: { id: 'ivan', email: 'ivan@shop.example' } });
    expect(
      (
        await post('/v1/payments', {
          ...other,
          description: 'For Ivan',
          metadata: {},
          returnUrl: 'https://shop.example/',
        })
      ).status,
    ).toBe(201);
  }, 60_000);

  it('is not erased while something is open, and is told what', async () => {
    const answer = await erase({ customer: CUSTOMER.id });
    expect(answer).toMatchObject({ status: 409, body: { code: 'CUSTOMER_BUSY' } });
    expect(answer.text).toContain(`${payment} is requires_action`);
    expect(await erase({ customer: 'nobody' })).toMatchObject({ status: 404, body: { code: 'CUSTOMER_NOT_FOUND' } });
    for (const body of [{}, { customer: 'a', email: 'b' }, { customer: ' ' }])
      expect((await erase(body)).status).toBe(400);
  });

  it('is all over the place before, is counted by a dry run that changes nothing', async () => {
    await sync(payment, 1_000, 'paid-1');
    await post(`/v1/payments/${payment}/refunds`, { amount: 10, reason: `${CANARY} sent it back` });
    expect(await erase({ reference: 'order-1' })).toMatchObject({ status: 409 }); // the refund is unknown
    await database.query(`UPDATE operation SET status = 'failed' WHERE subject_id = $1 AND kind = 'refund'`, [payment]);
    await database.query(`UPDATE payment SET amount_refunding = 0 WHERE id = $1`, [payment]);
    await database.query(
      `INSERT INTO webhook_endpoint (merchant_account_id, id, url) VALUES ($1, 'we', 'https://shop.example')`,
      [account.id],
    );
    await database.query(
      `INSERT INTO webhook_delivery (merchant_account_id, id, endpoint_id, event_id, status, next_attempt_at)
       SELECT merchant_account_id, 'wd', 'we', id, 'delivered', NULL FROM outbox_event WHERE subject_id = $1 LIMIT 1`,
      [payment],
    );
    await database.query(
      `INSERT INTO webhook_attempt (merchant_account_id, delivery_id, duration_ms, answer) VALUES ($1, 'wd', 1, $2)`,
      [account.id, `thanks, ${CANARY}`],
    );
    await database.query(
      `INSERT INTO audit_entry (merchant_account_id, id, actor, action, detail)
       VALUES ($1, 'aud_1', 'cli', 'payment.clear_flag', jsonb_build_object('payment', $2::text, 'note', $3::text))`,
      [account.id, payment, `${CANARY} called`],
    );
    books = await booksOf();
    const before = await linesWith(CANARY);
    expect(new Set(before.map((line) => line.split(/[ .]/u, 1)[0]!.replace(/_y\d{4}m\d\d$/u, '')))).toEqual(
      new Set(['payment', 'operation', 'payment_link', 'idempotency_key', 'webhook_attempt', 'audit_entry']),
    );
    const dry = await erase({ customer: CUSTOMER.id, dryRun: true });
    expect(dry).toMatchObject({ status: 200, body: { dryRun: true } });
    expect(dry.body['payments']).toHaveLength(2);
    expect(await linesWith(CANARY)).toEqual(before);
  });

  it('is found by the e-mail address, too, however it is written', async () => {
    const found = await erase({ email: ` ${EMAIL.toUpperCase()}`, dryRun: true });
    expect(found.body['payments']).toHaveLength(2);
  });

  it('is nowhere after that, while the books and everybody else are as they were', async () => {
    const done = await erase({ customer: CUSTOMER.id });
    expect(done).toMatchObject({ status: 200, body: { dryRun: false } });
    expect(await linesWith(CANARY)).toEqual([]);
    expect(await linesWith('411111******1111')).toEqual([]);
    expect(await booksOf()).toEqual(books);
    expect((await linesWith('ivan@shop.example')).length).toBeGreaterThan(0);
    const [audit] = await database.query(`SELECT actor, detail FROM audit_entry WHERE action = 'customer.erase'`);
    expect(audit).toEqual({ actor: 'ops-api', detail: { payments: 2 } });
    expect(await erase({ customer: CUSTOMER.id })).toMatchObject({ status: 404 });
  });

  it('stays erased whatever the bank shows of the card later', async () => {
    await database.query(`UPDATE payment SET receipt = receipt || '{"cardMask": "411111******1111"}' WHERE id = $1`, [
      payment,
    ]);
    expect(await linesWith('411111******1111')).toEqual([]);
    await database.query(
      `INSERT INTO callback_inbox (merchant_account_id, id, subject_id, digest, body_sealed, settled_at)
       VALUES ($1, 'cb_1', $2, 'x', 's', now())`,
      [account.id, payment],
    );
    await gateway.app.get(RetentionService).run();
    expect(await database.query(`SELECT 1 FROM callback_inbox WHERE subject_id = $1`, [payment])).toEqual([]);
  });

  it('costs no second payment when the shop repeats its request: it is told how that stands', async () => {
    const orders = gateway.bank.orders.length;
    const again = await repeat();
    expect([again.status, again.body['id'], again.body['status']]).toEqual([201, payment, 'succeeded']);
    expect(again.text).not.toContain(CANARY);
    expect(gateway.bank.orders).toHaveLength(orders);
    expect(await linesWith(CANARY)).toEqual([]);
  });
});
