import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Nights in which the bank is asked about a day of an account, where there is no register. */
export class CreateBankSweeps1796000000022 implements MigrationInterface {
  readonly name = 'CreateBankSweeps1796000000022';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE bank_sweep');
  }
}

const UP = [
  // `after_number`: payments up to it are done. `lease`: who works on it; every batch is written down by its holder alone.
  `CREATE TABLE bank_sweep (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    day date NOT NULL,
    after_number bigint NOT NULL DEFAULT 0,
    asked integer NOT NULL DEFAULT 0,
    unanswered integer NOT NULL DEFAULT 0,
    breaks integer NOT NULL DEFAULT 0,
    lease text,
    lease_until timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    PRIMARY KEY (merchant_account_id, day)
  )`,
  `CREATE INDEX bank_sweep_due ON bank_sweep (lease_until) WHERE done_at IS NULL`,
  `CREATE INDEX reconciliation_break_of_payment ON reconciliation_break (merchant_account_id, payment_id)
     WHERE status = 'open' AND source = 'bank'`,
];
