import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What decides whether a refund may be sent again, and what may still end one that was given up. */
export class RememberWhatRefundsShowed1795713600000 implements MigrationInterface {
  readonly name = 'RememberWhatRefundsShowed1795713600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [COLUMNS, ...BACKLOG, MOVES]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DELETE FROM state_transition WHERE kind = 'operation'
         AND (from_status, to_status) IN (('rejected', 'succeeded'), ('abandoned', 'succeeded'), ('needs_review', 'sending'))`,
    );
    await runner.query(
      `ALTER TABLE operation DROP COLUMN sends, DROP COLUMN unsent, DROP COLUMN known_at, DROP COLUMN refusal_code,
         DROP COLUMN not_founds`,
    );
  }
}

const COLUMNS = `ALTER TABLE operation
  ADD COLUMN sends integer NOT NULL DEFAULT 1,
  ADD COLUMN unsent boolean NOT NULL DEFAULT false,
  ADD COLUMN known_at timestamptz,
  ADD COLUMN refusal_code text,
  ADD COLUMN not_founds integer NOT NULL DEFAULT 0`;

/** Of refunds from before nobody knows what the bank has shown, so it counts as shown: absence ends none of them. */
const BACKLOG = [
  `UPDATE operation SET known_at = updated_at, not_found_at = NULL WHERE type = 'refund'`,
  // What waited for a person was not asked for any more.
  `UPDATE operation SET next_query_at = now() + random() * interval '1 hour'
   WHERE type = 'refund' AND status = 'needs_review' AND next_query_at IS NULL`,
];

const MOVES = `INSERT INTO state_transition VALUES
  ('operation', 'rejected', 'succeeded'), ('operation', 'abandoned', 'succeeded'),
  ('operation', 'needs_review', 'sending')`;
