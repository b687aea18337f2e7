import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Cards that the bank keeps for a customer of the merchant, and the payments that are about one of them. */
export class CreateSavedCards1796000000030 implements MigrationInterface {
  readonly name = 'CreateSavedCards1796000000030';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE payment DROP COLUMN saved_card_id');
    await runner.query('DROP TABLE saved_card');
  }
}

const TABLES = [
  // `token_digest` tells whether we have the bank's token of a card, also once the token itself is forgotten.
  `CREATE TABLE saved_card (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    customer_digest bytea NOT NULL,
    bank_merchant_id text COLLATE "C" NOT NULL,
    token_sealed text,
    token_digest bytea NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'suspended', 'expired', 'deleted')),
    card_mask text,
    scheme text,
    origin text NOT NULL CHECK (origin IN ('payment', 'verification', 'api')),
    payment_id text COLLATE "C",
    livemode boolean NOT NULL,
    event_sequence integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id),
    FOREIGN KEY (merchant_account_id, bank_merchant_id) REFERENCES terminal (merchant_account_id, bank_merchant_id),
    CHECK ((token_sealed IS NULL) = (status = 'deleted'))
  )`,
  // The bank's word for a card is adopted once.
  `CREATE UNIQUE INDEX saved_card_token ON saved_card (merchant_account_id, customer_digest, token_digest)`,
  `CREATE INDEX saved_card_of_customer ON saved_card (merchant_account_id, customer_digest, number)`,
  `ALTER TABLE payment ADD COLUMN saved_card_id text COLLATE "C"`,
];
