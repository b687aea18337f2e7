import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Seconds over which what waited becomes due, so that hundreds of rows do not meet a new session all at once. */
const SPREAD_SECONDS = 5;
/**
 * Seconds. A call may wait this long for a session, and more until its row is written: a row noted so soon after a
 * session was published may have missed it.
 */
const OVERLOOKED_SECONDS = 40;

const TABLES = [
  { table: 'operation', due: 'next_query_at' },
  { table: 'payment', due: 'next_sync_at' },
] as const;

/** Makes rows due that waited for a bank session, and only those: other back-offs stay as they are. */
@Injectable()
export class SessionWaiters {
  constructor(private readonly database: DataSource) {}

  /** There is a session again. Rows that somebody has in hand are passed over; {@link wakeOverlooked} finds them. */
  async wake(accountId: string): Promise<void> {
    await this.makeDue('w.merchant_account_id = $1', [accountId]);
  }

  /** Rows of any account that were noted when the session they lacked had already come. @returns how many */
  wakeOverlooked(): Promise<number> {
    return this.makeDue(
      `EXISTS (SELECT 1 FROM bank_session s WHERE s.merchant_account_id = w.merchant_account_id
         AND s.blocked_by IS NULL AND s.published_at > w.session_awaited_at - make_interval(secs => ${OVERLOOKED_SECONDS}))`,
    );
  }

  private async makeDue(condition: string, parameters: readonly string[] = []): Promise<number> {
    let woken = 0;
    for (const { table, due } of TABLES) {
      const [, changed] = await this.database.query<[unknown, number]>(
        `UPDATE ${table} SET session_awaited_at = NULL,
                ${due} = least(${due}, now() + random() * make_interval(secs => ${SPREAD_SECONDS}))
         WHERE (merchant_account_id, id) IN (
           SELECT w.merchant_account_id, w.id FROM ${table} w
           WHERE w.session_awaited_at IS NOT NULL AND w.${due} IS NOT NULL AND ${condition}
           FOR UPDATE SKIP LOCKED)`,
        [...parameters],
      );
      woken += changed;
    }
    return woken;
  }
}
