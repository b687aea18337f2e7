import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Where a merchant wants to be told of events, and what became of telling it. */
export class CreateWebhookTables1796000000004 implements MigrationInterface {
  readonly name = 'CreateWebhookTables1796000000004';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_attempt, webhook_delivery, webhook_secret, webhook_endpoint');
  }
}

const TABLES = [
  // No types: all of them.
  `CREATE TABLE webhook_endpoint (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    url text NOT NULL,
    event_types text[] NOT NULL DEFAULT '{}',
    description text,
    disabled_at timestamptz,
    disabled_reason text CHECK (disabled_reason IN ('merchant', 'gone')),
    failing_since timestamptz,
    event_sequence integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id),
    CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
  )`,
  // The newest signs for good, the one before it until it ends. A request that made one finds it again by its key.
  `CREATE TABLE webhook_secret (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    endpoint_id text COLLATE "C" NOT NULL,
    secret_sealed text NOT NULL,
    request_key text NOT NULL,
    request_fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz,
    PRIMARY KEY (merchant_account_id, id),
    FOREIGN KEY (merchant_account_id, endpoint_id) REFERENCES webhook_endpoint (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX webhook_secret_request ON webhook_secret (merchant_account_id, request_key)`,
  `CREATE UNIQUE INDEX webhook_secret_current ON webhook_secret (merchant_account_id, endpoint_id) WHERE ends_at IS NULL`,
  // `claims` tells a worker that was overtaken from the one that has the row. `started_at`: of the schedule it is on.
  `CREATE TABLE webhook_delivery (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    endpoint_id text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    claims integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz DEFAULT now(),
    started_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id),
    FOREIGN KEY (merchant_account_id, endpoint_id) REFERENCES webhook_endpoint (merchant_account_id, id),
    CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
  )`,
  `CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery (merchant_account_id, endpoint_id, event_id)`,
  `CREATE INDEX webhook_delivery_due ON webhook_delivery (merchant_account_id, endpoint_id, next_attempt_at)
     WHERE next_attempt_at IS NOT NULL`,
  `CREATE INDEX webhook_delivery_overdue ON webhook_delivery (next_attempt_at) WHERE next_attempt_at IS NOT NULL`,
  `CREATE INDEX webhook_delivery_list ON webhook_delivery (merchant_account_id, endpoint_id, number)`,
  `CREATE INDEX webhook_delivery_dead ON webhook_delivery (merchant_account_id, endpoint_id, number) WHERE status = 'dead'`,
  `CREATE TABLE webhook_attempt (
    merchant_account_id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    delivery_id text COLLATE "C" NOT NULL,
    status_code integer,
    error text,
    answer text,
    duration_ms integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, number)
  )`,
  `CREATE INDEX webhook_attempt_delivery ON webhook_attempt (merchant_account_id, delivery_id, number)`,
];
