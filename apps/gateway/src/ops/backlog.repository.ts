import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OPEN_PAYMENTS } from '../payments/domain/statuses.js';

/** Work that waits, and what waits for a person. No number is above {@link COUNTED_TO}. */
export interface Backlog {
  readonly paymentsByStatus: readonly { readonly status: string; readonly count: number }[];
  readonly operationsInDoubt: number;
  readonly callbacksWaiting: number;
  readonly eventsUndelivered: number;
}

/** Nobody needs to know by how much more it is too much; a count of everything reads everything. */
export const COUNTED_TO = 10_000;

const counted = (rows: string): string =>
  `(SELECT count(*)::int FROM (SELECT 1 FROM ${rows} LIMIT ${COUNTED_TO}) AS counted)`;

@Injectable()
export class BacklogRepository {
  constructor(private readonly database: DataSource) {}

  async read(): Promise<Backlog> {
    const [row] = await this.database.query<Backlog[]>(
      `SELECT (SELECT coalesce(jsonb_agg(p) FILTER (WHERE count > 0), '[]') FROM (
                 ${OPEN_PAYMENTS.map((status) => `SELECT '${status}' AS status, ${counted(`payment WHERE status = '${status}'`)} AS count`).join(' UNION ALL ')}) p) AS "paymentsByStatus",
              ${counted('operation WHERE next_query_at IS NOT NULL')} AS "operationsInDoubt",
              ${counted('callback_inbox WHERE next_attempt_at IS NOT NULL')} AS "callbacksWaiting",
              ${counted('outbox_event WHERE delivered_at IS NULL')} AS "eventsUndelivered"`,
    );
    if (!row) throw new Error('the backlog cannot be read');
    return row;
  }
}
