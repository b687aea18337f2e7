import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Whose pages may show the card fields of an account. */
export class NameShopOrigins1796000000046 implements MigrationInterface {
  readonly name = 'NameShopOrigins1796000000046';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE merchant_account ADD COLUMN shop_origins text[]');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE merchant_account DROP COLUMN shop_origins');
  }
}
