import { Logger } from '@nestjs/common';
import { partitionSql } from '../../apps/gateway/src/database/partitions.js';
import { reportAsText } from '../../apps/gateway/src/retention/operators/report-as-text.js';
import { type RetentionReport, RetentionService } from '../../apps/gateway/src/retention/retention.service.js';
import { RetentionRepository } from '../../apps/gateway/src/retention/store/retention.repository.js';
import {
  anAccount,
  create,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

const YEARS = 1_200;

let database: MigratedDatabase;
let parts: Parts;
let repository: RetentionRepository;
let retention: RetentionService;
let other: string;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createMigratedDatabase();
  parts = await startParts(database);
  repository = new RetentionRepository(parts.source);
  retention = new RetentionService(repository);
  other = await anAccount(parts.accounts, { bankMerchantId: 'another' });
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.query(`TRUNCATE retention_rule, callback_inbox, outbox_event, webhook_attempt, webhook_delivery,
    reconciliation_break, history, payment, operation, idempotency_key CASCADE`);
  await database.query(`UPDATE retention_turn SET lease_until = '-infinity', next_at = '-infinity'`);
});

const rule = (data: string, keepDays: number | null, over: object = {}) =>
  retention.setRule({ accountId: '-', data: data as 'payments', keepDays, belowMinimum: null, ...over });
const goes = ({ lines }: RetentionReport): string[] =>
  lines.filter(({ rows }) => rows > 0).map(({ table, accountId, rows }) => `${table} ${accountId} ${rows}`);
const idsOf = async (table: string): Promise<string[]> =>
  (await database.query<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);

/** Rows of both accounts, each kind old and young, and what may not go however old it is. */
async function fill(account: string, days: number): Promise<void> {
  const at = `now() - make_interval(days => ${days})`;
  const rows = (id: string) => [account, `${id}_${days}_${account.slice(-4)}`];
  const insert = (table: string, columns: string, values: string, id: string) =>
    database.query(`INSERT INTO ${table} (merchant_account_id, id, ${columns}) VALUES ($1, $2, ${values})`, rows(id));
  const callback = (id: string, settled: string) =>
    insert(
      'callback_inbox',
      'subject_id, digest, body_sealed, received_at, settled_at',
      `'pay_0', sha256(convert_to($2::text, 'UTF8')), 's', ${at}, ${settled}`,
      id,
    );
  await callback('cb', 'now()');
  await callback('cb_unread', 'NULL');
  const event = (id: string, position: string) =>
    insert(
      'outbox_event',
      'subject_id, sequence, type, data, position, created_at',
      `$2, 1, 'x', '{}', ${position}, ${at}`,
      id,
    );
  await event('evt', '1');
  await event('evt_unpublished', 'NULL');
  await event('evt_awaited', '2');
  await database.query(
    `INSERT INTO webhook_endpoint (merchant_account_id, id, url) VALUES ($1, 'we', 'https://shop.example') ON CONFLICT DO NOTHING`,
    [account],
  );
  const delivery = (id: string, status: string, eventId: string) =>
    insert(
      'webhook_delivery',
      'endpoint_id, event_id, status, next_attempt_at, created_at',
      `'we', '${eventId}', '${status}', ${status === 'pending' ? 'now()' : 'NULL'}, ${at}`,
      id,
    );
  await delivery('wd', 'delivered', `evt_${days}_${account.slice(-4)}`);
  await delivery('wd_dead', 'dead', `evt_dead_${days}`);
  await delivery('wd_pending', 'pending', `evt_awaited_${days}_${account.slice(-4)}`);
  for (const id of ['wd', 'wd_pending']) {
    await database.query(
      `INSERT INTO webhook_attempt (merchant_account_id, delivery_id, duration_ms, at) VALUES ($1, $2, 1, ${at})`,
      rows(id),
    );
  }
}

