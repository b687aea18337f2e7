import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { claimDueSql, type Room, roomParameters } from '../../database/claim-due.js';
import { type ShownEvent } from '../../outbox/event-view.js';
import { type WebhookAttemptEntity } from './webhook-attempt.entity.js';
import { type DeliveryStatus, type WebhookDeliveryEntity } from './webhook-delivery.entity.js';

export type DueDelivery = Pick<
  WebhookDeliveryEntity,
  'merchantAccountId' | 'id' | 'endpointId' | 'attempts' | 'claims'
>;

/** What is needed to make an attempt. */
export interface Sending {
  readonly url: string;
  readonly event: ShownEvent;
  readonly livemode: boolean;
  /** Newest first. */
  readonly secrets: readonly { readonly id: string; readonly sealed: Sealed }[];
  /** Seconds since 1970 on the database's clock: a receiver refuses what seems old or of the future. */
  readonly timestamp: number;
}

/** How an attempt ended, and what follows. */
export interface Recorded {
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly answer: string | null;
  readonly durationMs: number;
  readonly status: DeliveryStatus;
  /** The receiver wants nothing more. */
  readonly gone: boolean;
  readonly inSeconds: number;
  readonly notBeforeSeconds: number;
}

/** Endpoints take turns, so that a backlog for one never stands before what is due for another. */
const CLAIM_DUE = claimDueSql({
  table: 'webhook_delivery',
  column: 'next_attempt_at',
  returning: 'merchant_account_id AS "merchantAccountId", id, endpoint_id AS "endpointId", attempts, claims',
  also: 'claims = claims + 1',
  turns: {
    table: 'webhook_endpoint',
    owns: 't.merchant_account_id = a.merchant_account_id AND t.endpoint_id = a.id',
    where: 'a.disabled_at IS NULL',
  },
});

/**
 * The log gets a line in any case. A success counts whoever brings it; a failure only from whoever still has the row, since
 * another worker may be at it by now.
 */
const RECORD = `
  WITH logged AS (
    INSERT INTO webhook_attempt (merchant_account_id, delivery_id, status_code, error, answer, duration_ms)
    VALUES ($1, $2, $5, $6, $7, $8)),
  moved AS (
    UPDATE webhook_delivery SET status = $9, attempts = attempts + 1,
      next_attempt_at = CASE WHEN $9 = 'pending' THEN
        greatest(now() + make_interval(secs => $10::float8), started_at + make_interval(secs => $11::float8)) END
    WHERE merchant_account_id = $1 AND id = $2 AND status = 'pending' AND (claims = $4 OR $9 = 'delivered'))
  UPDATE webhook_endpoint SET
    failing_since = CASE WHEN $9 = 'delivered' THEN NULL ELSE coalesce(failing_since, now()) END,
    disabled_at = CASE WHEN $12::boolean THEN coalesce(disabled_at, now()) ELSE disabled_at END,
    disabled_reason = CASE WHEN $12::boolean THEN coalesce(disabled_reason, 'gone') ELSE disabled_reason END
  WHERE merchant_account_id = $1 AND id = $3
    AND ((failing_since IS NULL) <> ($9 = 'delivered') OR ($12::boolean AND disabled_at IS NULL))`;

/** Events on their way to endpoints. */
@Injectable()
export class DeliveryRepository {
  constructor(private readonly database: DataSource) {}

  /** See {@link claimDueSql}; the turns are those of endpoints. */
  async claimDue(room: Room | number, leaseSeconds: number): Promise<DueDelivery[]> {
    const [rows] = await this.database.query<[DueDelivery[], number]>(CLAIM_DUE, roomParameters(room, leaseSeconds));
    return rows;
  }

  /** @returns undefined when the endpoint is switched off, or the event is not kept any more */
  async sending({ merchantAccountId, id }: DueDelivery): Promise<Sending | undefined> {
    const [row] = await this.database.query<(Omit<Sending, 'event'> & ShownEvent)[]>(
      `SELECT w.url, e.id, e.type, e.subject_type AS "subjectType", e.subject_id AS "subjectId", e.sequence, e.data,
              e.created_at AS "createdAt", m.environment = 'live' AS livemode,
              floor(extract(epoch FROM now()))::int AS timestamp,
              (SELECT jsonb_agg(jsonb_build_object('id', s.id, 'sealed', s.secret_sealed) ORDER BY s.created_at DESC)
               FROM webhook_secret s WHERE s.merchant_account_id = d.merchant_account_id AND s.endpoint_id = d.endpoint_id
                 AND (s.ends_at IS NULL OR s.ends_at > now())) AS secrets
       FROM webhook_delivery d
       JOIN webhook_endpoint w ON w.merchant_account_id = d.merchant_account_id AND w.id = d.endpoint_id
       JOIN outbox_event e ON e.merchant_account_id = d.merchant_account_id AND e.id = d.event_id
       JOIN merchant_account m ON m.id = d.merchant_account_id
       WHERE d.merchant_account_id = $1 AND d.id = $2 AND d.status = 'pending' AND w.disabled_at IS NULL`,
      [merchantAccountId, id],
    );
    if (!row) return undefined;
    const { url, livemode, secrets, timestamp, ...event } = row;
    return { url, livemode, secrets, timestamp, event };
  }

  async record(delivery: DueDelivery, ended: Recorded): Promise<void> {
    const { merchantAccountId, id, endpointId, claims } = delivery;
    const { statusCode, error, answer, durationMs, status, inSeconds, notBeforeSeconds, gone } = ended;
    await this.database.query(RECORD, [
      ...[merchantAccountId, id, endpointId, claims, statusCode, error, answer, durationMs],
      ...[status, inSeconds, notBeforeSeconds, gone],
    ]);
  }
}

export type AttemptLine = Omit<WebhookAttemptEntity, 'merchantAccountId' | 'number' | 'deliveryId'>;
