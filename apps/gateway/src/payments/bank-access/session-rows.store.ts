import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type FreshSession, UNDECRYPTABLE_APART_SECONDS, UNDECRYPTABLE_LIMIT } from '#libs/alliance';
import { type Sealed } from '#libs/keystore';

/** One authorize of at most 20 s, what comes before and after it, and a pause or two. Seconds. */
const LEASE_SECONDS = 40;
/** Seconds before the next attempt after the n-th failure in a row; never more, for the bank may be well again. */
const BACK_OFF_SECONDS = [1, 2, 5, 10, 30] as const;
const LONGEST_BACK_OFF_SECONDS = 30;
/**
 * Renewals after a refusal draw on a bucket of tokens: of 5, one comes back every 10 s. A rival cannot be told from an
 * expiry; against one every 30 s this bucket lost no payment, and one renewal a minute half of them (simulated).
 */
const BUCKET = { tokens: 5, secondsPerToken: 10 } as const;
/** Renewals after a refusal within an hour above which a person should look for somebody else with this service code. */
export const MANY_REFUSALS = 6;
/** Seconds between two tries of an account that the bank blocked. */
const PROBE_SECONDS = 15 * 60;
/** A session is renewed at the latest this long before it expires, and at the earliest after two thirds of its life. */
const FLOOR_HOURS = 2;
/** Spread, so that accounts created together are not renewed together; for sessions that live for long. */
const JITTER_MINUTES = 30;
const LONG_LIFE_HOURS = 6;

/** A session row as the database's clock sees it. */
export interface SessionRow {
  readonly version: number;
  readonly sessionSealed: Sealed | null;
  readonly leased: boolean;
  readonly backingOff: boolean;
  /** A renewal after a refusal has to wait for the next token. */
  readonly bucketEmpty: boolean;
  readonly due: boolean;
  readonly expired: boolean;
  readonly blockedBy: 'bank' | 'operator' | null;
  readonly blockedReason: string | null;
  readonly probeDue: boolean;
}

export interface Claim {
  readonly stale: number;
  /** The bank refused the session: costs a token. */
  readonly refused: boolean;
  readonly onlyIfDue: boolean;
}

/** An attempt to renew that is ours until its lease ends or somebody else claims. */
export interface Claimed {
  readonly epoch: number;
  /** Version of the session as it was claimed. */
  readonly version: number;
}

export interface Published {
  readonly epoch: number;
  readonly version: number;
  readonly sealed: Sealed;
  readonly session: FreshSession;
}

/** Of the row `s`. A clock that was set back must not make a lease or a back-off longer than it can be. */
export const LEASED = `(s.lease_until > clock_timestamp()
  AND s.lease_until <= clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))`;
export const BACKING_OFF = `(s.retry_at > clock_timestamp()
  AND s.retry_at <= clock_timestamp() + make_interval(secs => ${LONGEST_BACK_OFF_SECONDS}))`;
const PROBE_DUE = `(s.blocked_by = 'bank' AND s.probe_at <= clock_timestamp())`;
const TOKENS = `least(${BUCKET.tokens}, s.renewal_tokens
  + greatest(0, extract(epoch FROM clock_timestamp() - s.tokens_counted_at)) / ${BUCKET.secondsPerToken})`;

/** When the session of the row `s` is due by its life; the parameter is the configured age in hours. */
export const renewAt = (hours: string): string => `(s.obtained_at
  + least(make_interval(hours => ${hours}::int),
          greatest((s.expires_at - s.obtained_at) * 2 / 3, s.expires_at - s.obtained_at - interval '${FLOOR_HOURS} hours'))
  + CASE WHEN s.expires_at - s.obtained_at >= interval '${LONG_LIFE_HOURS} hours'
         THEN make_interval(mins => abs(hashtext(s.merchant_account_id || s.version)) % ${JITTER_MINUTES})
         ELSE interval '0' END)`;

/**
 * Whether the row `s` should have another session: its time has come, the last attempt failed, or it died with its
 * process and may have ended the session at the bank.
 */
