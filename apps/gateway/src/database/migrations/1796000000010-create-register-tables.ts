import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The bank's registers, line by line, and where they differ from our books. */
export class CreateRegisterTables1796000000010 implements MigrationInterface {
  readonly name = 'CreateRegisterTables1796000000010';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX operation_created_at');
    await runner.query('DROP TABLE reconciliation_break, register_bad_line, register_line, register');
  }
}

const TABLES = [
  // `reading`: its lines arrive and count nowhere yet · `taken` · `replaced`: another file has all of its days.
  `CREATE TABLE register (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    name text,
    status text NOT NULL DEFAULT 'reading' CHECK (status IN ('reading', 'taken', 'replaced')),
    digest bytea,
    encoding text,
    separator text,
    amount_unit text NOT NULL,
    from_day date,
    to_day date,
    lines integer NOT NULL DEFAULT 0,
    bad_lines integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    taken_at timestamptz,
    replaced_at timestamptz,
    PRIMARY KEY (merchant_account_id, id)
  )`,
  `CREATE UNIQUE INDEX register_digest ON register (merchant_account_id, digest) WHERE status = 'taken'`,
  `CREATE INDEX register_by_number ON register (merchant_account_id, number)`,
  // Of a line only what is compared is kept: no card, no name, and of the comment the ids of ours. `fee`: ten-thousandths
  // of a kopiyka. `booked_id`: the operation that it was matched with.
  `CREATE TABLE register_line (
    merchant_account_id text COLLATE "C" NOT NULL,
    register_id text COLLATE "C" NOT NULL,
    line integer NOT NULL,
    is_live boolean NOT NULL DEFAULT false,
    terminal text NOT NULL,
    day date NOT NULL,
    processed_at timestamptz NOT NULL,
    operation_id text,
    rrn text,
    our_ids text[] NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    is_outgoing boolean NOT NULL,
    fee bigint,
    currency text NOT NULL,
    succeeded boolean NOT NULL,
    booked_id text COLLATE "C",
    PRIMARY KEY (merchant_account_id, register_id, line),
    FOREIGN KEY (merchant_account_id, register_id) REFERENCES register (merchant_account_id, id) ON DELETE CASCADE
  )`,
  `CREATE INDEX register_line_day ON register_line (merchant_account_id, day) WHERE is_live`,
  `CREATE INDEX register_line_booked ON register_line (merchant_account_id, booked_id) WHERE booked_id IS NOT NULL`,
  `CREATE TABLE register_bad_line (
    merchant_account_id text COLLATE "C" NOT NULL,
    register_id text COLLATE "C" NOT NULL,
    line integer NOT NULL,
    problem text NOT NULL,
    PRIMARY KEY (merchant_account_id, register_id, line),
    FOREIGN KEY (merchant_account_id, register_id) REFERENCES register (merchant_account_id, id) ON DELETE CASCADE
  )`,
  // `open` · `resolved`: by a person, with a note · `settled`: a later look found both books equal. `break_key` says what it is
  // about and what it found, so that the same is never told twice. Sums in kopiyky.
  `CREATE TABLE reconciliation_break (
    merchant_account_id text COLLATE "C" NOT NULL REFERENCES merchant_account (id),
    id text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    break_key text COLLATE "C" NOT NULL,
    type text NOT NULL,
    source text NOT NULL CHECK (source IN ('register', 'bank')),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved', 'settled')),
    register_id text COLLATE "C",
    line integer,
    payment_id text COLLATE "C",
    operation_id text COLLATE "C",
    bank_operation_id text,
    rrn text,
    ours bigint,
    theirs bigint,
    at_risk bigint NOT NULL CHECK (at_risk >= 0),
    note text,
    seen_in text NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    checked_at timestamptz NOT NULL DEFAULT now(),
    deadline_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (merchant_account_id, id),
    CHECK ((status = 'open') = (ended_at IS NULL)),
    CHECK (status <> 'resolved' OR note IS NOT NULL)
  )`,
  `CREATE UNIQUE INDEX reconciliation_break_key ON reconciliation_break (merchant_account_id, break_key)`,
  `CREATE INDEX reconciliation_break_open ON reconciliation_break (merchant_account_id, number) WHERE status = 'open'`,
  `CREATE INDEX reconciliation_break_list ON reconciliation_break (merchant_account_id, number)`,
  // Rows come in the order of time, so that a day of them is found without an index of every row.
  `CREATE INDEX operation_created_at ON operation USING brin (created_at)`,
];
