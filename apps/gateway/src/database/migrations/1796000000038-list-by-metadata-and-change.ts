import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * More that payments and refunds are listed by. Triggers keep it, so that no statement can forget it; where there is
 * nothing to keep, they do not run.
 */
export class ListByMetadataAndChange1796000000038 implements MigrationInterface {
  readonly name = 'ListByMetadataAndChange1796000000038';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...METADATA, ...CHANGES, ...REFUNDS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

/**
 * A row for each entry, found by its digest in the order of the list: an index of the whole document would have to read
 * and sort all payments that share an entry.
 */
const METADATA = [
  `CREATE FUNCTION metadata_digest(key text, value text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN substring(sha256(convert_to(jsonb_build_array(key, value)::text, 'UTF8')) FOR 16)`,
  `CREATE TABLE payment_metadata (
    merchant_account_id text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (merchant_account_id, digest, number)
  )`,
  `CREATE FUNCTION index_metadata() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP <> 'INSERT' THEN
      DELETE FROM payment_metadata m USING jsonb_each_text(OLD.metadata) e
      WHERE m.merchant_account_id = OLD.merchant_account_id AND m.digest = metadata_digest(e.key, e.value)
        AND m.number = OLD.number;
    END IF;
    IF TG_OP <> 'DELETE' THEN
      INSERT INTO payment_metadata (merchant_account_id, digest, number)
      SELECT NEW.merchant_account_id, metadata_digest(e.key, e.value), NEW.number FROM jsonb_each_text(NEW.metadata) e;
    END IF;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER payment_metadata_new AFTER INSERT ON payment
    FOR EACH ROW WHEN (NEW.metadata <> '{}') EXECUTE FUNCTION index_metadata()`,
  `CREATE TRIGGER payment_metadata_changed AFTER UPDATE OF metadata ON payment
    FOR EACH ROW WHEN (OLD.metadata <> NEW.metadata) EXECUTE FUNCTION index_metadata()`,
  `CREATE TRIGGER payment_metadata_gone AFTER DELETE ON payment
    FOR EACH ROW WHEN (OLD.metadata <> '{}') EXECUTE FUNCTION index_metadata()`,
  `INSERT INTO payment_metadata (merchant_account_id, digest, number)
   SELECT merchant_account_id, metadata_digest(e.key, e.value), number FROM payment, jsonb_each_text(metadata) e`,
];

/** When somebody who reads it through the API last saw a change; `updated_at` moves with every look at the bank, too. */
const CHANGES = [
  `ALTER TABLE payment ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now()`,
  `ALTER TABLE operation ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now()`,
  `UPDATE payment SET changed_at = updated_at`,
  `UPDATE operation SET changed_at = updated_at`,
  `CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.changed_at := CASE WHEN NEW.updated_at IS DISTINCT FROM OLD.updated_at THEN NEW.updated_at ELSE now() END;
    RETURN NEW;
  END $$`,
  // A hold shows what was begun on it. A refund is shown by itself, and leaves the payment as it is until it is done.
  `CREATE TRIGGER payment_change BEFORE UPDATE ON payment
    FOR EACH ROW WHEN (
      (OLD.status, OLD.amount_authorized, OLD.amount_captured, OLD.amount_refunded, OLD.failure_code,
       OLD.failure_message, OLD.flags, OLD.expires_at, OLD.hold_expires_at, OLD.receipt, OLD.metadata)
      IS DISTINCT FROM
      (NEW.status, NEW.amount_authorized, NEW.amount_captured, NEW.amount_refunded, NEW.failure_code,
       NEW.failure_message, NEW.flags, NEW.expires_at, NEW.hold_expires_at, NEW.receipt, NEW.metadata)
      OR (NEW.kind = 'authorization' AND OLD.event_sequence <> NEW.event_sequence)
    ) EXECUTE FUNCTION note_change()`,
  `CREATE TRIGGER operation_change BEFORE UPDATE ON operation
    FOR EACH ROW WHEN (
      (OLD.status, OLD.amount, OLD.failure_code, OLD.failure_message)
      IS DISTINCT FROM (NEW.status, NEW.amount, NEW.failure_code, NEW.failure_message)
    ) EXECUTE FUNCTION note_change()`,
  // What is in the hands of a request is not there yet, and its index entry comes once, with what the bank said.
  `CREATE INDEX payment_by_change ON payment (merchant_account_id, changed_at, number) WHERE status <> 'created'`,
  `CREATE INDEX operation_refund_by_change ON operation (merchant_account_id, changed_at, number)
     WHERE kind = 'refund' AND status <> 'sending'`,
];

/** Most refunds succeed: those are found among all, the others by themselves. */
const REFUNDS = [
  `CREATE INDEX operation_refund_by_status ON operation (merchant_account_id, status, number)
     WHERE kind = 'refund' AND status <> 'succeeded'`,
];

const DOWN = [
  `DROP INDEX operation_refund_by_status`,
  `DROP TRIGGER operation_change ON operation`,
  `DROP TRIGGER payment_change ON payment`,
  `ALTER TABLE operation DROP COLUMN changed_at`,
  `ALTER TABLE payment DROP COLUMN changed_at`,
  `DROP TRIGGER payment_metadata_gone ON payment`,
  `DROP TRIGGER payment_metadata_changed ON payment`,
  `DROP TRIGGER payment_metadata_new ON payment`,
  `DROP TABLE payment_metadata`,
  `DROP FUNCTION note_change, index_metadata, metadata_digest`,
];
