import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { AllianceError, type BankSession, type FreshSession, SessionStore } from '#libs/alliance';
import { Keystore, type SealPlace } from '#libs/keystore';

/** A renewal takes one authorize of at most 20 s. */
const LEASE_SECONDS = 30;
/** Longest wait for somebody else's renewal. */
const WAIT_MS = 25_000;
const POLL_MS = 100;
/** Seconds before the next attempt after the n-th failure in a row. */
const BACK_OFF_SECONDS = [1, 2, 5, 10, 30, 60];

interface SessionRow {
  readonly version: number;
  readonly sessionSealed: string | null;
  readonly failures: number;
  readonly backingOff: boolean;
}

interface RenewalAttempt {
  readonly epoch: number;
  /** Version that the caller found unusable: whatever is newer will do. */
  readonly staleVersion: number;
}

const STORED_SESSION = z.object({
  deviceId: z.string(),
  refreshToken: z.string(),
  serverPublic: z.object({ kty: z.literal('EC'), crv: z.literal('P-384'), x: z.string(), y: z.string() }),
  obtainedAt: z.coerce.date(),
  expiresAt: z.coerce.date(),
});

/**
 * Sessions in Postgres, one row an account. Whoever raises `renewal_epoch` holds a lease on the database's clock and
 * authorizes with no transaction open; only the latest epoch may publish, so a late loser stores nothing.
 */
@Injectable()
export class PgSessionStore extends SessionStore {
  constructor(
    private readonly database: DataSource,
    private readonly keystore: Keystore,
  ) {
    super();
  }

  override async load(accountId: string): Promise<BankSession | undefined> {
    const row = await this.read(accountId);
    return row?.sessionSealed ? this.open(accountId, row.version, row.sessionSealed) : undefined;
  }

  override async replace(
    accountId: string,
    staleVersion: number,
    authorize: () => Promise<FreshSession>,
  ): Promise<BankSession> {
    const deadline = Date.now() + WAIT_MS;
    do {
      const epoch = await this.claim(accountId, staleVersion);
      if (epoch !== undefined) return this.renew(accountId, { epoch, staleVersion }, authorize);
      const row = await this.read(accountId);
      if (row?.sessionSealed && row.version > staleVersion) return this.open(accountId, row.version, row.sessionSealed);
      if (row?.backingOff) throw unavailable('the bank refused the last renewal; backing off');
      await sleep(POLL_MS * (0.5 + Math.random()));
    } while (Date.now() < deadline);
    throw unavailable('another process is still renewing');
  }

  /** One statement decides: the row must still be stale, free of a live lease and not backing off. */
  private async claim(accountId: string, staleVersion: number): Promise<number | undefined> {
    const rows = await this.database.query<{ epoch: number }[]>(
      `INSERT INTO bank_session AS s (merchant_account_id, renewal_epoch, lease_until)
       VALUES ($1, 1, clock_timestamp() + make_interval(secs => $3))
       ON CONFLICT (merchant_account_id) DO UPDATE
         SET renewal_epoch = s.renewal_epoch + 1, lease_until = EXCLUDED.lease_until
         WHERE s.version <= $2 AND s.lease_until < clock_timestamp() AND s.retry_at <= clock_timestamp()
       RETURNING s.renewal_epoch AS epoch`,
      [accountId, staleVersion, LEASE_SECONDS],
    );
    return rows[0]?.epoch;
  }

  private async renew(
    accountId: string,
    attempt: RenewalAttempt,
    authorize: () => Promise<FreshSession>,
  ): Promise<BankSession> {
    try {
      const fresh = await authorize();
      return await this.publish(accountId, attempt, fresh);
    } catch (error) {
      await this.recordFailure(accountId, attempt.epoch, error);
      throw error;
    }
  }

  private async publish(accountId: string, attempt: RenewalAttempt, fresh: FreshSession): Promise<BankSession> {
    const stale = await this.read(accountId);
    const version = (stale?.version ?? 0) + 1;
    const sealed = await this.keystore.seal(Buffer.from(JSON.stringify(fresh)), placeOf(accountId, version));
    const [, published] = await this.database.query<[unknown, number]>(
      `UPDATE bank_session
       SET version = $3, session_sealed = $4, obtained_at = $5, expires_at = $6,
           lease_until = '-infinity', failures = 0, retry_at = '-infinity', last_error = NULL
       WHERE merchant_account_id = $1 AND renewal_epoch = $2 AND version = $3 - 1`,
      [accountId, attempt.epoch, version, sealed, fresh.obtainedAt, fresh.expiresAt],
    );
    if (published === 1) return { ...fresh, version };
    const winner = await this.load(accountId);
    if (winner && winner.version > attempt.staleVersion) return winner;
    throw unavailable('the renewal took longer than its lease and somebody else took over');
  }

  private async recordFailure(accountId: string, epoch: number, error: unknown): Promise<void> {
    await this.database.query(
      `UPDATE bank_session
       SET lease_until = '-infinity', failures = failures + 1, last_error = $3,
           retry_at = clock_timestamp() + make_interval(secs => ($4::int[])[least(failures + 1, cardinality($4::int[]))])
       WHERE merchant_account_id = $1 AND renewal_epoch = $2`,
      [accountId, epoch, error instanceof AllianceError ? error.code : 'internal', BACK_OFF_SECONDS],
    );
  }

  private async read(accountId: string): Promise<SessionRow | undefined> {
    const rows = await this.database.query<SessionRow[]>(
      `SELECT version, session_sealed AS "sessionSealed", failures, retry_at > clock_timestamp() AS "backingOff"
       FROM bank_session WHERE merchant_account_id = $1`,
      [accountId],
    );
    return rows[0];
  }

  private async open(accountId: string, version: number, sealed: string): Promise<BankSession> {
    const bytes = await this.keystore.open(sealed, placeOf(accountId, version));
    return { ...STORED_SESSION.parse(JSON.parse(Buffer.from(bytes).toString())), version };
  }
}

const placeOf = (accountId: string, version: number): SealPlace => ({
  table: 'bank_session',
  column: 'session',
  row: accountId,
  accountId,
  version,
});

const unavailable = (why: string): AllianceError =>
  new AllianceError('ALLIANCE_SESSION_UNAVAILABLE', `no bank session can be had: ${why}`, {
    noEffect: true,
    reason: 'contention',
  });