it('takes the old of each table and account, what it said it would, and nothing that is needed', async () => {
  for (const account of [parts.accountId, other]) for (const days of [500, 5]) await fill(account, days);
  await rule('webhooks', null, { accountId: other });
  const planned = await retention.plan();
  expect(goes(planned).toSorted()).toEqual(
    [
      ...[parts.accountId, other].flatMap((account) => [`callback_inbox ${account} 1`, `outbox_event ${account} 1`]),
      ...['webhook_attempt', 'webhook_delivery'].map((table) => `${table} ${parts.accountId} 1`),
    ].toSorted(),
  );
  expect(planned.lines.find(({ rows }) => rows > 0)?.oldest).toMatch(/^20\d\d-/u);
  expect(reportAsText(planned)).toMatch(
    /callback_inbox +acc_\w+ +400 days +1 +20\d\d-\d\d-\d\d\n[^]*6 rows would go; nothing was deleted\.\n$/u,
  );
  expect(await idsOf('callback_inbox')).toHaveLength(8); // looking has deleted nothing

  expect(goes(await retention.run())).toEqual(goes(planned));
  const of = (id: string, ...days: number[]) =>
    [parts.accountId, other].flatMap((account) => days.map((day) => `${id}_${day}_${account.slice(-4)}`));
  expect(await idsOf('callback_inbox')).toEqual([...of('cb', 5), ...of('cb_unread', 500, 5)].toSorted());
  expect(await idsOf('outbox_event')).toEqual(
    [...of('evt', 5), ...of('evt_unpublished', 500, 5), ...of('evt_awaited', 500, 5)].toSorted(),
  );
  expect(await idsOf('webhook_delivery')).toEqual(
    [...of('wd', 5), `wd_500_${other.slice(-4)}`, ...of('wd_dead', 500, 5), ...of('wd_pending', 500, 5)].toSorted(),
  );
  expect(goes(await retention.run())).toEqual([]);
});

it('takes a payment with all that was done to it once its years are over, but none that somebody must look at', async () => {
  const old = (id: string, change = '') =>
    database.query(
      `UPDATE payment SET created_at = created_at - make_interval(days => ${YEARS}), next_sync_at = NULL,
              updated_at = updated_at - make_interval(days => ${YEARS}) ${change} WHERE id = $1`,
      [id],
    );
  const paid = async () => (await createPaid(parts)).id;
  const [gone, flagged, broken, refunding, reserved, young] = [
    await paid(),
    await paid(),
    await paid(),
    await paid(),
    await paid(),
    await paid(),
  ];
  const open = (await create(parts)).id;
  await old(gone);
  await old(flagged, `, flags = '{"second_charge": "why"}'`);
  await old(broken);
  await database.query(
    `INSERT INTO reconciliation_break (merchant_account_id, id, break_key, type, source, payment_id, at_risk, seen_in, deadline_at)
     VALUES ($1, 'brk_1', 'k', 'amount', 'bank', $2, 0, 'x', now())`,
    [parts.accountId, broken],
  );
  await old(refunding);
  await database.query(`UPDATE operation SET next_query_at = now() WHERE subject_id = $1`, [refunding]);
  await old(reserved, ', amount_refunding = 1');
  await old(open);
  const keys = async () => (await database.query(`SELECT key FROM idempotency_key`)).length;
  const before = await keys();

  expect(goes(await retention.run())).toEqual([]); // the books are kept for good
  await rule('payments', 1_095);
  const planned = await retention.plan();
  expect(goes(planned)).toEqual([`payment ${parts.accountId} 1`]);
  expect(goes(await retention.run())).toEqual(goes(planned));
  expect(await idsOf('payment')).toEqual([flagged, broken, refunding, reserved, young, open].toSorted());
  for (const table of ['operation', 'history', 'callback_inbox']) {
    expect(await database.query(`SELECT 1 FROM ${table} WHERE subject_id = $1`, [gone])).toEqual([]);
    if (table !== 'callback_inbox') {
      expect(await database.query(`SELECT 1 FROM ${table} WHERE subject_id = $1`, [young])).not.toEqual([]);
    }
  }
  expect(await keys()).toBe(before - 1);
});

