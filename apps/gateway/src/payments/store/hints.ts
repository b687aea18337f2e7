import { sql, type Sql } from '../../database/sql.js';
import { FOLLOW_UP_KINDS } from '../domain/operation.js';
import { HINTED_OPERATIONS } from '../domain/statuses.js';

/**
 * Parts of a WITH: something may have happened at the bank, so that the payments of `subjects` and what acts on them are
 * asked for now, and a few times more if nothing is final yet. The payment is locked first, as everywhere.
 * @param subjects a row source with `merchant_account_id` and `subject_id`
 */
export const hintSubjects = (subjects: Sql): Sql => sql`
  hinted AS (
    UPDATE payment SET hint_queries = 1, next_sync_at = now() FROM ${subjects} AS s
    WHERE payment.merchant_account_id = s.merchant_account_id AND payment.id = s.subject_id
    RETURNING payment.merchant_account_id, payment.id),
  hinted_operations AS (
    UPDATE operation SET queries = 0, next_query_at = now() FROM hinted AS h
    WHERE operation.merchant_account_id = h.merchant_account_id AND operation.subject_id = h.id
      AND operation.kind = ANY(${FOLLOW_UP_KINDS}::text[]) AND operation.status = ANY(${HINTED_OPERATIONS}::text[]))`;
