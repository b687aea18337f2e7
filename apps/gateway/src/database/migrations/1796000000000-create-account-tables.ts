import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Merchant accounts, what lets us speak to their bank, and what belongs to the installation as a whole. */
export class CreateAccountTables1796000000000 implements MigrationInterface {
  readonly name = 'CreateAccountTables1796000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...ACCOUNTS, ...SESSIONS, ...INSTALLATION]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE readiness_probe, kek, audit_entry, session_renewal, bank_session, client_key, api_key, terminal,
         merchant_account`,
    );
  }
}

const ACCOUNTS = [
  `CREATE TABLE merchant_account (
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    environment text NOT NULL CHECK (environment IN ('test', 'live')),
    base_url text NOT NULL,
    bank_merchant_id text NOT NULL,
    a2a_merchant_id text,
    service_code_sealed text NOT NULL,
    account_secret_sealed text NOT NULL,
    payment_key jsonb,
    protocol_version text NOT NULL DEFAULT '1.0' CHECK (protocol_version IN ('1.0', '2.0')),
    payment_types text[] NOT NULL DEFAULT '{hosted_page}',
    provisioned_mark text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id)
  )`,
  `CREATE UNIQUE INDEX merchant_account_terminal ON merchant_account (base_url, bank_merchant_id)`,
  // Every terminal that an account has or had. What was begun on one is finished on it.
  `CREATE TABLE terminal (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    bank_merchant_id text COLLATE "C" NOT NULL,
    purpose text NOT NULL DEFAULT 'card' CHECK (purpose IN ('card', 'a2a', 'payout')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, bank_merchant_id)
  )`,
  `CREATE TABLE api_key (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    hint text NOT NULL,
    name text,
    scopes text[] NOT NULL,
    addresses text[],
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX api_key_hash ON api_key (hash)`,
  `CREATE TABLE client_key (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    key_sealed text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'standby', 'retired')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX client_key_active ON client_key (merchant_account_id) WHERE status = 'active'`,
];

const SESSIONS = [
  `CREATE TABLE bank_session (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    version integer NOT NULL DEFAULT 0,
    session_sealed text,
    obtained_at timestamptz,
    expires_at timestamptz,
    published_at timestamptz,
    renewal_epoch integer NOT NULL DEFAULT 0,
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    failures integer NOT NULL DEFAULT 0,
    retry_at timestamptz NOT NULL DEFAULT '-infinity',
    last_error text,
    renewal_tokens double precision NOT NULL DEFAULT 5,
    tokens_counted_at timestamptz NOT NULL DEFAULT now(),
    undecryptable integer NOT NULL DEFAULT 0,
    undecryptable_at timestamptz,
    blocked_by text CHECK (blocked_by IN ('bank', 'operator')),
    blocked_reason text,
    blocked_at timestamptz,
    probe_at timestamptz,
    PRIMARY KEY (merchant_account_id)
  )`,
  `CREATE TABLE session_renewal (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    epoch integer NOT NULL,
    cause text NOT NULL CHECK (cause IN ('proactive', 'reactive')),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    outcome text,
    PRIMARY KEY (merchant_account_id, epoch)
  )`,
  `CREATE INDEX session_renewal_recent ON session_renewal (merchant_account_id, started_at)`,
];

/** Of the installation as a whole. */
const INSTALLATION = [
  `CREATE TABLE audit_entry (
    merchant_account_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    detail jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE INDEX audit_entry_newest ON audit_entry (at)`,
  `CREATE TABLE kek (
    id text COLLATE "C" NOT NULL,
    fingerprint text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (id)
  )`,
  `CREATE TABLE readiness_probe (
    only_row boolean NOT NULL DEFAULT true CHECK (only_row),
    written_at timestamptz NOT NULL,
    PRIMARY KEY (only_row)
  )`,
];
