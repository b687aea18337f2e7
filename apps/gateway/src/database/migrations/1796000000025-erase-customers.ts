import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** A payment whose customer was erased stays so, whatever the bank shows of it later. */
export class EraseCustomers1796000000025 implements MigrationInterface {
  readonly name = 'EraseCustomers1796000000025';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER payment_stays_erased ON payment');
    await runner.query('DROP FUNCTION keep_erased');
    await runner.query('ALTER TABLE payment DROP COLUMN erased_at');
  }
}

const UP = [
  `ALTER TABLE payment ADD COLUMN erased_at timestamptz`,
  `CREATE INDEX payment_erased ON payment (merchant_account_id, id) WHERE erased_at IS NOT NULL`,
  // The bank is asked again for 90 days after the end, and then shows the card.
  `CREATE FUNCTION keep_erased() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.customer_sealed := NULL;
    NEW.customer_digest := NULL;
    NEW.receipt := NEW.receipt - 'cardMask' - 'receiptUrl';
    RETURN NEW;
  END $$`,
  `CREATE TRIGGER payment_stays_erased BEFORE UPDATE ON payment
    FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION keep_erased()`,
];