export const dueNow = (hours: string): string => `coalesce(CASE
  WHEN s.blocked_by IS NOT NULL THEN ${PROBE_DUE}
  ELSE s.failures > 0 OR (s.lease_until > '-infinity' AND NOT ${LEASED})
    OR (s.version > 0 AND ${renewAt(hours)} <= clock_timestamp()) END, false)`;

/** The statements of session renewal. Each stands alone, so that a pooler may give every one another connection. */
@Injectable()
export class SessionRows {
  /** @param renewHours age at which a session is due */
  constructor(
    private readonly database: DataSource,
    private readonly renewHours: number,
  ) {}

  async read(accountId: string): Promise<SessionRow | undefined> {
    const rows = await this.database.query<SessionRow[]>(
      `SELECT version, session_sealed AS "sessionSealed", ${LEASED} AS leased, ${BACKING_OFF} AS "backingOff",
              ${TOKENS} < 1 AS "bucketEmpty", ${dueNow('$2')} AS due,
              coalesce(s.expires_at <= clock_timestamp(), true) AS expired,
              blocked_by AS "blockedBy", blocked_reason AS "blockedReason", coalesce(${PROBE_DUE}, false) AS "probeDue"
       FROM bank_session s WHERE merchant_account_id = $1`,
      [accountId, this.renewHours],
    );
    return rows[0];
  }

  /**
   * One statement decides: the row must still be stale, free of a live lease, of back-off and of a block (but for a
   * probe); a refusal must find a token, and a renewal ahead of time must be due. @returns the attempt that is ours now
   */
  async claim(accountId: string, { stale, refused, onlyIfDue }: Claim): Promise<Claimed | undefined> {
    const rows = await this.database.query<Claimed[]>(
      `WITH claimed AS (
         INSERT INTO bank_session AS s (merchant_account_id, renewal_epoch, lease_until, renewal_tokens, tokens_counted_at)
         VALUES ($1, 1, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}),
                 ${BUCKET.tokens} - $3::boolean::int, clock_timestamp())
         ON CONFLICT (merchant_account_id) DO UPDATE
           SET renewal_epoch = s.renewal_epoch + 1, lease_until = EXCLUDED.lease_until,
               probe_at = clock_timestamp() + make_interval(secs => ${PROBE_SECONDS}),
               renewal_tokens = ${TOKENS} - $3::boolean::int, tokens_counted_at = clock_timestamp()
           WHERE s.version <= $2 AND NOT ${LEASED} AND NOT ${BACKING_OFF}
             AND (s.blocked_by IS NULL OR ${PROBE_DUE})
             AND (NOT $3 OR ${TOKENS} >= 1) AND (NOT $4::boolean OR ${dueNow('$5')})
         RETURNING s.renewal_epoch, s.version),
       noted AS (
         INSERT INTO session_renewal (merchant_account_id, epoch, cause)
         SELECT $1, renewal_epoch, CASE WHEN $3 THEN 'reactive' ELSE 'proactive' END FROM claimed)
       SELECT renewal_epoch AS epoch, version FROM claimed`,
      [accountId, stale, refused, onlyIfDue, this.renewHours],
    );
    return rows[0];
  }

  /** Seconds that are left of the lease of this attempt; undefined where it is no longer ours. */
  async leaseLeft(accountId: string, epoch: number): Promise<number | undefined> {
    const rows = await this.database.query<{ seconds: number }[]>(
      `SELECT extract(epoch FROM lease_until - clock_timestamp())::float8 AS seconds FROM bank_session
       WHERE merchant_account_id = $1 AND renewal_epoch = $2 AND lease_until > clock_timestamp()`,
      [accountId, epoch],
    );
    return rows[0]?.seconds;
  }

