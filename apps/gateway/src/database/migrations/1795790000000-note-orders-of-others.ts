import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** An order of our id that we never sent, and the order that a callback names. */
export class NoteOrdersOfOthers1795790000000 implements MigrationInterface {
  readonly name = 'NoteOrdersOfOthers1795790000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE operation ADD COLUMN known_elsewhere_at timestamptz`);
    await runner.query(`ALTER TABLE payment ADD COLUMN named_order_id text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE operation DROP COLUMN known_elsewhere_at`);
    await runner.query(`ALTER TABLE payment DROP COLUMN named_order_id`);
  }
}
