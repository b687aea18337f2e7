import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How long the oldest due row of a queue has been waiting. */
export interface DueLag {
  readonly queue: string;
  readonly accountId: string;
  readonly seconds: number;
}

/** The queues, and the conditions of their indexes on account and time. */
const QUEUES = [
  ['payments_told', 'payment', 'next_sync_at', 'hint_queries > 0'],
  ['payments_polled', 'payment', 'next_sync_at', 'NOT (hint_queries > 0)'],
  ['operations', 'operation', 'next_query_at', 'true'],
  ['callbacks', 'callback_inbox', 'next_attempt_at', 'true'],
] as const;

/** One look into an index for each account and queue. */
const LAGS = QUEUES.map(
  ([queue, table, due, condition]) => `
  SELECT '${queue}' AS queue, a.id AS "accountId", extract(epoch FROM now() - d.due)::float8 AS seconds
  FROM merchant_account a CROSS JOIN LATERAL (
    SELECT ${due} AS due FROM ${table}
    WHERE merchant_account_id = a.id AND ${due} IS NOT NULL AND ${condition}
    ORDER BY ${due} LIMIT 1) d
  WHERE d.due <= now()`,
).join(' UNION ALL ');

/** Connections of this process. */
export interface PoolUse {
  readonly used: number;
  readonly idle: number;
  /** Those who wait for one. */
  readonly waiting: number;
}

interface CountingPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

@Injectable()
export class DueLagRepository {
  constructor(private readonly database: DataSource) {}

  /** Nothing for a queue in which nothing is due. */
  lags(): Promise<DueLag[]> {
    return this.database.query<DueLag[]>(LAGS);
  }

  /** TypeORM says of its pool only that there is one. */
  pool(): PoolUse {
    const { master } = this.database.driver as unknown as { readonly master: CountingPool };
    return { used: master.totalCount - master.idleCount, idle: master.idleCount, waiting: master.waitingCount };
  }
}
