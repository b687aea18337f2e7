import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type ShownEvent } from '../../outbox/event-view.js';
import { NEW_DELIVERY_ID } from './webhook-delivery.entity.js';

/** What of a feed is asked for. */
export interface FeedQuery {
  /** Position after which it goes on; `latest`: at its end. */
  readonly after: number | 'latest';
  readonly limit: number;
  readonly type: string | undefined;
  readonly subject: string | undefined;
}

export interface FeedPage {
  readonly events: readonly ShownEvent[];
  /** Where the next page goes on, also when this one is empty. */
  readonly position: number;
  readonly hasMore: boolean;
}

interface FeedRow extends ShownEvent {
  readonly position: string;
}

/** Events of an account in one call. */
const PUBLISHED_AT_ONCE = 500;
/** Events that one page looks through for those of a type, so that a rare one costs no walk over all of them. */
const LOOKED_THROUGH = 5_000;

/**
 * Gives out the next positions of each account's feed and puts a delivery down for each endpoint that wants the event. A
 * position is given to what is committed already, by one process at a time, who holds the row of the feed: whoever has read
 * up to a position never misses a smaller one. Another process passes such an account over.
 */
const PUBLISH = `
  WITH feed AS (
    SELECT f.merchant_account_id, f.last_position FROM event_feed f
    WHERE f.merchant_account_id IN (SELECT merchant_account_id FROM outbox_event WHERE position IS NULL)
    FOR UPDATE OF f SKIP LOCKED),
  fresh AS (
    SELECT feed.merchant_account_id, e.id,
           feed.last_position + row_number() OVER (PARTITION BY feed.merchant_account_id ORDER BY e.number) AS position
    FROM feed CROSS JOIN LATERAL (
      SELECT id, number FROM outbox_event WHERE merchant_account_id = feed.merchant_account_id AND position IS NULL
      ORDER BY number LIMIT ${PUBLISHED_AT_ONCE}) e),
  published AS (
    UPDATE outbox_event e SET position = fresh.position FROM fresh
    WHERE e.merchant_account_id = fresh.merchant_account_id AND e.id = fresh.id AND e.position IS NULL
    RETURNING e.merchant_account_id, e.id, e.position, e.type, e.subject_type, e.subject_id, e.data),
  moved AS (
    UPDATE event_feed f SET last_position = p.position
    FROM (SELECT merchant_account_id, max(position) AS position FROM published GROUP BY 1) p
    WHERE f.merchant_account_id = p.merchant_account_id),
  queued AS (
    INSERT INTO webhook_delivery (merchant_account_id, id, endpoint_id, event_id)
    SELECT p.merchant_account_id, ${NEW_DELIVERY_ID}, w.id, p.id
    FROM published p JOIN webhook_endpoint w ON w.merchant_account_id = p.merchant_account_id
    WHERE w.disabled_at IS NULL
      AND CASE WHEN p.subject_type = 'webhook_endpoint' THEN w.id = p.subject_id
               ELSE w.event_types = '{}' OR p.type = ANY (w.event_types) END
    ORDER BY p.position
    ON CONFLICT DO NOTHING
    RETURNING 1)
  SELECT (SELECT count(*)::int FROM queued) AS queued,
         (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'accountId', p.merchant_account_id, 'type', p.type, 'subjectId', p.subject_id, 'data', p.data,
                   'method', pay.method, 'status', o.status,
                   'failure', CASE WHEN o.id IS NULL THEN pay.failure_code ELSE o.failure_code END)
                   ORDER BY p.position), '[]')
          FROM published p
          LEFT JOIN payment pay ON pay.merchant_account_id = p.merchant_account_id AND pay.id = p.subject_id
          LEFT JOIN operation o ON o.merchant_account_id = p.merchant_account_id
            AND o.id = p.data ->> (split_part(p.type, '.', 1) || 'Id')) AS happened`;

const EVENT_COLUMNS = `id, type, subject_type AS "subjectType", subject_id AS "subjectId", sequence, data,
  created_at AS "createdAt", position`;

/** A published event, as it is counted and logged. */
export interface Happening {
  readonly accountId: string;
  readonly type: string;
  readonly subjectId: string;
  /** Ids of what it is about. */
  readonly data: Readonly<Record<string, string>>;
  /** How the payment is paid; null where the event is about no payment. */
  readonly method: string | null;
  /** Of the refund, capture or release that it is about, by now; otherwise null. */
  readonly status: string | null;
  /** Why that, or the payment, failed. */
  readonly failure: string | null;
}

/** Events in the order in which they can be seen. */
@Injectable()
export class EventFeedRepository {
  constructor(private readonly database: DataSource) {}

  /** See {@link PUBLISH}. @returns the events, and how many deliveries of them */
  async publish(): Promise<{ readonly happened: readonly Happening[]; readonly queued: number }> {
    const [row] = await this.database.query<{ happened: Happening[]; queued: number }[]>(PUBLISH);
    return row ?? { happened: [], queued: 0 };
  }

  /** One page of an account's feed, oldest first. */
  async read(accountId: string, { after, limit, type, subject }: FeedQuery): Promise<FeedPage> {
    if (after === 'latest') return { events: [], position: await this.end(accountId), hasMore: false };
    const rows = await this.database.query<FeedRow[]>(
      `SELECT ${EVENT_COLUMNS} FROM outbox_event
       WHERE merchant_account_id = $1 AND position > $2 ${subject === undefined ? '' : 'AND subject_id = $4'}
       ORDER BY position LIMIT $3`,
      [accountId, after, type === undefined ? limit + 1 : LOOKED_THROUGH, ...(subject === undefined ? [] : [subject])],
    );
    const wanted = rows.filter((row) => type === undefined || row.type === type);
    const events = wanted.slice(0, limit);
    const seenUpTo = wanted.length > limit ? events.at(-1) : rows.at(-1);
    const hasMore = wanted.length > limit || rows.length === LOOKED_THROUGH;
    return { events, position: Number(seenUpTo?.position ?? after), hasMore };
  }

  async find(accountId: string, id: string): Promise<ShownEvent | undefined> {
    const [row] = await this.database.query<ShownEvent[]>(
      `SELECT ${EVENT_COLUMNS} FROM outbox_event WHERE merchant_account_id = $1 AND id = $2`,
      [accountId, id],
    );
    return row;
  }

  private async end(accountId: string): Promise<number> {
    const [row] = await this.database.query<{ position: string }[]>(
      'SELECT last_position AS position FROM event_feed WHERE merchant_account_id = $1',
      [accountId],
    );
    return Number(row?.position ?? 0);
  }
}
