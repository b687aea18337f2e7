import { type DataSource } from 'typeorm';
import { AuditRepository } from '../../apps/gateway/src/audit/audit.repository.js';
import { CallbackRepository } from '../../apps/gateway/src/callbacks/callback.repository.js';
import { BacklogRepository, COUNTED_TO } from '../../apps/gateway/src/ops/backlog.repository.js';
import { WorklistRepository } from '../../apps/gateway/src/ops/worklist.repository.js';
import { kindsOf } from '../../apps/gateway/src/payments/kinds/kinds.js';
import { BankBreakers } from '../../apps/gateway/src/payments/bank/bank-breakers.js';
import { type RefundFilter } from '../../apps/gateway/src/payments/store/operation.repository.js';
import { type PaymentFilter } from '../../apps/gateway/src/payments/store/payment.repository.js';
import { anAccount, createMigratedDatabase, type MigratedDatabase, type Parts, startParts } from './gateway-parts.js';

const MANY = 60_000;

/** They were made one a second, until now. */
const ago = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);
const AN_HOUR = { createdFrom: ago(10), createdBefore: ago(9) };

/** Judged by the rows that Postgres says it has read, not by the time it takes. */
describe(`among ${MANY} payments`, () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let source: DataSource;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database, 2);
    source = await database.connect(1);
    await fill(database, parts.accountId);
  }, 120_000);
  afterAll(() => database.drop());

  /** Rows and index entries of all tables that `work` reads. */
  const rowsRead = async (work: () => Promise<unknown>): Promise<number> => {
    const before = await counted();
    await work();
    return (await counted()) - before;
  };
  const counted = async (): Promise<number> => {
    await source.query('SELECT pg_stat_force_next_flush()');
    const [row] = await source.query<{ rows: number }[]>(
      `SELECT ((SELECT sum(seq_tup_read) FROM pg_stat_user_tables)
               + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes))::float8 AS rows`,
    );
    return row!.rows;
  };
  const recordsOnOne = () =>
    new (parts.records.payments.constructor as new (s: DataSource) => typeof parts.records.payments)(source);

  it('the measure counts a scan', async () => {
    expect(
      await rowsRead(() => source.query(`SELECT count(*) FROM payment WHERE description = 'x'`)),
    ).toBeGreaterThanOrEqual(MANY);
  });

  it.each<[string, Partial<PaymentFilter>]>([
    ['the newest', {}],
    ['those of a rare status', { status: 'needs_review' }],
    ['those of a status that there is none of', { status: 'canceled' }],
    ['those of a frequent status', { status: 'requires_action' }],
    ['those of a reference that all have', { reference: 'order' }],
    ['those of a rare status with that reference', { status: 'needs_review', reference: 'order' }],
    ['those of a reference that none has', { reference: 'nothing' }],
    ['those of a customer that all have', { customerDigest: Buffer.from([1]) }],
    ['those of a customer that none has', { customerDigest: Buffer.from([2]) }],
    ['those of an hour long ago', AN_HOUR],
    ['those of an hour long ago with a rare status', { status: 'needs_review', ...AN_HOUR }],
    ['those of an hour long ago with a reference that all have', { reference: 'order', ...AN_HOUR }],
    ['those since long ago', { createdFrom: ago(15) }],
    ['those from before the first', { createdBefore: ago(20) }],
    ['those of a link that all have', { linkId: 'link' }],
    ['those of a link that none has', { linkId: 'nothing' }],
    ['those with an entry that all have', { metadata: ['shop', 'one'] }],
    ['those with an entry that all have, of a rare status', { metadata: ['shop', 'one'], status: 'needs_review' }],
    ['those with an entry that all have, of an hour long ago', { metadata: ['shop', 'one'], ...AN_HOUR }],
    ['those with an entry that one has', { metadata: ['order', '777'] }],
    ['those with an entry that none has', { metadata: ['order', 'nothing'] }],
  ])('lists %s by reading no more than a few', async (_what, filter) => {
    const all = {
      ...{ kinds: kindsOf('payment'), limit: 21, before: undefined, status: undefined, reference: undefined },
      ...filter,
    };
    expect(await rowsRead(() => recordsOnOne().list(parts.accountId, all))).toBeLessThan(300);
  });

  it.each<[string, Partial<RefundFilter>]>([
    ['the newest', {}],
    ['those of a payment', { paymentId: `pay_${'1'.padStart(32, '0')}` }],
    ['those of an hour long ago', AN_HOUR],
    ['those from before the first', { createdBefore: ago(20) }],
    ['those of a frequent status', { status: 'succeeded' }],
    ['those of a status that there is none of', { status: 'failed' }],
    ['those of a customer that all have', { customerDigest: Buffer.from([1]) }],
    ['those of a customer that none has', { customerDigest: Buffer.from([2]) }],
    ['those of a customer that all have, of a rare status', { customerDigest: Buffer.from([1]), status: 'pending' }],
  ])('lists refunds, %s, by reading no more than a few', async (_what, filter) => {
    const { operations } = parts.records;
    const operationsOnOne = new (operations.constructor as new (s: DataSource) => typeof operations)(source);
    const all = { limit: 21, before: undefined, status: undefined, paymentId: undefined, ...filter };
    expect(await rowsRead(() => operationsOnOne.listRefunds(parts.accountId, all))).toBeLessThan(300);
  });

  it('reads what changed since a moment by reading no more than a page', async () => {
    const { operations } = parts.records;
    const operationsOnOne = new (operations.constructor as new (s: DataSource) => typeof operations)(source);
    const since = { changedSince: ago(5), limit: 20, cursor: undefined };
    const changes = [
      () => recordsOnOne().changed(parts.accountId, kindsOf('payment'), since),
      () => operationsOnOne.changedRefunds(parts.accountId, since),
    ];
    for (const read of changes) expect(await rowsRead(read)).toBeLessThan(100);
  });

  it('claims what is due by reading no more than that', async () => {
    const { operations } = parts.records;
    const operationsOnOne = new (operations.constructor as new (s: DataSource) => typeof operations)(source);
    const room = { most: 256, spare: 20, inHand: new Map(), ...new BankBreakers().restraint() };
    const claims: (() => Promise<readonly unknown[]>)[] = [
      () => recordsOnOne().claimDue(room, 60),
      () => operationsOnOne.claimDue(room, 60),
      () => new CallbackRepository(source).claimDue(room, 60),
    ];
    for (const claim of claims) expect(await rowsRead(claim)).toBeLessThan(300);
  });

  it('gauges read no more than they say they count to, row and index entry', async () => {
    const backlogs = new BacklogRepository(source);
    expect(await rowsRead(() => backlogs.read())).toBeLessThanOrEqual(8 * COUNTED_TO);
    const { paymentsByStatus } = await backlogs.read();
    expect(paymentsByStatus).toEqual(
      expect.arrayContaining([
        { status: 'requires_action', count: COUNTED_TO },
        { status: 'needs_review', count: 60 },
      ]),
    );
  });

  it('gauges of what waits for a person read no more than what waits', async () => {
    const worklists = new WorklistRepository(source);
    expect(await rowsRead(() => worklists.read())).toBeLessThan(10 * 60);
    const { oldestDoubtSeconds, ...lists } = await worklists.read();
    expect(lists).toEqual({
      reviews: [{ kind: 'payment', currency: 'UAH', count: 60, amount: 6_000 }],
      flags: [{ flag: 'second_charge', count: 60 }],
      callbacks: [{ reason: 'given_up', count: 60 }],
      breaks: [],
      breaksOverdue: 0,
      differences: [],
    });
    expect(oldestDoubtSeconds).toBeGreaterThan(0);
  });

  it('the newest of the audit are read without sorting the rest', async () => {
    expect(await rowsRead(() => new AuditRepository(source).list(20))).toBeLessThan(100);
  });

  it('claims for an account to whom little is due by reading no more, beside one to whom everything is', async () => {
    const { operations } = parts.records;
    const operationsOnOne = new (operations.constructor as new (s: DataSource) => typeof operations)(source);
    const room = { most: 256, spare: 20, inHand: new Map(), ...new BankBreakers().restraint() };
    for (const bankMerchantId of ['another', 'a third']) await anAccount(parts.accounts, { bankMerchantId });
    const claims: [table: string, column: string, () => Promise<readonly unknown[]>][] = [
      ['payment', 'next_sync_at', () => recordsOnOne().claimDue(room, 60)],
      ['operation', 'next_query_at', () => operationsOnOne.claimDue(room, 60)],
      ['callback_inbox', 'next_attempt_at', () => new CallbackRepository(source).claimDue(room, 60)],
    ];
    for (const [table, column, claim] of claims) {
      await database.query(`UPDATE ${table} SET ${column} = now() - interval '1 hour' WHERE id LIKE '%00'`);
      await database.query(`ANALYZE ${table}`);
      expect([table, (await rowsRead(claim)) < 150]).toEqual([table, true]);
    }
  });
});

