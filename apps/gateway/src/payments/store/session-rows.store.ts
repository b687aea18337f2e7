import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type FreshSession, type RenewalCause } from '#libs/alliance';

/** A renewal takes one authorize of at most 20 s. Seconds. */
const LEASE_SECONDS = 30;
/** Seconds before the next attempt after the n-th failure in a row. */
const BACK_OFF_SECONDS = [1, 2, 5, 10, 30, 60];
/** Renewals that a refusal of the bank caused, per account and hour. More would be a quarrel, not a renewal. */
export const REACTIVE_CEILING = 6;
/** Seconds between two tries of an account that the bank blocked. */
const PROBE_SECONDS = 15 * 60;

/** A session row as the database's clock sees it. */
export interface SessionRow {
  readonly version: number;
  readonly sessionSealed: string | null;
  readonly leased: boolean;
  readonly backingOff: boolean;
  readonly ceilingReached: boolean;
  readonly blockedBy: 'bank' | 'operator' | null;
  readonly blockedReason: string | null;
  readonly probeDue: boolean;
}

/** Reactive renewals of the last hour of the account `$1`. */
const REACTIVE_COUNT = `(SELECT count(*) FROM session_renewal r WHERE r.merchant_account_id = $1
  AND r.cause = 'reactive' AND r.started_at > clock_timestamp() - interval '1 hour')`;

/** The statements of session renewal. Each stands alone, so that a pooler may give every one another connection. */
@Injectable()
export class SessionRows {
  constructor(private readonly database: DataSource) {}

  async read(accountId: string): Promise<SessionRow | undefined> {
    const rows = await this.database.query<SessionRow[]>(
      `SELECT version, session_sealed AS "sessionSealed", lease_until > clock_timestamp() AS leased,
              retry_at > clock_timestamp() AS "backingOff", ${REACTIVE_COUNT} >= ${REACTIVE_CEILING} AS "ceilingReached",
              blocked_by AS "blockedBy", blocked_reason AS "blockedReason",
              coalesce(blocked_by = 'bank' AND probe_at <= clock_timestamp(), false) AS "probeDue"
       FROM bank_session WHERE merchant_account_id = $1`,
      [accountId],
    );
    return rows[0];
  }

  /**
   * One statement decides: the row must still be stale, free of a live lease, of back-off, of the ceiling and of a
   * block (but for a probe). @returns the epoch that is ours now
   */
  async claim(accountId: string, staleVersion: number, cause: RenewalCause): Promise<number | undefined> {
    const rows = await this.database.query<{ epoch: number }[]>(
      `WITH claimed AS (
         INSERT INTO bank_session AS s (merchant_account_id, renewal_epoch, lease_until)
         VALUES ($1, 1, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
         ON CONFLICT (merchant_account_id) DO UPDATE
           SET renewal_epoch = s.renewal_epoch + 1, lease_until = EXCLUDED.lease_until,
               probe_at = clock_timestamp() + make_interval(secs => ${PROBE_SECONDS})
           WHERE s.version <= $2 AND s.lease_until < clock_timestamp() AND s.retry_at <= clock_timestamp()
             AND (s.blocked_by IS NULL OR (s.blocked_by = 'bank' AND s.probe_at <= clock_timestamp()))
             AND ($3 = 'proactive' OR ${REACTIVE_COUNT} < ${REACTIVE_CEILING})
         RETURNING s.renewal_epoch)
       INSERT INTO session_renewal (merchant_account_id, epoch, cause)
       SELECT $1, renewal_epoch, $3 FROM claimed RETURNING epoch`,
      [accountId, staleVersion, cause],
    );
    return rows[0]?.epoch;
  }

  /** @returns false when a later attempt took over: then nothing is stored */
  async publish(
    accountId: string,
    epoch: number,
    session: FreshSession & { readonly version: number; readonly sealed: string },
  ): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(
      `WITH published AS (
         UPDATE bank_session
         SET version = $3, session_sealed = $4, obtained_at = $5, expires_at = $6, lease_until = '-infinity',
             failures = 0, retry_at = '-infinity', last_error = NULL, published_at = clock_timestamp(),
             blocked_by = nullif(blocked_by, 'bank'),
             blocked_reason = CASE blocked_by WHEN 'operator' THEN blocked_reason END,
             blocked_at = CASE blocked_by WHEN 'operator' THEN blocked_at END
         WHERE merchant_account_id = $1 AND renewal_epoch = $2 AND version = $3 - 1
         RETURNING 1),
       noted AS (
         UPDATE session_renewal SET finished_at = clock_timestamp(),
                outcome = CASE WHEN EXISTS (SELECT 1 FROM published) THEN 'renewed' ELSE 'lost' END
         WHERE merchant_account_id = $1 AND epoch = $2)
       SELECT 1 FROM published`,
      [accountId, epoch, session.version, session.sealed, session.obtainedAt, session.expiresAt],
    );
    return rows.length === 1;
  }

  /**
   * Frees the lease and backs off, unless the attempt is finished: then its publish was committed and only the answer
   * was lost. @returns whether it was recorded
   */
  async recordFailure(accountId: string, epoch: number, reason: string): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(
      `WITH noted AS (
         UPDATE session_renewal SET finished_at = clock_timestamp(), outcome = $3
         WHERE merchant_account_id = $1 AND epoch = $2 AND finished_at IS NULL
         RETURNING 1),
       failed AS (
         UPDATE bank_session
         SET lease_until = '-infinity', failures = failures + 1, last_error = $3,
             retry_at = clock_timestamp()
               + make_interval(secs => ($4::int[])[least(failures + 1, cardinality($4::int[]))])
         WHERE merchant_account_id = $1 AND renewal_epoch = $2 AND EXISTS (SELECT 1 FROM noted))
       SELECT 1 FROM noted`,
      [accountId, epoch, reason, BACK_OFF_SECONDS],
    );
    return rows.length === 1;
  }

  /** An operator's block stays until an operator lifts it, whatever the bank says meanwhile. */
  async block(accountId: string, by: 'bank' | 'operator', reason: string): Promise<void> {
    await this.database.query(
      `INSERT INTO bank_session AS s (merchant_account_id, blocked_by, blocked_reason, blocked_at, probe_at)
       VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp() + make_interval(secs => ${PROBE_SECONDS}))
       ON CONFLICT (merchant_account_id) DO UPDATE
         SET blocked_by = $2, blocked_reason = $3, probe_at = EXCLUDED.probe_at,
             blocked_at = CASE WHEN s.blocked_by IS NULL THEN EXCLUDED.blocked_at ELSE s.blocked_at END
         WHERE s.blocked_by IS DISTINCT FROM 'operator' OR $2 = 'operator'`,
      [accountId, by, reason],
    );
  }

  /** @returns whether it was blocked */
  async unblock(accountId: string): Promise<boolean> {
    const [, lifted] = await this.database.query<[unknown, number]>(
      `UPDATE bank_session
       SET blocked_by = NULL, blocked_reason = NULL, blocked_at = NULL, probe_at = NULL, retry_at = '-infinity', failures = 0
       WHERE merchant_account_id = $1 AND blocked_by IS NOT NULL`,
      [accountId],
    );
    return lifted === 1;
  }
}
