import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Every key begins with the merchant account, so that the data can be partitioned or distributed by account. */
export class CreatePaymentTables1796000000001 implements MigrationInterface {
  readonly name = 'CreatePaymentTables1796000000001';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [...PAYMENTS, ...OPERATIONS, ...MESSAGES, ...MOVES];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER merchant_account_event_feed ON merchant_account');
    await runner.query(
      `DROP TABLE event_feed, outbox_event, callback_inbox, idempotency_key, history, operation, payment, state_transition`,
    );
    await runner.query('DROP FUNCTION enforce_state_transition, open_event_feed, record_move, refuse');
  }
}

/**
 * One intent to move money: in, out, or of 0. No CHECK binds the three sums that hold the bank's word: what the bank
 * reports is recorded also when it breaks ours. `number` orders lists, since ids are made by the clocks of processes.
 */
const PAYMENTS = [
  `CREATE TABLE payment (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    method text NOT NULL,
    status text NOT NULL,
    cause text NOT NULL DEFAULT 'merchant' CHECK (cause IN ('merchant', 'bank', 'clock', 'operator')),
    amount bigint NOT NULL CHECK (amount >= 0),
    currency text NOT NULL,
    amount_authorized bigint NOT NULL DEFAULT 0,
    amount_captured bigint NOT NULL DEFAULT 0,
    amount_refunded bigint NOT NULL DEFAULT 0,
    amount_capturing bigint NOT NULL DEFAULT 0 CHECK (amount_capturing >= 0),
    amount_refunding bigint NOT NULL DEFAULT 0 CHECK (amount_refunding >= 0),
    livemode boolean NOT NULL,
    origin text NOT NULL DEFAULT 'api',
    origin_id text COLLATE "C",
    origin_ref text,
    reference text,
    description text,
    return_url text,
    language text,
    metadata jsonb NOT NULL DEFAULT '{}',
    page jsonb NOT NULL DEFAULT '{}',
    receipt jsonb,
    expires_in_minutes integer NOT NULL,
    customer_sealed text,
    expires_at timestamptz,
    hold_expires_at timestamptz,
    refund_late boolean NOT NULL DEFAULT false,
    named_order_ids text[] NOT NULL DEFAULT '{}',
    failure_code text,
    failure_message text,
    flags jsonb NOT NULL DEFAULT '{}',
    flags_settled jsonb NOT NULL DEFAULT '{}',
    shown text CHECK (shown IN ('live', 'success')),
    incomplete_at timestamptz,
    gone_at timestamptz,
    ended_at timestamptz,
    event_sequence integer NOT NULL DEFAULT 0,
    next_sync_at timestamptz,
    session_awaited_at timestamptz,
    hint_queries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id),
    CHECK ((origin = 'api') = (origin_ref IS NULL))
  )`,
  // What the bank or the customer started is born at first sight, and once.
  `CREATE UNIQUE INDEX payment_origin ON payment (merchant_account_id, origin_id, origin_ref) WHERE origin_ref IS NOT NULL`,
  // One account's payments, newest first, by what the list may be filtered by.
  `CREATE INDEX payment_by_number ON payment (merchant_account_id, number)`,
  `CREATE INDEX payment_by_status ON payment (merchant_account_id, status, number)`,
  `CREATE INDEX payment_by_reference ON payment (merchant_account_id, reference, number) WHERE reference IS NOT NULL`,
  // Due rows of one account, hints apart from polls.
  `CREATE INDEX payment_due ON payment (next_sync_at) WHERE next_sync_at IS NOT NULL`,
  `CREATE INDEX payment_due_hinted ON payment (merchant_account_id, next_sync_at)
     WHERE next_sync_at IS NOT NULL AND hint_queries > 0`,
  `CREATE INDEX payment_due_polled ON payment (merchant_account_id, next_sync_at)
     WHERE next_sync_at IS NOT NULL AND NOT (hint_queries > 0)`,
  `CREATE INDEX payment_awaits_session ON payment (merchant_account_id) WHERE session_awaited_at IS NOT NULL`,
  // What the gauges count.
  `CREATE INDEX payment_open ON payment (status)
     WHERE status IN ('created', 'requires_confirmation', 'requires_action', 'processing', 'needs_review')`,
  `CREATE INDEX payment_in_review ON payment (currency, amount) WHERE status = 'needs_review'`,
  `CREATE INDEX payment_flagged ON payment (merchant_account_id) WHERE flags <> '{}'`,
];

