import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What one API key may send with one payout. */
export class LimitPayouts1796000000014 implements MigrationInterface {
  readonly name = 'LimitPayouts1796000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_key ADD COLUMN payout_limit bigint CHECK (payout_limit > 0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_key DROP COLUMN payout_limit');
  }
}
