import { createHash } from 'node:crypto';
import { type Sealed } from '#libs/keystore';
import { CallbackRepository } from '../../apps/gateway/src/callbacks/callback.repository.js';
import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { paid } from './fake-payment-bank.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, startGateway, type WholeGateway } from './whole-gateway.js';

/** When the refusal comes: with the statement, or as late as the COMMIT. */
const MOMENTS = ['AT ONCE', 'AT COMMIT'] as const;
type Moment = (typeof MOMENTS)[number];
const TABLES = ['payment', 'operation', 'outbox_event', 'idempotency_key'] as const;

/** What belongs together is written together or not at all, and nobody is told, nor asked, before it is. */
describe('atomicity', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    account = await addAccount(gateway);
    await database.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused by the test'; END $$`,
    );
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });

  /** While `run` is under way, the database refuses to write that table. */
  async function refusing<T>(table: string, event: string, moment: Moment, run: () => Promise<T>): Promise<T> {
    const kind = moment === 'AT COMMIT' ? 'CONSTRAINT TRIGGER' : 'TRIGGER';
    const when = moment === 'AT COMMIT' ? 'DEFERRABLE INITIALLY DEFERRED' : '';
    await database.query(
      `CREATE ${kind} refusing AFTER ${event} ON ${table} ${when} FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    try {
      return await run();
    } finally {
      await database.query(`DROP TRIGGER refusing ON ${table}`);
    }
  }

  /** Everything that is on record, but for what only an access or a clock changes. */
  const everything = async (): Promise<string> => {
    const tables = await Promise.all(
      TABLES.map((table) => database.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t ORDER BY 1`)),
    );
    return JSON.stringify(tables);
  };
  const pay = (key: string) =>
    gateway.call('POST', '/v1/payments', {
      ...{ key: account.apiKey, body: aPaymentRequest({ amount: 1_000 }) },
      headers: { 'idempotency-key': key },
    });
  const aPaidPayment = async (key: string): Promise<string> => {
    const { body } = await pay(key);
    const id = body['id'] as string;
    gateway.bank.onReadOrder = paid({ amount: 1_000, merchantId: account.bankMerchantId });
    await gateway.app.get(PaymentSyncService).syncWithBank(account.id, id);
    return id;
  };

  describe.each(MOMENTS)('a database that refuses %s', (moment) => {
    it.each(['payment', 'operation', 'idempotency_key'])(
      'to write %s: no payment, no answer, and the bank hears nothing',
      async (table) => {
        const [before, orders] = [await everything(), gateway.bank.orders.length];
        const answer = await refusing(table, 'INSERT', moment, () =>
          pay(`new ${table} ${moment}`.replaceAll(' ', '-')),
        );
        expect(answer.status).toBeGreaterThanOrEqual(500);
        expect(await everything()).toBe(before);
        expect(gateway.bank.orders).toHaveLength(orders);
      },
    );

    it.each([
      ['payment', 'UPDATE'],
      ['operation', 'UPDATE'],
      ['idempotency_key', 'UPDATE'],
    ])(
      'to note in %s that the order is open: the payment is as before, with what was written ahead',
      async (table, event) => {
        const key = `open-${table}-${moment}`.replaceAll(' ', '-');
        const answer = await refusing(table, event, moment, () => pay(key));
        expect(answer.status).toBeGreaterThanOrEqual(500);
        const rows = await database.query(
          `SELECT p.status, o.bank_order_id AS "order", o.status AS purchase, k.status_code AS answered,
                (SELECT count(*)::int FROM outbox_event e WHERE e.subject_id = p.id) AS events
         FROM idempotency_key k JOIN operation o ON o.id = k.operation_id JOIN payment p ON p.id = o.subject_id
         WHERE k.key = $1`,
          [key],
        );
        expect(rows).toEqual([{ status: 'created', order: null, purchase: 'sending', answered: null, events: 0 }]);
      },
    );

    it.each(['operation', 'outbox_event', 'idempotency_key'])(
      'to write %s of a refund: nothing is reserved, and the bank hears nothing',
      async (table) => {
        const id = await aPaidPayment(`paid-${table}-${moment}`.replaceAll(' ', '-'));
        const [before, refunds] = [await everything(), gateway.bank.refunds.length];
        const refund = () =>
          gateway.call('POST', `/v1/payments/${id}/refunds`, { key: account.apiKey, body: { amount: 10 } });
        const answer = await refusing(table, 'INSERT', moment, refund);
        expect(answer.status).toBeGreaterThanOrEqual(500);
        expect(await everything()).toBe(before);
        expect(gateway.bank.refunds).toHaveLength(refunds);
        expect((await refund()).status).toBe(202);
      },
    );

    it.each([
      ['operation', 'UPDATE'],
      ['outbox_event', 'INSERT'],
      ['payment', 'UPDATE'],
    ])(
      'to write %s of a payment that the bank calls paid: it is not paid, and no event says so',
      async (table, event) => {
        const { body } = await pay(`sync-${table}-${moment}`.replaceAll(' ', '-'));
        const id = body['id'] as string;
        gateway.bank.onReadOrder = paid({ amount: 1_000, merchantId: account.bankMerchantId });
        const before = await everything();
        const sync = () => gateway.app.get(PaymentSyncService).syncWithBank(account.id, id);
        await expect(refusing(table, event, moment, sync)).rejects.toThrow('refused by the test');
        expect(await everything()).toBe(before);
        await sync();
        expect((await gateway.call('GET', `/v1/payments/${id}`, { key: account.apiKey })).body).toMatchObject({
          status: 'succeeded',
          amountCaptured: 1_000,
        });
      },
    );

    it.each([
      ['operation', 'UPDATE'],
      ['outbox_event', 'INSERT'],
    ])('to write %s of one that is looked at under its lock, since a hint came meanwhile', async (table, event) => {
      const { body } = await pay(`hinted-${table}-${moment}`.replaceAll(' ', '-'));
      const id = body['id'] as string;
      const sync = gateway.app.get(PaymentSyncService);
      gateway.bank.onReadOrder = async (orderId) => {
        await sync.hint(account.id, id);
        return paid({ amount: 1_000, merchantId: account.bankMerchantId })(orderId);
      };
      const stands = () =>
        database.query(
          `SELECT p.status, amount_captured, (SELECT count(*)::int FROM outbox_event e WHERE e.subject_id = p.id) AS events
           FROM payment p WHERE id = $1`,
          [id],
        );
      const before = await stands();
      const look = () => sync.syncWithBank(account.id, id);
      await expect(refusing(table, event, moment, look)).rejects.toThrow('refused by the test');
      expect(await stands()).toEqual(before);
      await look();
      expect(await stands()).toMatchObject([{ status: 'succeeded', events: 2 }]);
    });

    it('to keep a callback: the bank is not told that it was kept', async () => {
      const { body } = await pay(`callback-${moment}`.replaceAll(' ', '-'));
      const { callbackUrl } = gateway.bank.orders.at(-1)!;
      const post = () => gateway.call('POST', new URL(callbackUrl).pathname, { body: { orderStatus: 'SUCCESS' } });
      const answer = await refusing('callback_inbox', 'INSERT', moment, post);
      expect(answer.status).toBeGreaterThanOrEqual(500);
      const kept = () => database.query('SELECT 1 FROM callback_inbox WHERE subject_id = $1', [body['id']]);
      expect(await kept()).toEqual([]);
      expect((await post()).status).toBe(200);
      expect(await kept()).toHaveLength(1);
    });
  });

  it('a callback that is not worked off stays in the inbox', async () => {
    const { body } = await pay('callback-stays');
    const inbox = new CallbackRepository(await database.connect(1));
    const digest = createHash('sha256').update('x').digest();
    const bodySealed = 'x' as Sealed;
    const row = { merchantAccountId: account.id, id: 'cb_1', subjectId: body['id'] as string, digest, bodySealed };
    await inbox.keep(row);
    const waiting = await database.query('SELECT settled_at FROM callback_inbox WHERE id = $1', ['cb_1']);
    expect(waiting).toEqual([{ settled_at: null }]);
  });
});
