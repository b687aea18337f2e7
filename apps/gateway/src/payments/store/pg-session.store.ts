import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { AllianceError, type BankSession, type FreshSession, type RenewalCause, SessionStore } from '#libs/alliance';
import { Keystore, type SealPlace } from '#libs/keystore';
import { errorSummary } from '../../database/error-summary.js';
import { SessionRows, type SessionRow } from './session-rows.store.js';
import { SessionWaiters } from './session-waiters.store.js';

/** Longest wait for somebody else's renewal. */
const WAIT_MS = 25_000;
const POLL_MS = 100;

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
  private readonly logger = new Logger(PgSessionStore.name);
  private readonly rows: SessionRows;
  private readonly waiters: SessionWaiters;

  constructor(
    database: DataSource,
    private readonly keystore: Keystore,
  ) {
    super();
    this.rows = new SessionRows(database);
    this.waiters = new SessionWaiters(database);
  }

  override async load(accountId: string): Promise<BankSession | undefined> {
    const row = await this.rows.read(accountId);
    if (row?.blockedBy === 'operator') throw blocked(row);
    return row && this.open(accountId, row);
  }

  override async replace(
    accountId: string,
    staleVersion: number,
    authorize: () => Promise<FreshSession>,
    cause: RenewalCause = 'proactive',
  ): Promise<BankSession> {
    const deadline = Date.now() + WAIT_MS;
    do {
      const epoch = await this.rows.claim(accountId, staleVersion, cause);
      if (epoch !== undefined) return this.renew(accountId, { epoch, staleVersion }, authorize);
      const row = await this.rows.read(accountId);
      const session = row && row.version > staleVersion ? await this.open(accountId, row) : undefined;
      if (session) return session;
      const obstacle = row && !row.leased ? hindrance(row, cause) : undefined;
      if (obstacle) throw obstacle;
      await sleep(POLL_MS * (0.5 + Math.random()));
    } while (Date.now() < deadline);
    throw unavailable('contended', 'another process is still renewing');
  }

  override block(accountId: string, reason: string): Promise<void> {
    return this.rows.block(accountId, 'bank', reason);
  }

  private async renew(
    accountId: string,
    attempt: RenewalAttempt,
    authorize: () => Promise<FreshSession>,
  ): Promise<BankSession> {
    try {
      return await this.publish(accountId, attempt, await authorize());
    } catch (error) {
      const reason = reasonOf(error);
      const recorded = await this.rows.recordFailure(accountId, attempt.epoch, reason);
      if (isBlocking(error)) await this.rows.block(accountId, 'bank', reason);
      const published = recorded ? undefined : await this.load(accountId); // its COMMIT went through, the answer did not
      if (published && published.version > attempt.staleVersion) return published;
      throw error;
    }
  }

  private async publish(accountId: string, attempt: RenewalAttempt, fresh: FreshSession): Promise<BankSession> {
    const version = ((await this.rows.read(accountId))?.version ?? 0) + 1;
    const sealed = await this.keystore.seal(Buffer.from(JSON.stringify(fresh)), sessionPlace(accountId, version));
    if (await this.rows.publish(accountId, attempt.epoch, { version, sealed, ...fresh })) {
      await this.wake(accountId);
      return { ...fresh, version };
    }
    const winner = await this.load(accountId);
    if (winner && winner.version > attempt.staleVersion) return winner;
    throw unavailable('contended', 'the renewal took longer than its lease and somebody else took over');
  }

  /** The session is published whatever becomes of this: a worker finds what was overlooked. */
  private async wake(accountId: string): Promise<void> {
    try {
      await this.waiters.wake(accountId);
    } catch (error) {
      this.logger.warn(`what waited for a session of ${accountId} is not woken yet: ${errorSummary(error)}`);
    }
  }

  private async open(accountId: string, row: SessionRow): Promise<BankSession | undefined> {
    if (row.sessionSealed === null) return undefined;
    const bytes = await this.keystore.open(row.sessionSealed, sessionPlace(accountId, row.version));
    return { ...STORED_SESSION.parse(JSON.parse(Buffer.from(bytes).toString())), version: row.version };
  }
}

const isBlocking = (error: unknown): boolean =>
  error instanceof AllianceError && error.code === 'ALLIANCE_ACCOUNT_BLOCKED';

const reasonOf = (error: unknown): string =>
  error instanceof AllianceError ? (error.reason ?? error.code) : 'internal';

/** Where a session is sealed. */
export const sessionPlace = (accountId: string, version: number): SealPlace => ({
  table: 'bank_session',
  column: 'session',
  row: accountId,
  accountId,
  version,
});

/** Why nobody may renew just now, by what the row says. */
function hindrance(row: SessionRow, cause: RenewalCause): AllianceError | undefined {
  if (row.blockedBy !== null && !row.probeDue) return blocked(row);
  if (row.backingOff) return unavailable('backing_off', 'the last renewal failed; backing off');
  if (row.ceilingReached && cause === 'reactive') {
    return unavailable('renewal_ceiling', 'the bank refused too many sessions within an hour');
  }
  return undefined;
}

const unavailable = (reason: string, why: string): AllianceError =>
  new AllianceError('ALLIANCE_SESSION_UNAVAILABLE', `no bank session can be had: ${why}`, { noEffect: true, reason });

const blocked = ({ blockedBy, blockedReason }: SessionRow): AllianceError =>
  new AllianceError(
    'ALLIANCE_ACCOUNT_BLOCKED',
    `the account is blocked by the ${blockedBy ?? 'bank'}: ${blockedReason ?? ''}`,
    {
      noEffect: true,
      reason: blockedReason ?? 'blocked',
    },
  );
