import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Lists, claims and gauges that would otherwise read every row, and a row that readiness writes to. */
export class IndexWhatIsAsked1795710300000 implements MigrationInterface {
  readonly name = 'IndexWhatIsAsked1795710300000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  // One account's payments, newest first, by what the list may be filtered by.
  `CREATE INDEX payment_by_status ON payment (merchant_account_id, status, id)`,
  `CREATE INDEX payment_by_reference ON payment (merchant_account_id, reference, id) WHERE reference IS NOT NULL`,
  `DROP INDEX payment_reference`,
  `CREATE INDEX audit_entry_newest ON audit_entry (at)`,
  // Due rows of one account, hints apart from polls.
  `CREATE INDEX payment_due_hinted ON payment (merchant_account_id, next_sync_at)
     WHERE next_sync_at IS NOT NULL AND hint_queries > 0`,
  `CREATE INDEX payment_due_polled ON payment (merchant_account_id, next_sync_at)
     WHERE next_sync_at IS NOT NULL AND NOT (hint_queries > 0)`,
  `CREATE INDEX operation_due_of_account ON operation (merchant_account_id, next_query_at) WHERE next_query_at IS NOT NULL`,
  `CREATE INDEX callback_inbox_due_of_account ON callback_inbox (merchant_account_id, next_attempt_at)
     WHERE next_attempt_at IS NOT NULL`,
  // What the gauges count.
  `CREATE INDEX payment_open ON payment (status)
     WHERE status IN ('created', 'requires_confirmation', 'requires_action', 'processing', 'needs_review')`,
  `CREATE TABLE readiness_probe (
     only_row boolean NOT NULL DEFAULT true CHECK (only_row),
     written_at timestamptz NOT NULL,
     PRIMARY KEY (only_row)
   )`,
];

const DOWN = [
  `CREATE INDEX payment_reference ON payment (merchant_account_id, reference) WHERE reference IS NOT NULL`,
  `DROP INDEX payment_by_status, payment_by_reference, audit_entry_newest, payment_due_hinted, payment_due_polled,
     operation_due_of_account, callback_inbox_due_of_account, payment_open`,
  `DROP TABLE readiness_probe`,
];
