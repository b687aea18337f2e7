import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Every key begins with the counterparty. A counterparty of DCM is a bank with its own employees, customers and keys; a
 * merchant account is a shop's contract at an acquirer. Neither owns the other, and each exists without the other.
 */
export class CreateDcmTables1796000000002 implements MigrationInterface {
  readonly name = 'CreateDcmTables1796000000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...ACCESS, ...KEYS, ...RECORDS, ...LEGAL_MOVES]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE dcm_issued_token, dcm_decision, dcm_signing_key, dcm_rule, dcm_object, dcm_subject, dcm_counterparty',
    );
    await runner.query(`DELETE FROM state_transition WHERE kind = 'dcm_signing_key'`);
  }
}

const ACCESS = [
  `CREATE TABLE dcm_counterparty (
    guid text COLLATE "C" NOT NULL,
    lease_epoch integer NOT NULL DEFAULT 0,
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    failures integer NOT NULL DEFAULT 0,
    retry_at timestamptz NOT NULL DEFAULT '-infinity',
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (guid)
  )`,
  `CREATE TABLE dcm_subject (
    counterparty_guid text COLLATE "C" NOT NULL REFERENCES dcm_counterparty (guid),
    id text COLLATE "C" NOT NULL CHECK (id <> '*'),
    kind text NOT NULL CHECK (kind IN ('employee', 'technical')),
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    PRIMARY KEY (counterparty_guid, id)
  )`,
  `CREATE TABLE dcm_object (
    counterparty_guid text COLLATE "C" NOT NULL REFERENCES dcm_counterparty (guid),
    id text COLLATE "C" NOT NULL,
    login text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    key_sealed text NOT NULL,
    profile_sealed text,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    PRIMARY KEY (counterparty_guid, id)
  )`,
  `CREATE UNIQUE INDEX dcm_object_login ON dcm_object (counterparty_guid, login)`,
  `CREATE UNIQUE INDEX dcm_object_external_id ON dcm_object (counterparty_guid, external_id)`,
  `CREATE TABLE dcm_rule (
    counterparty_guid text COLLATE "C" NOT NULL REFERENCES dcm_counterparty (guid),
    id text COLLATE "C" NOT NULL,
    subject_id text COLLATE "C" NOT NULL,
    flow text NOT NULL CHECK (flow IN ('sign-in', 'sign-up', 'sign-up-processing', 'sign-up-emission')),
    object_id text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (counterparty_guid, id)
  )`,
  `CREATE UNIQUE INDEX dcm_rule_once ON dcm_rule (counterparty_guid, subject_id, flow, object_id)`,
];

const KEYS = [
  `CREATE TABLE dcm_signing_key (
    counterparty_guid text COLLATE "C" NOT NULL REFERENCES dcm_counterparty (guid),
    id text COLLATE "C" NOT NULL,
    slot text NOT NULL CHECK (slot IN ('A', 'B')),
    record_guid text,
    private_sealed text,
    public_jwk jsonb NOT NULL,
    status text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    signing_at timestamptz,
    retiring_at timestamptz,
    retired_at timestamptz,
    PRIMARY KEY (counterparty_guid, id),
    CHECK (private_sealed IS NOT NULL OR status = 'retired')
  )`,
  `CREATE UNIQUE INDEX dcm_signing_key_signing ON dcm_signing_key (counterparty_guid) WHERE status = 'signing'`,
  `CREATE UNIQUE INDEX dcm_signing_key_coming ON dcm_signing_key (counterparty_guid) WHERE status IN ('staged', 'published')`,
];

const RECORDS = [
  `CREATE TABLE dcm_decision (
    counterparty_guid text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    call text,
    subject text,
    flow text,
    object text,
    token text,
    allowed boolean NOT NULL,
    reason text,
    times integer NOT NULL DEFAULT 1,
    PRIMARY KEY (counterparty_guid, id)
  )`,
  `CREATE INDEX dcm_decision_age ON dcm_decision (at)`,
  `CREATE TABLE dcm_issued_token (
    counterparty_guid text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (counterparty_guid, digest)
  )`,
];

/** The moves themselves are written from the code's own table, see `legal-moves.ts`. */
const LEGAL_MOVES = [
  `CREATE TRIGGER dcm_signing_key_legal_move BEFORE UPDATE OF status ON dcm_signing_key
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION enforce_state_transition()`,
];
