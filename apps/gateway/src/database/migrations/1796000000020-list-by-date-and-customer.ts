import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What payments and refunds are listed by: each filter has an index, so that a page costs the same in a long table. */
export class ListByDateAndCustomer1796000000020 implements MigrationInterface {
  readonly name = 'ListByDateAndCustomer1796000000020';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  // HMAC of the merchant's own id of the customer: it can be asked for, and is not to be read.
  `ALTER TABLE payment ADD COLUMN customer_digest bytea`,
  `CREATE INDEX payment_by_customer ON payment (merchant_account_id, customer_digest, number)
     WHERE customer_digest IS NOT NULL`,
  `CREATE INDEX payment_by_creation ON payment (merchant_account_id, created_at)`,
  `CREATE INDEX operation_refund ON operation (merchant_account_id, number) WHERE kind = 'refund'`,
  `CREATE INDEX operation_refund_by_creation ON operation (merchant_account_id, created_at) WHERE kind = 'refund'`,
];

const DOWN = [
  `DROP INDEX operation_refund_by_creation`,
  `DROP INDEX operation_refund`,
  `DROP INDEX payment_by_creation`,
  `ALTER TABLE payment DROP COLUMN customer_digest`,
];
