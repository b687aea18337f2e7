import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Indexes on the time alone, beside those on account and time. Beside an account (or an endpoint) to whom much is due, the
 * planner took them for the turn of every other one, too, and read the whole backlog to find nothing.
 */
export class DropDueIndexesOfAll1796000000019 implements MigrationInterface {
  readonly name = 'DropDueIndexesOfAll1796000000019';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX payment_due, operation_due, callback_inbox_due, webhook_delivery_overdue');
    // For the gauge: by an expression, which no claim names.
    await runner.query(`CREATE INDEX webhook_delivery_overdue ON webhook_delivery ((next_attempt_at AT TIME ZONE 'UTC'))
      WHERE next_attempt_at IS NOT NULL`);
    // The same for the registers' look at a day: a list of refunds by date was read by it, and read every row.
    await runner.query('DROP INDEX operation_created_at');
    await runner.query(`CREATE INDEX operation_created_at ON operation USING brin ((created_at AT TIME ZONE 'UTC'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX webhook_delivery_overdue, operation_created_at');
    await runner.query('CREATE INDEX operation_created_at ON operation USING brin (created_at)');
    for (const [name, table, column] of DROPPED) {
      await runner.query(`CREATE INDEX ${name} ON ${table} (${column}) WHERE ${column} IS NOT NULL`);
    }
  }
}

const DROPPED = [
  ['payment_due', 'payment', 'next_sync_at'],
  ['operation_due', 'operation', 'next_query_at'],
  ['callback_inbox_due', 'callback_inbox', 'next_attempt_at'],
  ['webhook_delivery_overdue', 'webhook_delivery', 'next_attempt_at'],
] as const;
