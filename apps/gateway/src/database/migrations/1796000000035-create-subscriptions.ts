import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Customers who follow a plan, what the bank plans and makes of it, and where its schedule is not as ours. */
export class CreateSubscriptions1796000000035 implements MigrationInterface {
  readonly name = 'CreateSubscriptions1796000000035';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE payment DROP COLUMN subscription_id');
    await runner.query('DROP TABLE schedule_difference, scheduled_payment, subscription');
  }
}

const TABLES = [
  `CREATE TABLE subscription (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    plan_id text COLLATE "C" NOT NULL,
    status text NOT NULL,
    method text NOT NULL CHECK (method IN ('hosted_page', 'card')),
    livemode boolean NOT NULL,
    customer_sealed text,
    customer_digest bytea NOT NULL,
    reference text,
    description text,
    return_url text,
    metadata jsonb NOT NULL DEFAULT '{}',
    bank_merchant_id text COLLATE "C" NOT NULL,
    bank_order_id text,
    redirect_url text,
    failure_code text,
    next_look_at timestamptz,
    looks integer NOT NULL DEFAULT 0,
    looked_at timestamptz,
    event_sequence integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id),
    FOREIGN KEY (merchant_account_id, plan_id) REFERENCES plan (merchant_account_id, id)
  )`,
  `CREATE INDEX subscription_by_number ON subscription (merchant_account_id, number)`,
  `CREATE INDEX subscription_by_plan ON subscription (merchant_account_id, plan_id, number)`,
  `CREATE INDEX subscription_by_customer ON subscription (merchant_account_id, customer_digest, number)`,
  `CREATE UNIQUE INDEX subscription_bank_order ON subscription (merchant_account_id, bank_order_id)
     WHERE bank_order_id IS NOT NULL`,
  `CREATE INDEX subscription_due ON subscription (merchant_account_id, next_look_at) WHERE next_look_at IS NOT NULL`,
  // By the bank's id, so that one seen twice is one.
  `CREATE TABLE scheduled_payment (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    subscription_id text COLLATE "C" NOT NULL,
    number integer,
    version integer,
    word text NOT NULL,
    amount bigint NOT NULL,
    execution_at timestamptz,
    retry_at timestamptz,
    retries integer NOT NULL DEFAULT 0,
    payment_id text COLLATE "C",
    proven boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id),
    FOREIGN KEY (merchant_account_id, subscription_id) REFERENCES subscription (merchant_account_id, id)
  )`,
  `CREATE INDEX scheduled_payment_of ON scheduled_payment (merchant_account_id, subscription_id, execution_at)`,
  `CREATE TABLE schedule_difference (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    subscription_id text COLLATE "C" NOT NULL,
    scheduled_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    detail text NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    settled_by text CHECK (settled_by IN ('bank', 'operator')),
    reason text,
    PRIMARY KEY (merchant_account_id, id)
  )`,
  // The same again is the same difference, also after a person has looked at it.
  `CREATE UNIQUE INDEX schedule_difference_once
     ON schedule_difference (merchant_account_id, subscription_id, scheduled_id, kind, detail)`,
  `CREATE INDEX schedule_difference_open ON schedule_difference (merchant_account_id, found_at) WHERE settled_at IS NULL`,
  `ALTER TABLE payment ADD COLUMN subscription_id text COLLATE "C"`,
  `CREATE INDEX payment_by_subscription ON payment (merchant_account_id, subscription_id, number)
     WHERE subscription_id IS NOT NULL`,
  `CREATE TRIGGER subscription_legal_move BEFORE UPDATE OF status ON subscription
     FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION enforce_state_transition()`,
];
