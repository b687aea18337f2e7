import { type DataSource } from 'typeorm';
import { dataSourceOptions } from '../../apps/gateway/src/app/schema.js';
import { migrate } from '../../apps/gateway/src/database/migrate.js';
import { KEY_TRANSITIONS } from '../../apps/gateway/src/dcm/domain/key-lifecycle.js';
import { OPERATION_TRANSITIONS, TRANSITIONS } from '../../apps/gateway/src/payments/domain/statuses.js';
import { classifiedColumns } from '../../apps/gateway/src/retention/domain/personal-data.js';
import { SUBSCRIPTION_TRANSITIONS } from '../../apps/gateway/src/subscriptions/domain/subscription.js';
import { PLAN_TRANSITIONS } from '../../apps/gateway/src/subscriptions/domain/plan.js';
import { REQUEST_TRANSITIONS } from '../../apps/gateway/src/subscriptions/domain/recurring-step.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { createMigratedDatabase, create, createPaid, type MigratedDatabase, startParts } from './gateway-parts.js';

const tablesOf = async (database: TestDatabase): Promise<string[]> =>
  (
    await database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
       WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace`,
    )
  )
    .map(({ name }) => name)
    .toSorted();

/** What the entities do not know of: foreign keys, unique and partial indexes, checks. */
const ONLY_IN_THE_DATABASE = [
  'payment_erased',
  'payment_by_change',
  'operation_refund_by_change',
  'operation_refund_by_status',
  'payment_by_subscription',
  'schedule_difference_once',
  'schedule_difference_open',
  'schedule_difference_settled_by_check',
  'scheduled_payment_merchant_account_id_subscription_id_fkey',
  'scheduled_payment_of',
  'subscription_bank_order',
  'subscription_by_customer',
  'subscription_by_number',
  'subscription_by_plan',
  'subscription_due',
  'subscription_merchant_account_id_plan_id_fkey',
  'subscription_method_check',
  'plan_bank_id',
  'plan_by_number',
  'plan_merchant_account_id_fkey',
  'plan_version_merchant_account_id_plan_id_fkey',
  'recurring_request_bank_id',
  'recurring_request_due',
  'recurring_request_merchant_account_id_fkey',
  'recurring_request_open',
  'recurring_request_subject',
  'signing_key_active',
  'signing_key_merchant_account_id_fkey',
  'payment_by_creation',
  'payment_by_customer',
  'api_key_payout_limit_check',
  'payment_by_link',
  'payment_link_amount_check',
  'payment_link_by_number',
  'payment_link_id',
  'payment_link_merchant_account_id_fkey',
  'payment_link_usage_check',
  'bank_session_blocked_by_check',
  'dcm_callback_age',
  'dcm_callback_due',
  'dcm_callback_once',
  'dcm_decision_age',
  'dcm_object_counterparty_guid_fkey',
  'dcm_object_external_id',
  'dcm_object_login',
  'dcm_receiver_account',
  'dcm_receiver_counterparty_guid_fkey',
  'dcm_rule_counterparty_guid_fkey',
  'dcm_rule_flow_check',
  'dcm_rule_once',
  'dcm_signing_key_check',
  'dcm_signing_key_coming',
  'dcm_signing_key_counterparty_guid_fkey',
  'dcm_signing_key_signing',
  'dcm_signing_key_slot_check',
  'dcm_subject_counterparty_guid_fkey',
  'dcm_subject_id_check',
  'dcm_subject_kind_check',

  'client_key_active',
  'client_key_merchant_account_id_fkey',
  'client_key_status_check',
  'merchant_account_protocol_version_check',
  'saved_card_check',
  'saved_card_merchant_account_id_bank_merchant_id_fkey',
  'saved_card_merchant_account_id_fkey',
  'saved_card_of_customer',
  'saved_card_origin_check',
  'saved_card_status_check',
  'saved_card_token',
  'session_renewal_cause_check',
  'session_renewal_merchant_account_id_fkey',
  'session_renewal_recent',

  'api_key_merchant_account_id_fkey',
  'bank_session_merchant_account_id_fkey',
  'idempotency_key_merchant_account_id_fkey',
  'payment_merchant_account_id_fkey',
  'api_key_hash',
  'callback_inbox_digest',
  'callback_inbox_unread',
  'operation_in_doubt',
  'payment_flagged',
  'payment_in_review',
  'merchant_account_terminal',
  'operation_awaits_session',
  'operation_merchant_request_id',
  'outbox_event_sequence',
  'outbox_event_unpublished',
  'outbox_event_by_position',
  'webhook_attempt_delivery',
  'webhook_delivery_check',
  'webhook_delivery_dead',
  'webhook_delivery_due',
  'webhook_delivery_event',
  'webhook_delivery_list',
  'webhook_delivery_merchant_account_id_endpoint_id_fkey',
  'webhook_delivery_status_check',
  'webhook_endpoint_check',
  'webhook_endpoint_disabled_reason_check',
  'webhook_endpoint_merchant_account_id_fkey',
  'webhook_secret_current',
  'webhook_secret_merchant_account_id_endpoint_id_fkey',
  'webhook_secret_request',
  'payment_awaits_session',
  'payment_by_reference',
  'payment_by_status',
  'payment_due_hinted',
  'payment_due_polled',
  'payment_open',
  'operation_due_of_account',
  'callback_inbox_due_of_account',
  'audit_entry_newest',
  'merchant_account_environment_check',
  'operation_amount_check',
  'payment_amount_check',
  'payment_check',
  'payment_amount_capturing_check',
  'payment_amount_refunding_check',
  'payment_by_number',
  'payment_cause_check',
  'payment_origin',
  'operation_cause_check',
  'operation_merchant_account_id_bank_merchant_id_fkey',
  'operation_protocol_check',
  'operation_refund',
  'operation_refund_by_creation',
  'operation_subject',
  'payment_shown_check',
];

describe('migrations', () => {
  let database: MigratedDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    source = await database.connect(2);
  });
  afterAll(() => database.drop());

  it('make every table of the entities, and the table of legal moves', async () => {
    const entities = source.entityMetadatas.map((entity) => entity.tableName);
    expect(await tablesOf(database)).toEqual(
      [
        ...entities,
        'event_feed',
        'payment_metadata',
        'history',
        'kek',
        'migrations',
        'readiness_probe',
        ...['bank_sweep', 'proof_key'],
        ...['retention_rule', 'retention_turn'],
        ...['register', 'register_line', 'register_bad_line', 'reconciliation_break'],
        'state_transition',
        'terminal',
      ].toSorted(),
    );
  });

  it('change nothing when run again, even by three processes at once', async () => {
    const again = () => migrate(dataSourceOptions(database.url, { size: 2 }));
    await Promise.all([again(), again(), again()]);
    expect(await database.query('SELECT count(*)::int AS n FROM migrations')).toEqual([
      { n: source.migrations.length },
    ]);
  });

  it('make columns as the entities have them; keys, checks and indexes are for the database alone', async () => {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    const dropped = /^(?:ALTER TABLE "\w+" DROP CONSTRAINT|DROP INDEX "public"\.) ?"(\w+)"$/u;
    const differences = upQueries.map(({ query }) => dropped.exec(query)?.[1] ?? query);
    expect(differences.toSorted()).toEqual(ONLY_IN_THE_DATABASE.toSorted());
  });

  it('are undone without a trace', async () => {
    const other = await createMigratedDatabase();
    const undoing = await other.connect(2);
    for (let count = undoing.migrations.length; count > 0; count--) await undoing.undoLastMigration();
    expect(await tablesOf(other)).toEqual(['migrations']);
    const functions = await other.query(`SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`);
    expect(functions).toEqual([]);
    await undoing.runMigrations();
    expect(await tablesOf(other)).toEqual(await tablesOf(database));
    await other.drop();
  });

  it('run by several processes on an empty database make it once', async () => {
    const empty = await createDatabase();
    const start = () => migrate(dataSourceOptions(empty.url, { size: 2 }));
    await Promise.all([start(), start(), start()]);
    expect(await tablesOf(empty)).toEqual(await tablesOf(database));
    await empty.drop();
  });

  it('make no column of which nobody has said whether it is about a customer: see PERSONAL_DATA', async () => {
    const columns = await database.query<{ name: string }>(
      `SELECT c.relname || '.' || a.attname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
       WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
         AND a.attnum > 0 AND NOT a.attisdropped`,
    );
    expect(classifiedColumns().toSorted()).toEqual(columns.map(({ name }) => name).toSorted());
  });

  it('begin every primary key with its owner: a merchant account, or a counterparty of DCM', async () => {
    const keys = await database.query<{ table: string; first: string }>(
      `SELECT i.indrelid::regclass::text AS table, a.attname AS first
       FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
       WHERE i.indisprimary AND i.indrelid IN (
         SELECT oid FROM pg_class WHERE NOT relispartition AND relnamespace = 'public'::regnamespace)`,
    );
    const others = keys
      .filter(({ table, first }) => first !== (table.startsWith('dcm_') ? 'counterparty_guid' : 'merchant_account_id'))
      .map(({ table, first }) => `${table} ${first}`);
    expect(others.toSorted()).toEqual([
      'dcm_counterparty guid',
      'kek id',
      'merchant_account id',
      'migrations id',
      'readiness_probe only_row',
      'retention_turn only_row',
      'state_transition kind',
    ]);
    expect(keys.map(({ table }) => table).toSorted()).toEqual(await tablesOf(database));
  });

  it('begin every unique index and foreign key with it, too: rows can be spread by account over several servers', async () => {
    const firsts = await database.query<{ name: string; table: string; first: string }>(
      `SELECT c.relname AS name, i.indrelid::regclass::text AS table, a.attname AS first
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
       WHERE i.indisunique AND NOT i.indisprimary AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
       UNION ALL
       SELECT k.conname, k.conrelid::regclass::text, a.attname
       FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
       WHERE k.contype = 'f' AND k.conparentid = 0 AND k.connamespace = 'public'::regnamespace`,
    );
    expect(firsts.length).toBeGreaterThan(20);
    const others = firsts
      .filter(({ table, first }) => first !== (table.startsWith('dcm_') ? 'counterparty_guid' : 'merchant_account_id'))
      .map(({ name }) => name);
    // Of small tables that a spread database copies to every server: who may call, who the merchants are, what links there are.
    expect(others.toSorted()).toEqual(['api_key_hash', 'merchant_account_terminal', 'payment_link_id']);
  });
});

describe('legal moves', () => {
  let database: MigratedDatabase;
  let ids: { payment: string; operation: string };

  beforeAll(async () => {
    database = await createMigratedDatabase();
    const parts = await startParts(database);
    const { id } = await create(parts);
    const purchase = await parts.records.operations.currentIntent(parts.accountId, id);
    ids = { payment: id, operation: purchase!.id };
    await createPaid(parts);
  });
  afterAll(() => database.drop());

  const rowsOf = (kind: string, table: Readonly<Record<string, readonly string[]>>): string[] =>
    Object.entries(table).flatMap(([from, targets]) => targets.map((to) => `${kind} ${from} ${to}`));

  it('are the same in the code and in the database, row by row', async () => {
    const stored = await database.query<{ move: string }>(
      `SELECT concat_ws(' ', kind, from_status, to_status) AS move FROM state_transition`,
    );
    expect(stored.map(({ move }) => move).toSorted()).toEqual(
      [
        ...rowsOf('payment', TRANSITIONS),
        ...rowsOf('operation', OPERATION_TRANSITIONS),
        ...rowsOf('dcm_signing_key', KEY_TRANSITIONS),
        ...rowsOf('plan', PLAN_TRANSITIONS),
        ...rowsOf('subscription', SUBSCRIPTION_TRANSITIONS),
        ...rowsOf('recurring_request', REQUEST_TRANSITIONS),
      ].toSorted(),
    );
  });

  /** Puts a row into a status that it may not be able to reach, then tries one move by plain SQL. */
  async function tryMove(kind: 'payment' | 'operation', from: string, to: string): Promise<string> {
    await database.query(`ALTER TABLE ${kind} DISABLE TRIGGER USER`);
    await database.query(`UPDATE ${kind} SET status = $2 WHERE id = $1`, [ids[kind], from]);
    await database.query(`ALTER TABLE ${kind} ENABLE TRIGGER USER`);
    return database.query(`UPDATE ${kind} SET status = $2 WHERE id = $1`, [ids[kind], to]).then(
      () => 'moved',
      (error: unknown) => (error as { code: string }).code,
    );
  }

  it.each([
    ['payment', TRANSITIONS],
    ['operation', OPERATION_TRANSITIONS],
  ] as const)('are all that plain SQL can make of a %s', async (kind, table) => {
    const statuses = Object.keys(table);
    for (const from of statuses) {
      for (const to of statuses) {
        const legal = from === to || (table as Record<string, readonly string[]>)[from]!.includes(to);
        expect([from, to, await tryMove(kind, from, to)]).toEqual([from, to, legal ? 'moved' : '23514']);
      }
    }
  });

  it('do not include a status that nobody knows', async () => {
    expect(await tryMove('payment', 'created', 'paid')).toBe('23514');
  });

  it.each([['amount_capturing = -1'], ['amount_refunding = -1'], ['amount = -1']])(
    'go with amounts of ours that add up: SET %s is refused',
    async (change) => {
      const updating = database.query(`UPDATE payment SET ${change} WHERE status = 'succeeded'`);
      await expect(updating).rejects.toMatchObject({ code: '23514' });
    },
  );

  it.each([
    ['amount_captured = amount_authorized + 1'],
    ['amount_authorized = amount + 1'],
    ['amount_refunded = amount + 1'],
  ])('record what the bank reports even where it breaks our sums: SET %s', async (change) => {
    const [{ id }] = (await database.query<{ id: string }>(`SELECT id FROM payment LIMIT 1`)) as [{ id: string }];
    await expect(database.query(`UPDATE payment SET ${change} WHERE id = $1`, [id])).resolves.toBeDefined();
  });
});

describe('history', () => {
  let database: MigratedDatabase;
  beforeAll(async () => {
    database = await createMigratedDatabase();
  });
  afterAll(() => database.drop());

  it('has a row for each move of a payment and of its operation, with who caused it and on what evidence', async () => {
    const parts = await startParts(database);
    const { id } = await createPaid(parts);
    const rows = await database.query(
      `SELECT operation_id IS NOT NULL AS "ofOperation", from_status AS "from", to_status AS "to", cause, evidence
       FROM history WHERE subject_id = $1 ORDER BY number`,
      [id],
    );
    const moves = (ofOperation: boolean) => rows.filter((row) => row['ofOperation'] === ofOperation);
    expect(moves(false)).toMatchObject([
      { from: 'created', to: 'requires_action', cause: 'bank' },
      { from: 'requires_action', to: 'succeeded', cause: 'bank' },
    ]);
    expect(moves(true)).toMatchObject([
      { from: 'sending', to: 'action_required', cause: 'bank' },
      {
        from: 'action_required',
        to: 'succeeded',
        cause: 'bank',
        evidence: { verdict: 'succeeded', status: 'SUCCESS' },
      },
    ]);
  });
});

describe('a database of the preview', () => {
  it('is refused with a sentence that says what to do, and nothing of it is touched', async () => {
    const preview = await createDatabase();
    await preview.query(
      'CREATE TABLE migrations (id serial PRIMARY KEY, timestamp bigint NOT NULL, name text NOT NULL)',
    );
    await preview.query(`INSERT INTO migrations (timestamp, name) VALUES (1, 'CreatePaymentTables1795334400000')`);
    await expect(migrate(dataSourceOptions(preview.url, { size: 2 }))).rejects.toThrow(
      /made by a preview.*new, empty database.*DATA_DIR/u,
    );
    expect(await tablesOf(preview)).toEqual(['migrations']);
    await preview.drop();
  });
});
