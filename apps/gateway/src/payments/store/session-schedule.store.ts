import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A session is renewed at the latest this long before it expires. */
const FLOOR_HOURS = 2;
/** Spread, so that accounts created together are not renewed together. */
const JITTER_MINUTES = 30;

export interface DueSession {
  readonly accountId: string;
  readonly version: number;
}

/** Which sessions are old enough to be renewed, on the database's clock. */
@Injectable()
export class SessionSchedule {
  constructor(
    private readonly database: DataSource,
    private readonly renewHours: number,
  ) {}

  due(): Promise<DueSession[]> {
    return this.database.query<DueSession[]>(
      `SELECT merchant_account_id AS "accountId", version FROM bank_session
       WHERE version > 0 AND lease_until < now() AND retry_at <= now()
         AND (obtained_at < now() - make_interval(hours => $1, mins => abs(hashtext(merchant_account_id || version)) % $2)
              OR expires_at < now() + make_interval(hours => $3))`,
      [this.renewHours, JITTER_MINUTES, FLOOR_HOURS],
    );
  }
}
