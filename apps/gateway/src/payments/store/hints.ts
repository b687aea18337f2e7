import { sql, type Sql } from '../../database/sql.js';
import { FOLLOW_UP_KINDS } from '../domain/operation.js';
import { HINTED_OPERATIONS } from '../domain/statuses.js';

/** What a callback says, as far as it matters; it proves nothing. */
export interface Told {
  readonly showsAttempt: boolean;
  readonly orderId: string | undefined;
}

const NOTHING: Told = { showsAttempt: false, orderId: undefined };

/** Names of orders that are kept to be asked for: anybody who learns the address can send callbacks. */
const NAMED_ORDERS = 5;

/** Whether a callback names an order that the payment does not have. */
export const isNewOrder = ({ orderId }: Told): Sql => sql`(
  ${orderId}::text IS NOT NULL AND NOT ${orderId}::text = ANY(payment.named_order_ids) AND NOT EXISTS (
    SELECT FROM operation o WHERE o.merchant_account_id = payment.merchant_account_id AND o.subject_id = payment.id
      AND o.bank_order_id = ${orderId}::text))`;

/** SET of a payment: that somebody tried to pay, which forbids to call its order untouched, and an order that may be ours. */
export function noted(told: Told, where: Sql = sql`true`): Sql {
  const names = sql`payment.named_order_ids || ${told.orderId}::text`;
  return sql`
    shown = CASE WHEN ${told.showsAttempt}::boolean AND ${where} THEN coalesce(payment.shown, 'live') ELSE payment.shown END,
    named_order_ids = CASE WHEN ${isNewOrder(told)} AND ${where}
      THEN (${names})[cardinality(${names}) - ${NAMED_ORDERS - 1}::int :] ELSE payment.named_order_ids END`;
}

/**
 * Parts of a WITH: something may have happened at the bank, so that the payments of `subjects` and what acts on them are
 * asked for now, and a few times more if nothing is final yet. The payment is locked first, as everywhere.
 * @param subjects a row source with `merchant_account_id`, `subject_id`, and `is_new` where somebody says something new
 */
export const hintSubjects = (subjects: Sql, told: Told = NOTHING): Sql => sql`
  hinted AS (
    UPDATE payment SET hint_queries = 1, next_sync_at = now(), ${noted(told, sql`s.is_new`)} FROM ${subjects} AS s
    WHERE payment.merchant_account_id = s.merchant_account_id AND payment.id = s.subject_id
    RETURNING payment.merchant_account_id, payment.id),
  hinted_operations AS (
    UPDATE operation SET queries = 0, next_query_at = now() FROM hinted AS h
    WHERE operation.merchant_account_id = h.merchant_account_id AND operation.subject_id = h.id
      AND operation.kind = ANY(${FOLLOW_UP_KINDS}::text[]) AND operation.status = ANY(${HINTED_OPERATIONS}::text[]))`;
