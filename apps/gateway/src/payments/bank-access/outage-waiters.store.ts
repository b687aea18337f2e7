import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Seconds over which what waited becomes due, so that a bank that is back is not met by all of it at once. */
const SPREAD_SECONDS = 10;
/** The first call that failed had begun before it failed. Seconds. */
const SLACK_SECONDS = 30;

/** `sending` rows are somebody's who is at the bank with them at this moment. */
const TABLES = [
  { table: 'operation', due: 'next_query_at', inHand: `status = 'sending'` },
  { table: 'payment', due: 'next_sync_at', inHand: `status = 'created'` },
] as const;

/** Makes rows due that were put off while the bank of their account did not answer. */
@Injectable()
export class OutageWaiters {
  constructor(private readonly database: DataSource) {}

  /** @param seconds that the outage lasted */
  async wake(accountId: string, seconds: number): Promise<void> {
    for (const { table, due, inHand } of TABLES) {
      await this.database.query(
        `UPDATE ${table} SET ${due} = least(${due}, now() + random() * make_interval(secs => ${SPREAD_SECONDS}))
         WHERE (merchant_account_id, id) IN (
           SELECT merchant_account_id, id FROM ${table}
           WHERE merchant_account_id = $1 AND ${due} > now() AND NOT (${inHand})
             AND updated_at > now() - make_interval(secs => $2::float8 + ${SLACK_SECONDS})
           FOR UPDATE SKIP LOCKED)`,
        [accountId, seconds],
      );
    }
  }
}