/** One movement at the bank; what is the bank's (ids, link, evidence) hangs here. `parent_id`: whose bank id it names. */
const OPERATIONS = [
  `CREATE TABLE operation (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    subject_type text NOT NULL DEFAULT 'payment',
    subject_id text COLLATE "C" NOT NULL,
    parent_id text COLLATE "C",
    kind text NOT NULL,
    step text NOT NULL,
    protocol text NOT NULL CHECK (protocol IN ('1.0', '2.0')),
    bank_merchant_id text COLLATE "C" NOT NULL,
    status text NOT NULL,
    cause text NOT NULL DEFAULT 'merchant' CHECK (cause IN ('merchant', 'bank', 'clock', 'operator')),
    amount bigint CHECK (amount >= 0),
    currency text NOT NULL,
    merchant_request_id text,
    attempt integer NOT NULL DEFAULT 1,
    sends integer NOT NULL DEFAULT 1,
    unsent boolean NOT NULL DEFAULT false,
    reason text,
    bank_order_id text,
    redirect_url text,
    qr_link text,
    bank_operation_id text,
    failure_code text,
    failure_message text,
    refusal_code text,
    evidence jsonb,
    sent_at timestamptz NOT NULL,
    known_at timestamptz,
    known_elsewhere_at timestamptz,
    restored_at timestamptz,
    not_found_at timestamptz,
    not_founds integer NOT NULL DEFAULT 0,
    deadline_at timestamptz NOT NULL,
    next_query_at timestamptz,
    session_awaited_at timestamptz,
    queries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id),
    FOREIGN KEY (merchant_account_id, bank_merchant_id) REFERENCES terminal (merchant_account_id, bank_merchant_id)
  )`,
  `CREATE UNIQUE INDEX operation_merchant_request_id ON operation (merchant_account_id, merchant_request_id)`,
  `CREATE INDEX operation_subject ON operation (merchant_account_id, subject_id, number)`,
  `CREATE INDEX operation_due ON operation (next_query_at) WHERE next_query_at IS NOT NULL`,
  `CREATE INDEX operation_due_of_account ON operation (merchant_account_id, next_query_at) WHERE next_query_at IS NOT NULL`,
  `CREATE INDEX operation_awaits_session ON operation (merchant_account_id) WHERE session_awaited_at IS NOT NULL`,
  `CREATE INDEX operation_in_doubt ON operation (status, created_at) WHERE status IN ('unknown', 'needs_review')`,
  // A key names its operation and the step of it that the request is about.
  `CREATE TABLE idempotency_key (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    key text COLLATE "C" NOT NULL,
    fingerprint bytea NOT NULL,
    operation_id text COLLATE "C" NOT NULL,
    step text NOT NULL,
    holder text NOT NULL,
    lease_until timestamptz NOT NULL,
    status_code integer,
    response_body text,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    PRIMARY KEY (merchant_account_id, key)
  )`,
];