  /**
   * Ages count from the database's clock, whatever clock the process has. Once more does no harm: it is for a
   * connection that was lost. @returns false when a later attempt took over: then nothing is stored
   */
  async publish(accountId: string, { epoch, version, sealed, session }: Published): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(
      `WITH published AS (
         UPDATE bank_session
         SET version = $3, session_sealed = $4, obtained_at = clock_timestamp(), published_at = clock_timestamp(),
             expires_at = clock_timestamp() + make_interval(secs => $5), lease_until = '-infinity',
             failures = 0, retry_at = '-infinity', last_error = NULL,
             blocked_by = nullif(blocked_by, 'bank'),
             blocked_reason = CASE blocked_by WHEN 'operator' THEN blocked_reason END,
             blocked_at = CASE blocked_by WHEN 'operator' THEN blocked_at END
         WHERE merchant_account_id = $1 AND renewal_epoch = $2 AND version < $3
         RETURNING 1),
       noted AS (
         UPDATE session_renewal SET finished_at = clock_timestamp(),
                outcome = CASE WHEN EXISTS (SELECT 1 FROM published) THEN 'renewed' ELSE 'lost' END
         WHERE merchant_account_id = $1 AND epoch = $2 AND finished_at IS NULL)
       SELECT 1 FROM published`,
      [accountId, epoch, version, sealed, (session.expiresAt.getTime() - session.obtainedAt.getTime()) / 1000],
    );
    return rows.length === 1;
  }

  /** Gives an attempt up that did not come to ask the bank: no failure, no back-off. */
  async release(accountId: string, epoch: number): Promise<void> {
    await this.database.query(
      `WITH given_up AS (
         UPDATE session_renewal SET finished_at = clock_timestamp(), outcome = 'too_late'
         WHERE merchant_account_id = $1 AND epoch = $2 AND finished_at IS NULL)
       UPDATE bank_session SET lease_until = '-infinity' WHERE merchant_account_id = $1 AND renewal_epoch = $2`,
      [accountId, epoch],
    );
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

  /** The next attempt need not wait, whatever the last ones met. */
  async forgetBackOff(accountId: string): Promise<void> {
    await this.database.query(
      `UPDATE bank_session SET retry_at = '-infinity' WHERE merchant_account_id = $1 AND blocked_by IS NULL`,
      [accountId],
    );
  }

  /** @returns whether it was blocked */
  async unblock(accountId: string): Promise<boolean> {
    const [, lifted] = await this.database.query<[unknown, number]>(
      `UPDATE bank_session
       SET blocked_by = NULL, blocked_reason = NULL, blocked_at = NULL, probe_at = NULL, retry_at = '-infinity',
           failures = 0, undecryptable = 0, undecryptable_at = NULL
       WHERE merchant_account_id = $1 AND blocked_by IS NOT NULL`,
      [accountId],
    );
    return lifted === 1;
  }

  /**
   * The bank could not decrypt although this version is new and the current one. What happened within a minute counts
   * once; what is an hour old was cured. @returns whether it happened too often
   */
  async countUndecryptable(accountId: string, version: number): Promise<boolean> {
    const [rows] = await this.database.query<[{ tooOften: boolean }[], number]>(
      `UPDATE bank_session
       SET undecryptable = CASE WHEN undecryptable_at > clock_timestamp() - make_interval(secs => $3) THEN undecryptable
                                WHEN undecryptable_at > clock_timestamp() - interval '1 hour' THEN undecryptable + 1
                                ELSE 1 END,
           undecryptable_at = CASE WHEN undecryptable_at > clock_timestamp() - make_interval(secs => $3)
                                   THEN undecryptable_at ELSE clock_timestamp() END
       WHERE merchant_account_id = $1 AND version = $2 RETURNING undecryptable >= $4 AS "tooOften"`,
      [accountId, version, UNDECRYPTABLE_APART_SECONDS, UNDECRYPTABLE_LIMIT],
    );
    return rows[0]?.tooOften ?? false;
  }

  async forgetUndecryptable(accountId: string): Promise<void> {
    await this.database.query(
      `UPDATE bank_session SET undecryptable = 0, undecryptable_at = NULL
       WHERE merchant_account_id = $1 AND undecryptable > 0`,
      [accountId],
    );
  }
}
