import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** A key is freed by whoever holds it. An answer that was not final is not kept: what was kept of that kind is let go. */
export class FenceIdempotencyKeys1795786500000 implements MigrationInterface {
  readonly name = 'FenceIdempotencyKeys1795786500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE idempotency_key ADD COLUMN holder text`);
    await runner.query(
      `UPDATE idempotency_key SET status_code = NULL, response_body = NULL, settled_at = NULL WHERE status_code = 202`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE idempotency_key DROP COLUMN holder`);
  }
}
