import { sql, type Sql } from '../../database/sql.js';

/**
 * Part of a WITH: something may have happened at the bank, so that the subscriptions of `subjects` are looked at now, and a few
 * times more if nothing is final yet.
 * @param subjects a row source with `merchant_account_id` and `subject_id`
 */
export const hintSubscriptions = (subjects: Sql): Sql => sql`
  hinted_subscriptions AS (
    UPDATE subscription SET next_look_at = now(), looks = 0 FROM ${subjects} AS h
    WHERE subscription.merchant_account_id = h.merchant_account_id AND subscription.id = h.subject_id RETURNING 1)`;

/** Whether an address names a subscription, and not a payment. */
export const isSubscriptionId = (id: string): boolean => id.startsWith('sub_');
