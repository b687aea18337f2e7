import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Work that waits, and what waits for a person. */
export interface Backlog {
  readonly paymentsByStatus: readonly { readonly status: string; readonly count: number }[];
  readonly operationsInDoubt: number;
  readonly callbacksWaiting: number;
  readonly eventsUndelivered: number;
}

@Injectable()
export class BacklogRepository {
  constructor(private readonly database: DataSource) {}

  async read(): Promise<Backlog> {
    const [row] = await this.database.query<Backlog[]>(
      `SELECT (SELECT coalesce(jsonb_agg(p), '[]') FROM (
                 SELECT status, count(*) FROM payment
                 WHERE status IN ('created', 'requires_action', 'processing', 'needs_review') GROUP BY status) p) AS "paymentsByStatus",
              (SELECT count(*)::int FROM operation WHERE next_query_at IS NOT NULL) AS "operationsInDoubt",
              (SELECT count(*)::int FROM callback_inbox WHERE next_attempt_at IS NOT NULL) AS "callbacksWaiting",
              (SELECT count(*)::int FROM outbox_event WHERE delivered_at IS NULL) AS "eventsUndelivered"`,
    );
    if (!row) throw new Error('the backlog cannot be read');
    return row;
  }
}
