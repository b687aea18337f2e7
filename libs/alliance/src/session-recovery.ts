import { AllianceError, type AllianceErrorCode, type BankRefusal } from './alliance-error.js';
import { type BankSession } from './session-store.js';

/** Milliseconds. A session that was renewed under protest and is ended within this time has a rival. */
const CONTENTION_MS = 60_000;

export interface SessionCode {
  /** superseded: somebody authorized after us · expired: its time is over · unusable: the bank cannot work with it */
  readonly sign: 'superseded' | 'expired' | 'unusable';
  /** What it is when it comes again after the replay. */
  readonly again: Extract<AllianceErrorCode, 'ALLIANCE_UNKNOWN_OUTCOME' | 'ALLIANCE_ACCOUNT_BLOCKED'>;
}

/**
 * The codes that a new session may cure, under any HTTP status. Each: if the session used is older than the current one,
 * replay with the current; else renew; then replay once. Source: bank docs, "Authentication", code table.
 * `b_user_merchant_request_mismatch` is not among them: it is a wrong configuration.
 */
export const SESSION_CODES: Readonly<Record<string, SessionCode>> = {
  b_expired_token: { sign: 'expired', again: 'ALLIANCE_UNKNOWN_OUTCOME' },
  b_auth_token_expired: { sign: 'expired', again: 'ALLIANCE_UNKNOWN_OUTCOME' },
  b_used_token: { sign: 'superseded', again: 'ALLIANCE_UNKNOWN_OUTCOME' },
  b_previous_auth_token_expired: { sign: 'superseded', again: 'ALLIANCE_UNKNOWN_OUTCOME' },
  b_session_doesnt_exist: { sign: 'superseded', again: 'ALLIANCE_UNKNOWN_OUTCOME' },
  b_session_doesnt_exists: { sign: 'superseded', again: 'ALLIANCE_UNKNOWN_OUTCOME' },
  b_unknown_device: { sign: 'unusable', again: 'ALLIANCE_UNKNOWN_OUTCOME' },
  b_refresh_token_absent: { sign: 'unusable', again: 'ALLIANCE_UNKNOWN_OUTCOME' },
  b_virtual_device_not_found: { sign: 'unusable', again: 'ALLIANCE_UNKNOWN_OUTCOME' },
  b_encryptor_failed_decrypt_message: { sign: 'unusable', again: 'ALLIANCE_ACCOUNT_BLOCKED' },
};

export const sessionCodeOf = (refusal: BankRefusal): SessionCode | undefined =>
  Object.hasOwn(SESSION_CODES, refusal.msgCode) ? SESSION_CODES[refusal.msgCode] : undefined;

/** A session code after the replay: the renewal did not help. */
export function finalError({ again }: SessionCode, refusal: BankRefusal, effect: boolean): AllianceError {
  return new AllianceError(again, `The bank answered ${refusal.msgCode} again after a renewal`, {
    bank: refusal,
    reason: 'session_refused_again',
    noEffect: !effect,
  });
}

/** Keeps two processes that share a service code by mistake from logging each other out for ever. */
export class ContentionGuard {
  /** Per account: the newest session that a refusal, not the clock, brought about. */
  private readonly forced = new Map<string, number>();

  note(accountId: string, session: BankSession): void {
    this.forced.set(accountId, session.version);
  }

  /** @throws AllianceError `ALLIANCE_SESSION_UNAVAILABLE` */
  check(accountId: string, used: BankSession, { sign }: SessionCode, now: Date): void {
    const isYoung = now.getTime() - used.obtainedAt.getTime() < CONTENTION_MS;
    if (sign !== 'superseded' || !isYoung || this.forced.get(accountId) !== used.version) return;
    throw new AllianceError('ALLIANCE_SESSION_UNAVAILABLE', 'Somebody else uses the same service code', {
      reason: 'session_contention',
      noEffect: true,
    });
  }
}
