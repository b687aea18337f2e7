import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type AttemptLine } from './delivery.repository.js';
import { type DeliveryStatus, NEW_DELIVERY_ID, type WebhookDeliveryEntity } from './webhook-delivery.entity.js';

export type DeliveryLine = Pick<
  WebhookDeliveryEntity,
  'id' | 'number' | 'endpointId' | 'eventId' | 'status' | 'attempts' | 'nextAttemptAt' | 'createdAt'
> & { readonly eventType: string; readonly lastAttempt: AttemptLine | null };

export interface Owner {
  readonly accountId: string;
  readonly endpointId: string;
}

export interface DeliveryQuery {
  readonly limit: number;
  readonly status: DeliveryStatus | undefined;
  /** Number of the last delivery of the page before. */
  readonly before: string | undefined;
}

/** What an endpoint missed. */
export interface Missed {
  /** Dead letters, and events that were never put down for it; up to {@link RECOVERED_AT_ONCE}. */
  readonly found: number;
}

/** One request recovers no more; the next one goes on. */
export const RECOVERED_AT_ONCE = 10_000;
/** Lines of the log of one delivery that are shown. */
const SHOWN_ATTEMPTS = 50;

const ATTEMPT = `jsonb_build_object('statusCode', a.status_code, 'error', a.error, 'answer', a.answer,
  'durationMs', a.duration_ms, 'at', a.at)`;
const DELIVERY = `d.id, d.number, d.endpoint_id AS "endpointId", d.event_id AS "eventId", d.status, d.attempts,
  d.next_attempt_at AS "nextAttemptAt", d.created_at AS "createdAt",
  coalesce((SELECT e.type FROM outbox_event e
            WHERE e.merchant_account_id = d.merchant_account_id AND e.id = d.event_id), 'unknown') AS "eventType",
  (SELECT ${ATTEMPT} FROM webhook_attempt a WHERE a.merchant_account_id = d.merchant_account_id AND a.delivery_id = d.id
   ORDER BY a.number DESC LIMIT 1) AS "lastAttempt"`;

/** `$3`: since when. Ids of events sort by time of creation, give or take the clocks of processes. */
const MISSED = `
  SELECT e.merchant_account_id, e.id FROM outbox_event e
  JOIN webhook_endpoint w ON w.merchant_account_id = e.merchant_account_id AND w.id = $2
  WHERE e.merchant_account_id = $1 AND e.created_at >= $3::timestamptz AND e.id >= $4 AND e.position IS NOT NULL
    AND e.subject_type <> 'webhook_endpoint' AND (w.event_types = '{}' OR e.type = ANY (w.event_types))
    AND NOT EXISTS (SELECT FROM webhook_delivery d WHERE d.merchant_account_id = $1 AND d.endpoint_id = $2
                      AND d.event_id = e.id AND d.status <> 'dead')
  ORDER BY e.position LIMIT ${RECOVERED_AT_ONCE}`;

/** A schedule from its beginning. */
const AFRESH = `status = 'pending', attempts = 0, started_at = now(), next_attempt_at = now()`;

/** What became of deliveries, and sending them again. */
@Injectable()
export class DeliveryLogRepository {
  constructor(private readonly database: DataSource) {}

  /** Newest first. */
  list({ accountId, endpointId }: Owner, { limit, status, before }: DeliveryQuery): Promise<DeliveryLine[]> {
    const values: unknown[] = [accountId, endpointId, limit];
    const byStatus = status === undefined ? '' : `AND d.status = $${values.push(status)}`;
    const earlier = before === undefined ? '' : `AND d.number < $${values.push(before)}::bigint`;
    return this.database.query<DeliveryLine[]>(
      `SELECT ${DELIVERY} FROM webhook_delivery d
       WHERE d.merchant_account_id = $1 AND d.endpoint_id = $2 ${byStatus} ${earlier} ORDER BY d.number DESC LIMIT $3`,
      values,
    );
  }

  async find({ accountId, endpointId }: Owner, id: string): Promise<DeliveryLine | undefined> {
    const [row] = await this.database.query<DeliveryLine[]>(
      `SELECT ${DELIVERY} FROM webhook_delivery d
       WHERE d.merchant_account_id = $1 AND d.endpoint_id = $2 AND d.id = $3`,
      [accountId, endpointId, id],
    );
    return row;
  }

  /** Newest first. */
  attemptsOf(accountId: string, deliveryId: string): Promise<AttemptLine[]> {
    return this.database.query<AttemptLine[]>(
      `SELECT status_code AS "statusCode", error, answer, duration_ms AS "durationMs", at FROM webhook_attempt
       WHERE merchant_account_id = $1 AND delivery_id = $2 ORDER BY number DESC LIMIT ${SHOWN_ATTEMPTS}`,
      [accountId, deliveryId],
    );
  }

  /** Sends it again at once, whatever became of it. @returns false when there is no such delivery */
  async resend({ accountId, endpointId }: Owner, id: string): Promise<boolean> {
    const [, changed] = await this.database.query<[unknown, number]>(
      `UPDATE webhook_delivery SET ${AFRESH} WHERE merchant_account_id = $1 AND endpoint_id = $2 AND id = $3`,
      [accountId, endpointId, id],
    );
    return changed > 0;
  }

  async missed(owner: Owner, since: Date): Promise<Missed> {
    const [row] = await this.database.query<Missed[]>(
      `SELECT count(*)::int AS found FROM (${MISSED}) AS missed`,
      this.since(owner, since),
    );
    return row ?? { found: 0 };
  }

  async recover(owner: Owner, since: Date): Promise<Missed> {
    const [row] = await this.database.query<Missed[]>(
      `WITH missed AS (${MISSED}),
       queued AS (
         INSERT INTO webhook_delivery AS d (merchant_account_id, id, endpoint_id, event_id)
         SELECT merchant_account_id, ${NEW_DELIVERY_ID}, $2, id FROM missed
         ON CONFLICT (merchant_account_id, endpoint_id, event_id) DO UPDATE SET ${AFRESH} WHERE d.status = 'dead'
         RETURNING 1)
       SELECT count(*)::int AS found FROM queued`,
      this.since(owner, since),
    );
    return row ?? { found: 0 };
  }

  private since({ accountId, endpointId }: Owner, since: Date): unknown[] {
    return [accountId, endpointId, since.toISOString(), firstIdOf(since)];
  }
}

/** Milliseconds by which the clock of a process that makes ids may be behind. */
const CLOCKS_DIFFER_MS = 24 * 3_600_000;

/** The smallest id of an event that may have been made at that time. */
const firstIdOf = (time: Date): string =>
  `evt_${Math.max(0, time.getTime() - CLOCKS_DIFFER_MS)
    .toString(16)
    .padStart(12, '0')}`;
