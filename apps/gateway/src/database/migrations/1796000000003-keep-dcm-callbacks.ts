import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What DCM tells a bank or a merchant, the request tokens that it has used up, and whose data other banks may ask for. */
export class KeepDcmCallbacks1796000000003 implements MigrationInterface {
  readonly name = 'KeepDcmCallbacks1796000000003';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dcm_callback, dcm_used_token, dcm_receiver');
  }
}

const TABLES = [
  `CREATE TABLE dcm_callback (
    counterparty_guid text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    subject text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    body_sealed text NOT NULL,
    deliveries integer NOT NULL DEFAULT 1,
    differing integer NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL DEFAULT now(),
    next_attempt_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    outcome text,
    settled_at timestamptz,
    PRIMARY KEY (counterparty_guid, id)
  )`,
  `CREATE UNIQUE INDEX dcm_callback_once ON dcm_callback (counterparty_guid, kind, subject)`,
  `CREATE INDEX dcm_callback_due ON dcm_callback (next_attempt_at) WHERE next_attempt_at IS NOT NULL`,
  `CREATE INDEX dcm_callback_age ON dcm_callback (received_at)`,
  `CREATE TABLE dcm_used_token (
    counterparty_guid text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (counterparty_guid, digest)
  )`,
  `CREATE TABLE dcm_receiver (
    counterparty_guid text COLLATE "C" NOT NULL REFERENCES dcm_counterparty (guid),
    id text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    data_sealed text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    PRIMARY KEY (counterparty_guid, id)
  )`,
  `CREATE UNIQUE INDEX dcm_receiver_account ON dcm_receiver (counterparty_guid, account)`,
];
