import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How long what is kept, and whose turn it is to delete what is older. */
export class RetentionRules1796000000024 implements MigrationInterface {
  readonly name = 'RetentionRules1796000000024';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX callback_inbox_received_at, webhook_delivery_created_at');
    await runner.query('DROP TABLE retention_turn, retention_rule');
  }
}

const UP = [
  // Of an account, or of everybody: "-". No days: for good.
  `CREATE TABLE retention_rule (
    merchant_account_id text COLLATE "C" NOT NULL,
    data text NOT NULL,
    keep_days integer CHECK (keep_days > 0),
    below_minimum text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, data)
  )`,
  `CREATE TABLE retention_turn (
    only_row boolean NOT NULL DEFAULT true CHECK (only_row),
    epoch integer NOT NULL DEFAULT 0,
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    next_at timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (only_row)
  )`,
  `INSERT INTO retention_turn DEFAULT VALUES`,
  // By an expression, which no other statement names.
  `CREATE INDEX callback_inbox_received_at ON callback_inbox USING brin ((received_at AT TIME ZONE 'UTC'))`,
  `CREATE INDEX webhook_delivery_created_at ON webhook_delivery USING brin ((created_at AT TIME ZONE 'UTC'))`,
];
