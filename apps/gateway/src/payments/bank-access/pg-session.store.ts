import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type DataSource } from 'typeorm';
import { z } from 'zod';
import {
  AllianceError,
  type BankSession,
  type FreshSession,
  type RenewalRequest,
  serializeSession,
  SessionStore,
} from '#libs/alliance';
import { type Keystore, type Sealer, type SealPlace } from '#libs/keystore';
import { reach } from '../../failpoints/failpoint.js';
import { errorSummary } from '../../database/error-summary.js';
import { type Claimed, type Published, SessionRows, type SessionRow } from './session-rows.store.js';
import { SessionWaiters } from './session-waiters.store.js';

/** Longest wait for somebody else's renewal, or for a token of the bucket. */
const WAIT_MS = 25_000;
const POLL_MS = 100;
/** Seconds of the lease that must be left when the bank is asked: 20 for authorize and 5 to publish. */
const ENOUGH_LEASE_SECONDS = 25;
/** Milliseconds of a lease that a process may lose between the check and the call. */
const CHECK_MAY_TAKE_MS = 5_000;
/** The bank has ended the old session: the new one is not thrown away because a connection was cut. */
const PUBLISH_PAUSES_MS = [100, 500, 2_000] as const;
const DEFAULT_RENEW_HOURS = 8;

const STORED_SESSION = z.object({
  deviceId: z.string(),
  refreshToken: z.string(),
  serverPublic: z.object({ kty: z.literal('EC'), crv: z.literal('P-384'), x: z.string(), y: z.string() }),
  obtainedAt: z.coerce.date(),
  expiresAt: z.coerce.date(),
});

type Authorize = () => Promise<FreshSession>;

/**
 * Sessions in Postgres, one row an account. Whoever raises `renewal_epoch` holds a lease on the database's clock and
 * authorizes with no transaction open; only the latest epoch may publish, so a late loser stores nothing.
 */
export class PgSessionStore extends SessionStore {
  override readonly pacesRenewals = true;
  private readonly logger = new Logger(PgSessionStore.name);
  private readonly rows: SessionRows;
  private readonly waiters: SessionWaiters;

  /** @param renewHours age at which a session is due */
  constructor(
    database: DataSource,
    private readonly keystore: Keystore,
    renewHours = DEFAULT_RENEW_HOURS,
  ) {
    super();
    this.rows = new SessionRows(database, renewHours);
    this.waiters = new SessionWaiters(database);
  }

  override async load(accountId: string): Promise<BankSession | undefined> {
    const row = await this.rows.read(accountId);
    if (row?.blockedBy === 'operator') throw blocked(row);
    return row && this.open(accountId, row);
  }

  /** Looks, and claims where it is free: at most one process at a time gets to ask the bank. */
  override async replace(accountId: string, request: RenewalRequest, authorize: Authorize): Promise<BankSession> {
    const { stale, refusal, onlyIfDue = false, waitMs = WAIT_MS } = request;
    const deadline = performance.now() + waitMs;
    let sealer: Sealer | undefined;
    do {
      const row = await this.rows.read(accountId);
      const session = row && (await this.sessionThatWillDo(accountId, row, request));
      if (session) return session;
      if (mayBeClaimed(row, refusal !== undefined)) {
        sealer ??= await this.keystore.prepare();
        const claim = { stale, refused: refusal !== undefined, onlyIfDue };
        const claimed = await this.rows.claim(accountId, claim);
        const renewed = claimed && (await this.renew(accountId, { ...claimed, stale, sealer }, authorize));
        if (renewed) return renewed;
      }
      await sleep(POLL_MS * (0.5 + Math.random()));
    } while (performance.now() < deadline);
    throw unavailable('contended', 'another process is still renewing');
  }

  override async noteUndecryptable(accountId: string, version: number): Promise<boolean> {
    const tooOften = await this.rows.countUndecryptable(accountId, version);
    if (tooOften) await this.rows.block(accountId, 'bank', 'b_encryptor_failed_decrypt_message');
    return tooOften;
  }

