import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Addresses that a merchant hands out, and the payments that were made by them. */
export class CreatePaymentLinks1796000000013 implements MigrationInterface {
  readonly name = 'CreatePaymentLinks1796000000013';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE payment DROP COLUMN link_id');
    await runner.query('DROP TABLE payment_link');
  }
}

const TABLES = [
  // What a payment by it is asked for with never changes; whether it may be used does.
  `CREATE TABLE payment_link (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    usage text NOT NULL CHECK (usage IN ('reusable', 'single')),
    active boolean NOT NULL DEFAULT true,
    livemode boolean NOT NULL,
    kind text NOT NULL,
    method text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    reference text,
    description text,
    return_url text,
    language text NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    page jsonb NOT NULL DEFAULT '{}',
    hold_hours integer,
    expires_in_minutes integer NOT NULL,
    expires_at timestamptz,
    event_sequence integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id)
  )`,
  // The address names the link alone.
  `CREATE UNIQUE INDEX payment_link_id ON payment_link (id)`,
  `CREATE INDEX payment_link_by_number ON payment_link (merchant_account_id, number)`,
  `ALTER TABLE payment ADD COLUMN link_id text COLLATE "C"`,
  `CREATE INDEX payment_by_link ON payment (merchant_account_id, link_id, number) WHERE link_id IS NOT NULL`,
];
