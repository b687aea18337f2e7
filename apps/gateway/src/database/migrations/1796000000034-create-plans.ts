import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the bank charges by itself, the keys that its Authorization 2.0 asks for, and requests about it. */
export class CreatePlans1796000000034 implements MigrationInterface {
  readonly name = 'CreatePlans1796000000034';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE recurring_request, plan_version, plan, signing_key');
  }
}

const TABLES = [
  `CREATE TABLE signing_key (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    key_sealed text NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX signing_key_active ON signing_key (merchant_account_id) WHERE active`,
  `CREATE TABLE plan (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    status text NOT NULL,
    livemode boolean NOT NULL,
    name text NOT NULL,
    description text,
    category text NOT NULL,
    bank_merchant_id text COLLATE "C" NOT NULL,
    bank_plan_id text,
    metadata jsonb NOT NULL DEFAULT '{}',
    event_sequence integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE INDEX plan_by_number ON plan (merchant_account_id, number)`,
  `CREATE UNIQUE INDEX plan_bank_id ON plan (merchant_account_id, bank_plan_id) WHERE bank_plan_id IS NOT NULL`,
  `CREATE TABLE plan_version (
    merchant_account_id text COLLATE "C" NOT NULL,
    plan_id text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    rules jsonb NOT NULL,
    applies_from timestamptz,
    applies_to timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, plan_id, number),
    FOREIGN KEY (merchant_account_id, plan_id) REFERENCES plan (merchant_account_id, id)
  )`,
  // Written ahead: what the bank may have heard of is here first.
  `CREATE TABLE recurring_request (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    subject_id text COLLATE "C" NOT NULL,
    step text NOT NULL,
    lane text NOT NULL,
    status text NOT NULL,
    bank_merchant_id text COLLATE "C" NOT NULL,
    merchant_request_id text COLLATE "C",
    input jsonb NOT NULL DEFAULT '{}',
    sends integer NOT NULL DEFAULT 1,
    failure_code text,
    queries integer NOT NULL DEFAULT 0,
    not_founds integer NOT NULL DEFAULT 0,
    not_found_at timestamptz,
    sent_at timestamptz NOT NULL,
    next_attempt_at timestamptz,
    deadline_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id)
  )`,
  // One at a time: what comes of two changes at once, nobody could tell.
  `CREATE UNIQUE INDEX recurring_request_open ON recurring_request (merchant_account_id, subject_id, lane)
     WHERE status IN ('sending', 'unknown', 'needs_review')`,
  `CREATE UNIQUE INDEX recurring_request_bank_id ON recurring_request (merchant_account_id, merchant_request_id)`,
  `CREATE INDEX recurring_request_subject ON recurring_request (merchant_account_id, subject_id, number)`,
  `CREATE INDEX recurring_request_due ON recurring_request (merchant_account_id, next_attempt_at)
     WHERE next_attempt_at IS NOT NULL`,
  ...['plan', 'recurring_request'].map(
    (table) => `CREATE TRIGGER ${table}_legal_move BEFORE UPDATE OF status ON ${table}
      FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION enforce_state_transition()`,
  ),
];
