import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Every key begins with the merchant account, so that the data can be partitioned or distributed by account. */
export class CreatePaymentTables1795334400000 implements MigrationInterface {
  readonly name = 'CreatePaymentTables1795334400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...ACCOUNTS, ...PAYMENTS, ...MESSAGES, ...TRANSITIONS, ...OPERATIONS])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE kek, audit_entry, session_renewal, client_key, outbox_event, callback_inbox, idempotency_key, operation, payment, bank_session, api_key, merchant_account, state_transition',
    );
    await runner.query('DROP FUNCTION enforce_state_transition');
  }
}

const ACCOUNTS = [
  `CREATE TABLE merchant_account (
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    environment text NOT NULL CHECK (environment IN ('test', 'live')),
    base_url text NOT NULL,
    bank_merchant_id text NOT NULL,
    service_code_sealed text NOT NULL,
    account_secret_sealed text NOT NULL,
    payment_key jsonb,
    protocol_version text NOT NULL DEFAULT '1.0' CHECK (protocol_version IN ('1.0', '2.0')),
    payment_types text[] NOT NULL DEFAULT '{hosted_page}',
    provisioned_mark text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id)
  )`,
  `CREATE UNIQUE INDEX merchant_account_terminal ON merchant_account (base_url, bank_merchant_id)`,
  `CREATE TABLE api_key (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    hint text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX api_key_hash ON api_key (hash)`,
  `CREATE TABLE client_key (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    key_sealed text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'standby', 'retired')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX client_key_active ON client_key (merchant_account_id) WHERE status = 'active'`,
  `CREATE TABLE bank_session (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    version integer NOT NULL DEFAULT 0,
    session_sealed text,
    obtained_at timestamptz,
    expires_at timestamptz,
    renewal_epoch integer NOT NULL DEFAULT 0,
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    failures integer NOT NULL DEFAULT 0,
    retry_at timestamptz NOT NULL DEFAULT '-infinity',
    last_error text,
    blocked_by text CHECK (blocked_by IN ('bank', 'operator')),
    blocked_reason text,
    blocked_at timestamptz,
    probe_at timestamptz,
    PRIMARY KEY (merchant_account_id)
  )`,
  `CREATE TABLE session_renewal (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    epoch integer NOT NULL,
    cause text NOT NULL CHECK (cause IN ('proactive', 'reactive')),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    outcome text,
    PRIMARY KEY (merchant_account_id, epoch)
  )`,
  `CREATE INDEX session_renewal_recent ON session_renewal (merchant_account_id, started_at)`,
];

/** Of the installation as a whole. */
const OPERATIONS = [
  `CREATE TABLE audit_entry (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    detail jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE TABLE kek (
    id text COLLATE "C" NOT NULL,
    fingerprint text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (id)
  )`,
];

