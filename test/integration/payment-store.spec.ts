import { move } from '../../apps/gateway/src/payments/domain/payment.js';
import { paymentOf } from '../../apps/gateway/src/payments/store/payment.repository.js';
import {
  create,
  createMigratedDatabase,
  eventsOf,
  type MigratedDatabase,
  type Parts,
  recordsOver,
  startParts,
} from './gateway-parts.js';

describe('lists of payments', () => {
  let database: MigratedDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  const page = (query: {
    limit?: number;
    cursor?: string;
    reference?: string;
    status?: 'created' | 'requires_action';
  }) => parts.payments.list(parts.accountId, { limit: 3, ...query });

  it('show every payment once, newest first, while more come in', async () => {
    const made: string[] = [];
    for (let count = 0; count < 10; count++) made.push((await create(parts)).id);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const { data, nextCursor } = await page(cursor ? { cursor } : {});
      seen.push(...data.map(({ id }) => id));
      cursor = nextCursor;
      await create(parts);
    } while (cursor);
    expect(seen).toEqual(made.toReversed());
  });

  it('end without a cursor on a page that is just full', async () => {
    for (let count = 0; count < 3; count++) await create(parts, { reference: 'full' });
    const { data, nextCursor } = await page({ reference: 'full' });
    expect([data.length, nextCursor]).toEqual([3, null]);
  });

  it('can be narrowed, page by page', async () => {
    for (const reference of ['a', 'b', 'a', 'b', 'a', 'b', 'a']) await create(parts, { reference });
    const first = await page({ reference: 'a' });
    const second = await page({ reference: 'a', cursor: first.nextCursor! });
    expect([...first.data, ...second.data].map(({ reference }) => reference)).toEqual(['a', 'a', 'a', 'a']);
    expect((await page({ status: 'created' })).data).toEqual([]);
    expect((await page({ status: 'requires_action', reference: 'b' })).data).toHaveLength(3);
  });

  it('never show the payments of another account', async () => {
    const { id } = await create(parts);
    expect(await parts.payments.list('acc_other', { limit: 100 })).toEqual({ data: [], nextCursor: null });
    await expect(parts.payments.get('acc_other', id)).rejects.toMatchObject({ code: 'PAYMENT_NOT_FOUND' });
  });

  it.each([
    '',
    'x',
    'pay_1',
    Buffer.from('pay_zz').toString('base64url'),
    Buffer.from("pay_' OR 1").toString('base64url'),
  ])('refuse the cursor %j', async (cursor) => {
    await expect(page({ cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });
});

describe('due work', () => {
  let database: MigratedDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database, 4);
    for (let count = 0; count < 40; count++) await create(parts);
  });
  afterAll(() => database.drop());

  it.each(['payments', 'operations'] as const)('of %s goes to one worker at a time', async (kind) => {
    const other = recordsOver(await database.connect(4));
    const column = kind === 'payments' ? 'next_sync_at' : 'next_query_at';
    await database.query(`UPDATE ${kind.slice(0, -1)} SET ${column} = now() - interval '1 s'`);
    const claims = await Promise.all(
      [parts.records, other, parts.records, other, parts.records, other].map((records) =>
        records[kind].claimDue(7, 120),
      ),
    );
    const ids = claims.flat().map(({ id }) => id);
    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(40);
    for (const claim of claims) expect(claim.length).toBeLessThanOrEqual(7);
  });

  it('comes again once the lease of a dead worker ran out', async () => {
    await database.query(`UPDATE payment SET next_sync_at = NULL`);
    await database.query(`UPDATE payment SET next_sync_at = now() WHERE id = (SELECT min(id) FROM payment)`);
    const [claimed] = await parts.records.payments.claimDue(10, 120);
    expect(await parts.records.payments.claimDue(10, 120)).toEqual([]);
    await database.query(
      `UPDATE payment SET next_sync_at = next_sync_at - interval '120 s' WHERE next_sync_at IS NOT NULL`,
    );
    expect(await parts.records.payments.claimDue(10, 120)).toEqual([claimed]);
  });

  it('is not made of what has no date or a later one', async () => {
    await database.query(`UPDATE payment SET next_sync_at = now() + interval '1 s'`);
    await database.query(`UPDATE operation SET next_query_at = NULL`);
    expect(await parts.records.payments.claimDue(100, 120)).toEqual([]);
    expect(await parts.records.operations.claimDue(100, 120)).toEqual([]);
  });
});

describe('events', () => {
  let database: MigratedDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  it('are there if and only if the state that they speak of is', async () => {
    const { id } = await create(parts);
    expect(await eventsOf(database, id)).toEqual([
      { sequence: 1, type: 'payment.requires_action', data: { paymentId: id } },
    ]);
    const failing = parts.records.transaction(async (tx) => {
      const row = await parts.records.payments.lock(tx, parts.accountId, id);
      await parts.records.save(tx, move(paymentOf(row!), 'processing'));
      throw new Error('after both');
    });
    await expect(failing).rejects.toThrow('after both');
    expect((await parts.payments.get(parts.accountId, id)).status).toBe('requires_action');
    expect(await eventsOf(database, id)).toHaveLength(1);
  });

  it('cannot share a number', async () => {
    const { id } = await create(parts);
    const copying = database.query(
      `INSERT INTO outbox_event (merchant_account_id, id, subject_id, sequence, type, data)
       SELECT merchant_account_id, 'evt_copy', subject_id, sequence, type, data FROM outbox_event
       WHERE subject_id = $1`,
      [id],
    );
    await expect(copying).rejects.toMatchObject({
      code: '23505',
      detail: expect.stringContaining('(merchant_account_id, subject_id, sequence, month)') as string,
    });
  });
});

it('keeps personal data sealed, bound to its payment', async () => {
  const database = await createMigratedDatabase();
  const parts = await startParts(database);
  const canary = 'olena.canary@example.com';
  const first = await create(parts, { customer: { id: 'customer-canary', email: canary } });
  const second = await create(parts);
  const rows =
    await database.query(`SELECT p::text AS row FROM payment p UNION ALL SELECT k::text FROM idempotency_key k
    UNION ALL SELECT o::text FROM operation o UNION ALL SELECT e::text FROM outbox_event e`);
  expect(JSON.stringify(rows)).not.toContain('canary');

  parts.bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
  const third = await create(parts);
  await database.query(
    `UPDATE payment SET customer_sealed = (SELECT customer_sealed FROM payment WHERE id = $1) WHERE id = ANY($2)`,
    [first.id, [second.id, third.id]],
  );
  await expect(parts.engine.resolvePayment(parts.accountId, third.id)).rejects.toMatchObject({
    code: 'KEYSTORE_TAMPERED',
  });
  await database.drop();
});