/** Most of them open and due tomorrow, one in a thousand under review. */
async function fill(database: MigratedDatabase, accountId: string): Promise<void> {
  await database.query(
    `INSERT INTO payment (merchant_account_id, id, kind, method, status, amount, currency, livemode, reference, return_url, language,
                          expires_in_minutes, customer_sealed, next_sync_at, link_id, customer_digest, created_at, changed_at, metadata)
     SELECT $1, 'pay_' || lpad(to_hex(n), 32, '0'), 'purchase', 'hosted_page',
            CASE WHEN n % 1000 = 0 THEN 'needs_review' WHEN n % 2 = 0 THEN 'requires_action' ELSE 'succeeded' END,
            100, 'UAH', false, 'order', 'https://shop.example/', 'uk', 30, 'sealed', now() + interval '1 day', 'link', '\\x01',
            now() - make_interval(secs => ${MANY} - n), now() - make_interval(secs => ${MANY} - n),
            jsonb_build_object('shop', 'one') || CASE WHEN n % 2 = 0 THEN jsonb_build_object('order', n::text) ELSE '{}' END
     FROM generate_series(1, ${MANY}) AS n`,
    [accountId],
  );
  await database.query(
    `INSERT INTO operation (merchant_account_id, id, subject_id, kind, step, protocol, status, amount, currency,
                            merchant_request_id, sent_at, deadline_at, next_query_at, bank_merchant_id)
     SELECT merchant_account_id, 'op_' || id, id, 'purchase', 'order_purchase', '1.0', 'action_required', 100, 'UAH', id,
            now(), now(), now() + interval '1 day', 'merchant-1'
     FROM payment`,
  );
  await database.query(
    `INSERT INTO operation (merchant_account_id, id, subject_id, kind, step, protocol, status, amount, currency,
                            merchant_request_id, sent_at, deadline_at, bank_merchant_id, created_at, changed_at)
     SELECT merchant_account_id, 'ref_' || id, id, 'refund', 'refund', '1.0', 'succeeded', 100, 'UAH', 'ref_' || id,
            now(), now(), 'merchant-1', created_at, created_at
     FROM payment ORDER BY number`,
  );
  await database.query(
    `INSERT INTO callback_inbox (merchant_account_id, id, subject_id, digest, body_sealed, next_attempt_at)
     SELECT merchant_account_id, 'cb_' || id, id, sha256(id::bytea), 'sealed', now() + interval '1 day' FROM payment`,
  );
  await database.query(
    `INSERT INTO outbox_event (merchant_account_id, id, subject_id, sequence, type, data)
     SELECT merchant_account_id, 'evt_' || id, id, 1, 'payment.succeeded', '{}' FROM payment`,
  );
  await database.query(
    `INSERT INTO audit_entry (merchant_account_id, id, actor, action, detail)
     SELECT $1, 'aud_' || n, 'cli', 'account.change', '{}' FROM generate_series(1, 20000) AS n`,
    [accountId],
  );
  await database.query(
    `UPDATE payment SET flags = '{"second_charge": "why"}' WHERE id IN (SELECT id FROM payment ORDER BY id LIMIT 60)`,
  );
  await database.query(
    `UPDATE callback_inbox SET next_attempt_at = NULL, outcome = 'given up KEYSTORE_TAMPERED'
     WHERE id IN (SELECT id FROM callback_inbox ORDER BY id LIMIT 60)`,
  );
  await database.query(
    `UPDATE operation SET status = 'needs_review' WHERE id IN (SELECT id FROM operation ORDER BY id LIMIT 60)`,
  );
  await database.query('ANALYZE');
}