const PAYMENTS = [
  `CREATE TABLE payment (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    status text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    amount_authorized bigint NOT NULL DEFAULT 0 CHECK (amount_authorized BETWEEN 0 AND amount),
    amount_captured bigint NOT NULL DEFAULT 0 CHECK (amount_captured BETWEEN 0 AND amount_authorized),
    amount_refunded bigint NOT NULL DEFAULT 0 CHECK (amount_refunded BETWEEN 0 AND amount_captured),
    livemode boolean NOT NULL,
    reference text,
    description text,
    return_url text NOT NULL,
    language text NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    expires_in_minutes integer NOT NULL,
    customer_sealed text NOT NULL,
    bank_order_id text,
    redirect_url text,
    expires_at timestamptz,
    bank_operation_id text,
    failure_code text,
    failure_message text,
    evidence jsonb,
    event_sequence integer NOT NULL DEFAULT 0,
    next_sync_at timestamptz,
    hint_queries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE INDEX payment_reference ON payment (merchant_account_id, reference) WHERE reference IS NOT NULL`,
  `CREATE INDEX payment_due ON payment (next_sync_at) WHERE next_sync_at IS NOT NULL`,
  `CREATE TABLE operation (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    payment_id text COLLATE "C" NOT NULL,
    type text NOT NULL CHECK (type IN ('purchase', 'refund')),
    status text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    merchant_request_id text NOT NULL,
    attempt integer NOT NULL DEFAULT 1,
    reason text,
    bank_operation_id text,
    failure_code text,
    failure_message text,
    evidence jsonb,
    sent_at timestamptz NOT NULL,
    deadline_at timestamptz NOT NULL,
    next_query_at timestamptz,
    queries integer NOT NULL DEFAULT 0,
    not_found_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id),
    FOREIGN KEY (merchant_account_id, payment_id) REFERENCES payment (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX operation_merchant_request_id ON operation (merchant_account_id, merchant_request_id)`,
  `CREATE INDEX operation_payment ON operation (merchant_account_id, payment_id)`,
  `CREATE INDEX operation_due ON operation (next_query_at) WHERE next_query_at IS NOT NULL`,
  `CREATE TABLE idempotency_key (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    key text COLLATE "C" NOT NULL,
    fingerprint bytea NOT NULL,
    resource_id text COLLATE "C" NOT NULL,
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
    payment_id text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    body_sealed text NOT NULL,
    deliveries integer NOT NULL DEFAULT 1,
    received_at timestamptz NOT NULL DEFAULT now(),
    next_attempt_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    outcome text,
    settled_at timestamptz,
    PRIMARY KEY (merchant_account_id, id),
    FOREIGN KEY (merchant_account_id, payment_id) REFERENCES payment (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX callback_inbox_digest ON callback_inbox (merchant_account_id, payment_id, digest)`,
  `CREATE INDEX callback_inbox_due ON callback_inbox (next_attempt_at) WHERE next_attempt_at IS NOT NULL`,
  `CREATE TABLE outbox_event (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    payment_id text COLLATE "C" NOT NULL,
    sequence integer NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    PRIMARY KEY (merchant_account_id, id),
    FOREIGN KEY (merchant_account_id, payment_id) REFERENCES payment (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX outbox_event_sequence ON outbox_event (merchant_account_id, payment_id, sequence)`,
  `CREATE INDEX outbox_event_undelivered ON outbox_event (merchant_account_id, id) WHERE delivered_at IS NULL`,
];

/** A copy of the domain's tables on purpose: the database refuses an illegal move even when the code has a bug. */
const LEGAL_MOVES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  payment: {
    created: ['requires_action', 'processing', 'authorized', 'succeeded', 'failed', 'expired', 'needs_review'],
    requires_action: ['processing', 'authorized', 'succeeded', 'failed', 'expired', 'needs_review'],
    processing: ['requires_action', 'authorized', 'succeeded', 'failed', 'needs_review'],
    authorized: ['succeeded', 'canceled', 'needs_review'],
    needs_review: ['authorized', 'succeeded', 'failed', 'canceled', 'expired'],
    failed: ['succeeded'],
    expired: ['succeeded'],
  },
  operation: {
    sending: ['rejected', 'pending', 'action_required', 'succeeded', 'failed', 'unknown', 'abandoned', 'needs_review'],
    unknown: ['sending', 'rejected', 'pending', 'action_required', 'succeeded', 'failed', 'abandoned', 'needs_review'],
    pending: ['action_required', 'succeeded', 'failed', 'unknown', 'needs_review'],
    action_required: ['pending', 'succeeded', 'failed', 'needs_review'],
    needs_review: ['pending', 'succeeded', 'failed', 'rejected', 'abandoned'],
    failed: ['succeeded'],
  },
};

const moves = Object.entries(LEGAL_MOVES).flatMap(([kind, table]) =>
  Object.entries(table).flatMap(([from, targets]) => targets.map((to) => `('${kind}', '${from}', '${to}')`)),
);

const TRANSITIONS = [
  `CREATE TABLE state_transition (kind text, from_status text, to_status text, PRIMARY KEY (kind, from_status, to_status))`,
  `INSERT INTO state_transition VALUES ${moves.join(', ')}`,
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
  ...['payment', 'operation'].map(
    (table) => `CREATE TRIGGER ${table}_legal_move BEFORE UPDATE OF status ON ${table}
      FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION enforce_state_transition()`,
  ),
];