describe('a rule', () => {
  it('may not keep books for less than the law wants, unless somebody says where they are', async () => {
    for (const data of ['payments', 'history', 'registers']) {
      await expect(rule(data, 1_094)).rejects.toMatchObject({
        code: 'RETENTION_TOO_SHORT',
        message: expect.stringContaining('at least 1095 days') as string,
      });
      await rule(data, 1_095);
      await rule(data, 30, { belowMinimum: 'kept in the accounting system' });
    }
    await rule('webhooks', 1);
    await expect(rule('everything', 1)).rejects.toMatchObject({ code: 'RETENTION_DATA_UNKNOWN' });
    const rules = await retention.rules();
    expect(rules.find(({ data }) => data === 'history')).toMatchObject({ keepDays: 30, isDefault: false });
    expect(rules.find(({ data }) => data === 'audit')).toMatchObject({ keepDays: null, isDefault: true });
  });
});

describe('a month of a table that is cut', () => {
  beforeEach(async () => {
    await database.query('DROP TABLE IF EXISTS history_y2020m02');
    for (const statement of partitionSql({ table: 'history', column: 'at' }, '2020-02-01'))
      await database.query(statement);
    for (const account of [parts.accountId, other]) {
      await database.query(
        `INSERT INTO history (merchant_account_id, subject_type, subject_id, to_status, cause, at)
         SELECT $1, 'payment', 'pay_' || n, 'succeeded', 'bank', '2020-02-03' FROM generate_series(1, 700) n`,
        [account],
      );
    }
  });
  const monthIsThere = async (): Promise<boolean> =>
    (await database.query<{ there: boolean }>(`SELECT to_regclass('history_y2020m02') IS NOT NULL AS there`))[0]!.there;

  it('goes as a whole where nothing of it is kept', async () => {
    await rule('history', 1_095);
    expect(goes(await retention.run())).toEqual([`history ${parts.accountId} 700`, `history ${other} 700`]);
    expect(await monthIsThere()).toBe(false);
  });

  it('stays with what another account keeps, or somebody is in the way of, and loses the rest row by row', async () => {
    await rule('history', 1_095, { accountId: other });
    expect(goes(await retention.run())).toEqual([`history ${other} 700`]);
    expect(await monthIsThere()).toBe(true);
    expect(await database.query(`SELECT 1 FROM history WHERE at < '2021-01-01'`)).toHaveLength(700);
  });
});

describe('a run', () => {
  it('is one of all processes, and takes over from one that has died', async () => {
    const epoch = await repository.takeTurn(false, 60);
    await expect(retention.run()).rejects.toMatchObject({ code: 'RETENTION_RUNS' });
    expect(await retention.runIfDue()).toBeUndefined();
    await database.query(`UPDATE retention_turn SET lease_until = now() - interval '1 second'`);
    expect(await retention.runIfDue()).toMatchObject({ dryRun: false });
    expect(await repository.extendTurn(epoch!, 60)).toBe(false);
    expect(await retention.runIfDue()).toBeUndefined(); // not before tomorrow
    await database.query(`UPDATE retention_turn SET next_at = now()`);
    expect(await retention.runIfDue()).toBeDefined();
  });

  it('that was broken off is due again at once, and goes on with what is left', async () => {
    await database.query(
      `INSERT INTO callback_inbox (merchant_account_id, id, subject_id, digest, body_sealed, received_at, settled_at)
       SELECT $1, 'cb_' || lpad(n::text, 4, '0'), 'pay_0', sha256(n::text::bytea), 's', now() - interval '2 years', now()
       FROM generate_series(1, 1200) n`,
      [parts.accountId],
    );
    await database.query(
      `CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stop'; END $$`,
    );
    const last = `WHEN (OLD.id = 'cb_1200') EXECUTE FUNCTION stop()`;
    await database.query(`CREATE TRIGGER stop BEFORE DELETE ON callback_inbox FOR EACH ROW ${last}`);
    await expect(retention.runIfDue()).rejects.toThrow('stop');
    const left = (await idsOf('callback_inbox')).length;
    expect(left).toBeLessThanOrEqual(1_200);
    await database.query('DROP TRIGGER stop ON callback_inbox');
    expect(goes((await retention.runIfDue())!)).toEqual([`callback_inbox ${parts.accountId} ${left}`]);
  });
});