  override noteDecrypted(accountId: string): Promise<void> {
    return this.rows.forgetUndecryptable(accountId);
  }

  /**
   * A newer session, or the same where it need not be replaced now.
   * @throws AllianceError why nobody may renew just now
   */
  private async sessionThatWillDo(
    accountId: string,
    row: SessionRow,
    { stale, onlyIfDue }: RenewalRequest,
  ): Promise<BankSession | undefined> {
    if (row.blockedBy === 'operator') throw blocked(row);
    if (row.version > stale) return this.open(accountId, row);
    if (row.blockedBy === 'bank' && !row.probeDue) throw blocked(row);
    if (onlyIfDue && mayStay(row)) return this.open(accountId, row);
    if (!row.leased && row.backingOff) throw unavailable('backing_off', 'the last renewal failed; backing off');
    return undefined;
  }

  /** @returns undefined where the attempt was no longer ours, or not for long enough, when the bank was to be asked */
  private async renew(
    accountId: string,
    attempt: Claimed & { readonly stale: number; readonly sealer: Sealer },
    authorize: Authorize,
  ): Promise<BankSession | undefined> {
    reach('session.claimed');
    const { epoch, stale, sealer } = attempt;
    const version = Math.max(attempt.version, stale) + 1;
    try {
      if (!(await this.isStillOurs(accountId, epoch))) return undefined;
      const session = await authorize();
      reach('session.authorized');
      const sealed = sealer.seal(Buffer.from(serializeSession(session)), sessionPlace(accountId, version));
      if (await this.publish(accountId, { epoch, version, sealed, session })) return { ...session, version };
    } catch (error) {
      const winner = await this.fail(accountId, attempt, error);
      if (winner) return winner;
      throw error;
    }
    const winner = await this.load(accountId);
    if (winner && winner.version > stale) return winner;
    throw unavailable('contended', 'the renewal took longer than its lease and somebody else took over');
  }

  /** The last thing before the bank is asked: a process that was paused must not end the session of a winner. */
  private async isStillOurs(accountId: string, epoch: number): Promise<boolean> {
    const askedAt = performance.now();
    const seconds = await this.rows.leaseLeft(accountId, epoch);
    const isInTime = performance.now() - askedAt < CHECK_MAY_TAKE_MS;
    if (seconds !== undefined && seconds >= ENOUGH_LEASE_SECONDS && isInTime) return true;
    await this.rows.release(accountId, epoch);
    return false;
  }

  private async publish(accountId: string, published: Published): Promise<boolean> {
    for (const pauseMs of PUBLISH_PAUSES_MS) {
      try {
        const isOurs = await this.rows.publish(accountId, published);
        reach('session.published');
        if (isOurs) await this.wake(accountId);
        reach('session.woken');
        return isOurs;
      } catch (error) {
        this.logger.warn(`a session of ${accountId} is not stored yet: ${errorSummary(error)}`);
        await sleep(pauseMs);
      }
    }
    return this.rows.publish(accountId, published);
  }

  /** @returns the session, where it was published after all and only the answer was lost */
  private async fail(
    accountId: string,
    { epoch, stale }: Claimed & { readonly stale: number },
    error: unknown,
  ): Promise<BankSession | undefined> {
    const reason = reasonOf(error);
    const recorded = await this.rows.recordFailure(accountId, epoch, reason);
    if (isBlocking(error)) await this.rows.block(accountId, 'bank', reason);
    const published = recorded ? undefined : await this.load(accountId);
    return published && published.version > stale ? published : undefined;
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

/** It works, and is not due, or somebody is at it, or has just failed. */
const mayStay = (row: SessionRow): boolean => !row.expired && (!row.due || row.leased || row.backingOff);

/** So that a DEK is asked for only where the claim is likely to go through. */
function mayBeClaimed(row: SessionRow | undefined, refused: boolean): boolean {
  return !row || (!row.leased && !row.backingOff && !(refused && row.bucketEmpty));
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
