import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What a payment needs to be followed past its end, and a number that says which of its operations is the latest. */
export class FollowPaymentsToTheEnd1795710000000 implements MigrationInterface {
  readonly name = 'FollowPaymentsToTheEnd1795710000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...COLUMNS, ...BACKLOG, ...SUMS, ADD_MOVES]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM state_transition WHERE ${NEW_MOVES}`);
    await runner.query(`ALTER TABLE payment DROP CONSTRAINT payment_amount_refunded_check`);
    await runner.query(
      `ALTER TABLE payment ADD CONSTRAINT payment_check2 CHECK (amount_refunded BETWEEN 0 AND amount_captured) NOT VALID`,
    );
    await runner.query(
      `ALTER TABLE payment DROP COLUMN flags, DROP COLUMN shown, DROP COLUMN incomplete_at, DROP COLUMN gone_at,
         DROP COLUMN ended_at`,
    );
    await runner.query(`ALTER TABLE operation DROP COLUMN number`);
  }
}

const COLUMNS = [
  `ALTER TABLE payment
     ADD COLUMN flags jsonb NOT NULL DEFAULT '{}',
     ADD COLUMN shown text CONSTRAINT payment_shown_check CHECK (shown IN ('live', 'success')),
     ADD COLUMN incomplete_at timestamptz,
     ADD COLUMN gone_at timestamptz,
     ADD COLUMN ended_at timestamptz`,
  `ALTER TABLE operation ADD COLUMN number integer`,
  // Until now the id decided, so that it is the best there is for what exists.
  `UPDATE operation o SET number = n.number
   FROM (SELECT merchant_account_id, id,
                row_number() OVER (PARTITION BY merchant_account_id, payment_id ORDER BY id) AS number
         FROM operation) n
   WHERE n.merchant_account_id = o.merchant_account_id AND n.id = o.id`,
  `ALTER TABLE operation ALTER COLUMN number SET NOT NULL`,
  `CREATE UNIQUE INDEX operation_number ON operation (merchant_account_id, payment_id, number)`,
];

/** Payments from before: what may have been shown is taken as shown, and the bank is asked again, spread over a day. */
const BACKLOG = [
  `UPDATE payment p SET shown = 'live'
   WHERE status IN ('requires_action', 'processing', 'needs_review')
     AND EXISTS (SELECT 1 FROM outbox_event e
                 WHERE e.merchant_account_id = p.merchant_account_id AND e.payment_id = p.id
                   AND e.type IN ('payment.processing', 'payment.needs_review'))`,
  `UPDATE payment SET ended_at = updated_at WHERE status IN ('authorized', 'succeeded', 'failed', 'expired', 'canceled')`,
  `UPDATE payment SET next_sync_at = now() + random() * interval '1 day'
   WHERE next_sync_at IS NULL AND bank_order_id IS NOT NULL AND updated_at > now() - interval '90 days'`,
];

/** What the bank reports is recorded also when it breaks our sums. */
const SUMS = [
  `ALTER TABLE payment DROP CONSTRAINT payment_check2`,
  `ALTER TABLE payment ADD CONSTRAINT payment_amount_refunded_check CHECK (amount_refunded >= 0)`,
];

const ADD_MOVES = `INSERT INTO state_transition VALUES
  ('payment', 'failed', 'authorized'), ('payment', 'expired', 'authorized'),
  ('payment', 'canceled', 'authorized'), ('payment', 'canceled', 'succeeded')`;

const NEW_MOVES = `kind = 'payment' AND (from_status = 'canceled' OR (from_status IN ('failed', 'expired') AND to_status = 'authorized'))`;
