import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OPEN_PAYMENTS } from '../payments/domain/statuses.js';

/** Work that waits, and what waits for a person. No number is above {@link COUNTED_TO}. */
export interface Backlog {
  readonly paymentsByStatus: readonly { readonly status: string; readonly count: number }[];
  readonly operationsInDoubt: number;
  readonly callbacksWaiting: number;
  readonly eventsUnpublished: number;
  readonly webhooksOverdue: number;
  readonly webhooksDead: number;
}

/** Nobody needs to know by how much more it is too much; a count of everything reads everything. */
export const COUNTED_TO = 10_000;

const counted = (rows: string): string =>
  `(SELECT count(*)::int FROM (SELECT 1 FROM ${rows} LIMIT ${COUNTED_TO}) AS counted)`;

/** Due for a minute, of endpoints that are switched on. The time is an expression, as in the index for it. */
const OVERDUE = `(SELECT count(*)::int
  FROM (SELECT merchant_account_id, endpoint_id FROM webhook_delivery
        WHERE next_attempt_at IS NOT NULL
          AND next_attempt_at AT TIME ZONE 'UTC' < (now() - interval '1 minute') AT TIME ZONE 'UTC'
        ORDER BY next_attempt_at AT TIME ZONE 'UTC' LIMIT ${COUNTED_TO}) d
  JOIN webhook_endpoint w ON w.merchant_account_id = d.merchant_account_id AND w.id = d.endpoint_id
  WHERE w.disabled_at IS NULL)`;

@Injectable()
export class BacklogRepository {
  constructor(private readonly database: DataSource) {}

  async read(): Promise<Backlog> {
    const [row] = await this.database.query<Backlog[]>(
      `SELECT (SELECT coalesce(jsonb_agg(p) FILTER (WHERE count > 0), '[]') FROM (
                 ${OPEN_PAYMENTS.map((status) => `SELECT '${status}' AS status, ${counted(`payment WHERE status = '${status}'`)} AS count`).join(' UNION ALL ')}) p) AS "paymentsByStatus",
              ${counted('operation WHERE next_query_at IS NOT NULL')} AS "operationsInDoubt",
              ${counted('callback_inbox WHERE next_attempt_at IS NOT NULL')} AS "callbacksWaiting",
              ${counted('outbox_event WHERE position IS NULL')} AS "eventsUnpublished",
              ${OVERDUE} AS "webhooksOverdue",
              ${counted("webhook_delivery WHERE status = 'dead'")} AS "webhooksDead"`,
    );
    if (!row) throw new Error('the backlog cannot be read');
    return row;
  }
}
