import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** An operation is judged by the terminal that it was begun on, whatever its account says later. */
export class PinOperationTerminal1795700100000 implements MigrationInterface {
  readonly name = 'PinOperationTerminal1795700100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE operation ADD COLUMN bank_merchant_id text`);
    await runner.query(
      `UPDATE operation SET bank_merchant_id = account.bank_merchant_id
       FROM merchant_account AS account WHERE account.id = operation.merchant_account_id`,
    );
    await runner.query(`ALTER TABLE operation ALTER COLUMN bank_merchant_id SET NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE operation DROP COLUMN bank_merchant_id`);
  }
}
