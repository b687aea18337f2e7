import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sweep } from '../../database/sweep.js';
import { dueNow, LEASED, BACKING_OFF, MANY_REFUSALS, renewAt } from './session-rows.store.js';

/** The bank closes a service code that was idle for this long. Source: bank docs, "Authentication". */
const IDLE_LIMIT_DAYS = 200;
/** Attempts older than this are of no use to anybody. */
const KEEP_ATTEMPTS_DAYS = 30;

export interface DueSession {
  readonly accountId: string;
  readonly version: number;
}

/** How the session of an account stands and what will become of it. */
export interface SessionForecast {
  readonly accountId: string;
  readonly accountName: string;
  readonly state: 'none' | 'active' | 'expired' | 'blocked';
  readonly version: number;
  readonly ageSeconds: number | null;
  readonly expiresAt: Date | null;
  readonly nextRenewalAt: Date | null;
  readonly lastError: string | null;
  readonly failuresInARow: number;
  readonly blockedBy: 'bank' | 'operator' | null;
  readonly blockedReason: string | null;
  readonly blockedAt: Date | null;
  readonly nextProbeAt: Date | null;
  /** Until the bank closes an idle service code; null when it was never used. */
  readonly daysToIdleLimit: number | null;
  readonly renewalsLastHour: number;
  /** Renewals of the last hour that a refusal of the bank caused; above six somebody should look. */
  readonly reactiveRenewalsLastHour: number;
  readonly alarm: 'many_refusals' | 'blocked' | null;
}

/** Which sessions are old enough to be renewed, on the database's clock, and how all of them stand. */
@Injectable()
export class SessionSchedule {
  constructor(
    private readonly database: DataSource,
    private readonly renewHours: number,
  ) {}

  /** Accounts that should have another session now, or are to be probed after the bank blocked them. */
  due(): Promise<DueSession[]> {
    return this.database.query<DueSession[]>(
      `SELECT s.merchant_account_id AS "accountId", s.version FROM bank_session s
       WHERE NOT ${LEASED} AND NOT ${BACKING_OFF} AND ${dueNow('$1')}`,
      [this.renewHours],
    );
  }

  forecast(): Promise<SessionForecast[]> {
    return this.database.query<SessionForecast[]>(
      `SELECT a.id AS "accountId", a.name AS "accountName", coalesce(s.version, 0) AS version,
              CASE WHEN s.blocked_by IS NOT NULL THEN 'blocked' WHEN s.expires_at IS NULL THEN 'none'
                   WHEN s.expires_at <= now() THEN 'expired' ELSE 'active' END AS state,
              round(extract(epoch FROM now() - s.obtained_at))::int AS "ageSeconds", s.expires_at AS "expiresAt",
              greatest(${renewAt('$1')}, nullif(s.retry_at, '-infinity')) AS "nextRenewalAt", s.last_error AS "lastError",
              coalesce(s.failures, 0) AS "failuresInARow", s.blocked_by AS "blockedBy",
              s.blocked_reason AS "blockedReason", s.blocked_at AS "blockedAt",
              CASE s.blocked_by WHEN 'bank' THEN s.probe_at END AS "nextProbeAt",
              ${IDLE_LIMIT_DAYS} - extract(day FROM now() - s.obtained_at)::int AS "daysToIdleLimit",
              r.renewals AS "renewalsLastHour", r.reactive AS "reactiveRenewalsLastHour",
              CASE WHEN s.blocked_by IS NOT NULL THEN 'blocked'
                   WHEN r.reactive > ${MANY_REFUSALS} THEN 'many_refusals' END AS alarm
       FROM merchant_account a
       LEFT JOIN bank_session s ON s.merchant_account_id = a.id
       CROSS JOIN LATERAL (
         SELECT count(*)::int AS renewals, (count(*) FILTER (WHERE cause = 'reactive'))::int AS reactive
         FROM session_renewal WHERE merchant_account_id = a.id AND started_at > now() - interval '1 hour') r
       ORDER BY a.id`,
      [this.renewHours],
    );
  }

  async prune(): Promise<void> {
    await sweep(
      this.database,
      `DELETE FROM session_renewal WHERE started_at < now() - make_interval(days => ${KEEP_ATTEMPTS_DAYS})`,
    );
  }
}
