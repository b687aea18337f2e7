import { Injectable } from '@nestjs/common';
import { AllianceError, AllianceSession } from '#libs/alliance';
import { AccountError } from '../../accounts/account-error.js';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { type SessionForecast, SessionSchedule } from './session-schedule.store.js';
import { SessionRows } from './session-rows.store.js';
import { SessionWaiters } from './session-waiters.store.js';
import { failureOfCall } from './stored-alliance-accounts.js';

/** What an operator can see and do about bank sessions. */
@Injectable()
export class BankSessionsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly schedule: SessionSchedule,
    private readonly sessions: AllianceSession,
    private readonly rows: SessionRows,
    private readonly waiters: SessionWaiters,
  ) {}

  forecast(): Promise<SessionForecast[]> {
    return this.schedule.forecast();
  }

  /** For the end of the process: no renewal begins any more. Resolves when those under way have ended. */
  close(): Promise<void> {
    return this.sessions.close();
  }

  /** Replaces the session now. @returns its version @throws AccountError `SESSION_UNAVAILABLE` | `ACCOUNT_BLOCKED` | `ACCOUNT_NOT_FOUND` */
  async renew(accountId: string): Promise<number> {
    await this.accounts.summary(accountId);
    await this.rows.forgetBackOff(accountId); // whoever asks for it now has a reason not to wait
    const row = await this.rows.read(accountId);
    try {
      return (await this.sessions.renew(accountId, { stale: row?.version ?? 0 })).version;
    } catch (error) {
      const failure = failureOfCall(error);
      if (!(failure instanceof AllianceError)) throw failure;
      const code = failure.code === 'ALLIANCE_ACCOUNT_BLOCKED' ? 'ACCOUNT_BLOCKED' : 'SESSION_UNAVAILABLE';
      throw new AccountError(code, failure.message);
    }
  }

  /** No call to the bank for this account until it is lifted; what is under way comes to its end. */
  async block(accountId: string, reason: string): Promise<void> {
    await this.accounts.summary(accountId);
    await this.rows.block(accountId, 'operator', reason);
  }

  /** @returns whether the account was blocked */
  async unblock(accountId: string): Promise<boolean> {
    await this.accounts.summary(accountId);
    const lifted = await this.rows.unblock(accountId);
    if (lifted) await this.waiters.wake(accountId);
    return lifted;
  }
}
