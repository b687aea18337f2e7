import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Work that waits for a bank session, and the tokens that renewals after a refusal draw on. */
export class AddSessionWaiting1795685400000 implements MigrationInterface {
  readonly name = 'AddSessionWaiting1795685400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE bank_session
         ADD renewal_tokens double precision NOT NULL DEFAULT 5,
         ADD tokens_counted_at timestamptz NOT NULL DEFAULT now(),
         ADD published_at timestamptz,
         ADD undecryptable integer NOT NULL DEFAULT 0,
         ADD undecryptable_at timestamptz`,
    );
    for (const table of ['operation', 'payment']) {
      await runner.query(`ALTER TABLE ${table} ADD session_awaited_at timestamptz`);
      await runner.query(
        `CREATE INDEX ${table}_awaits_session ON ${table} (merchant_account_id) WHERE session_awaited_at IS NOT NULL`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['operation', 'payment']) {
      await runner.query(`DROP INDEX ${table}_awaits_session`);
      await runner.query(`ALTER TABLE ${table} DROP session_awaited_at`);
    }
    await runner.query(
      `ALTER TABLE bank_session
         DROP renewal_tokens, DROP tokens_counted_at, DROP published_at, DROP undecryptable, DROP undecryptable_at`,
    );
  }
}