const MESSAGES = [
  `CREATE TABLE callback_inbox (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    subject_type text NOT NULL DEFAULT 'payment',
    subject_id text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    body_sealed text NOT NULL,
    deliveries integer NOT NULL DEFAULT 1,
    received_at timestamptz NOT NULL DEFAULT now(),
    next_attempt_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    outcome text,
    settled_at timestamptz,
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX callback_inbox_digest ON callback_inbox (merchant_account_id, subject_id, digest)`,
  `CREATE INDEX callback_inbox_due ON callback_inbox (next_attempt_at) WHERE next_attempt_at IS NOT NULL`,
  `CREATE INDEX callback_inbox_due_of_account ON callback_inbox (merchant_account_id, next_attempt_at)
     WHERE next_attempt_at IS NOT NULL`,
  `CREATE INDEX callback_inbox_unread ON callback_inbox (outcome) WHERE settled_at IS NULL AND next_attempt_at IS NULL`,
  // `number` is given when an event is written, `position` when it can be seen: whoever reads on from a position misses
  // nothing that was committed late. `sequence` orders the events of one subject.
  `CREATE TABLE outbox_event (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    subject_type text NOT NULL DEFAULT 'payment',
    subject_id text COLLATE "C" NOT NULL,
    sequence integer NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    position bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX outbox_event_sequence ON outbox_event (merchant_account_id, subject_id, sequence)`,
  `CREATE INDEX outbox_event_unpublished ON outbox_event (merchant_account_id, number) WHERE position IS NULL`,
  `CREATE INDEX outbox_event_by_position ON outbox_event (merchant_account_id, position)`,
  // Whoever gives out positions of an account holds its row.
  `CREATE TABLE event_feed (
    merchant_account_id text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES merchant_account (id),
    last_position bigint NOT NULL DEFAULT 0
  )`,
  `CREATE FUNCTION open_event_feed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO event_feed (merchant_account_id) VALUES (NEW.id); RETURN NULL; END $$`,
  `CREATE TRIGGER merchant_account_event_feed AFTER INSERT ON merchant_account
    FOR EACH ROW EXECUTE FUNCTION open_event_feed()`,
];

/** The legal moves themselves are written from the code's own table, see `legal-moves.ts`. */
const MOVES = [
  `CREATE TABLE state_transition (kind text, from_status text, to_status text, PRIMARY KEY (kind, from_status, to_status))`,
  `CREATE FUNCTION enforce_state_transition() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NOT EXISTS (
      SELECT 1 FROM state_transition
      WHERE kind = TG_TABLE_NAME AND from_status = OLD.status AND to_status = NEW.status
    ) THEN
      RAISE EXCEPTION 'illegal move of % %: % -> %', TG_TABLE_NAME, OLD.id, OLD.status, NEW.status
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END $$`,
  // A row for each move, whoever makes it. `number`: the order in which they were made. That something began is told by
  // its own row; a birth is written here only where it was over when we first saw it.
  `CREATE TABLE history (
    merchant_account_id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    subject_type text NOT NULL,
    subject_id text COLLATE "C" NOT NULL,
    operation_id text COLLATE "C",
    from_status text,
    to_status text NOT NULL,
    cause text NOT NULL,
    evidence jsonb,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (merchant_account_id, subject_id, number)
  )`,
  `CREATE FUNCTION record_move() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_TABLE_NAME = 'payment' THEN
      INSERT INTO history (merchant_account_id, subject_type, subject_id, from_status, to_status, cause, evidence)
      VALUES (NEW.merchant_account_id, 'payment', NEW.id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status,
              NEW.cause, jsonb_strip_nulls(jsonb_build_object('failure', NEW.failure_code, 'message', NEW.failure_message)));
    ELSE
      INSERT INTO history (merchant_account_id, subject_type, subject_id, operation_id, from_status, to_status, cause,
                           evidence)
      VALUES (NEW.merchant_account_id, NEW.subject_type, NEW.subject_id, NEW.id,
              CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status, NEW.cause,
              coalesce(NEW.evidence, '{}') || jsonb_strip_nulls(jsonb_build_object('failure', NEW.failure_code)));
    END IF;
    RETURN NULL;
  END $$`,
  ...['payment', 'operation'].flatMap((table) => [
    `CREATE TRIGGER ${table}_legal_move BEFORE UPDATE OF status ON ${table}
      FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION enforce_state_transition()`,
    `CREATE TRIGGER ${table}_birth AFTER INSERT ON ${table}
      FOR EACH ROW WHEN (NEW.status NOT IN ('created', 'sending')) EXECUTE FUNCTION record_move()`,
    `CREATE TRIGGER ${table}_move AFTER UPDATE OF status ON ${table}
      FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION record_move()`,
  ]),
  // Ends a statement whose parts do not all hold, with everything that it did.
  `CREATE FUNCTION refuse(why text) RETURNS integer LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION '%', why USING ERRCODE = 'AG001'; END $$`,
];
