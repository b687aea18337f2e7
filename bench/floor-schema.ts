/** The three rows that the API promises to keep, with the keys they need and nothing else. */
export const FLOOR_SCHEMA = `
  CREATE TABLE payment (
    id text PRIMARY KEY, status text NOT NULL, amount bigint NOT NULL, currency text NOT NULL, return_url text NOT NULL,
    reference text, description text, customer jsonb NOT NULL, bank_order_id text, redirect_url text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE operation (
    id text PRIMARY KEY, payment_id text NOT NULL REFERENCES payment, status text NOT NULL, amount bigint NOT NULL,
    merchant_request_id text NOT NULL UNIQUE);
  CREATE TABLE idempotency_key (
    key text PRIMARY KEY, payment_id text NOT NULL, status_code integer, response_body text)`;

/** One statement is one transaction and one round trip: fewer there cannot be. */
export const INSERT_PAYMENT = {
  name: 'insert-payment',
  text: `WITH
    claimed AS (INSERT INTO idempotency_key (key, payment_id) VALUES ($1, $2)),
    paid AS (INSERT INTO payment (id, status, amount, currency, return_url, reference, description, customer)
      VALUES ($2, 'created', $3, $4, $5, $6, $7, $8) RETURNING created_at),
    started AS (INSERT INTO operation (id, payment_id, status, amount, merchant_request_id)
      VALUES ($9, $2, 'sending', $3, $10))
    SELECT created_at FROM paid`,
};

export const UPDATE_PAYMENT = {
  name: 'update-payment',
  text: `WITH
    paid AS (UPDATE payment SET status = 'requires_action', bank_order_id = $3, redirect_url = $4, updated_at = now()
      WHERE id = $2),
    started AS (UPDATE operation SET status = 'action_required' WHERE id = $5)
    UPDATE idempotency_key SET status_code = 201, response_body = $6 WHERE key = $1`,
};
