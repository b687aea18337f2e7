import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { claimDueSql, type Room, roomParameters } from '../database/claim-due.js';
import { type CallbackEntity } from './callback.entity.js';

export type NewCallback = Pick<CallbackEntity, 'merchantAccountId' | 'id' | 'subjectId' | 'digest' | 'bodySealed'>;
export type DueCallback = Pick<CallbackEntity, 'merchantAccountId' | 'id' | 'subjectId' | 'bodySealed' | 'attempts'>;

const CLAIM_DUE = claimDueSql({
  table: 'callback_inbox',
  column: 'next_attempt_at',
  returning:
    'merchant_account_id AS "merchantAccountId", id, subject_id AS "subjectId", body_sealed AS "bodySealed", attempts',
  also: 'attempts = attempts + 1',
});

@Injectable()
export class CallbackRepository {
  constructor(private readonly database: DataSource) {}

  /** Commits before it returns. The same body again only counts as another delivery. @returns false for a payment we do not have */
  async keep(callback: NewCallback): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(
      `INSERT INTO callback_inbox AS c (merchant_account_id, id, subject_id, digest, body_sealed, next_attempt_at)
       SELECT $1, $2, $3, $4, $5, now() WHERE EXISTS (SELECT 1 FROM payment WHERE merchant_account_id = $1 AND id = $3)
       ON CONFLICT (merchant_account_id, subject_id, digest) DO UPDATE SET deliveries = c.deliveries + 1
       RETURNING 1`,
      [callback.merchantAccountId, callback.id, callback.subjectId, callback.digest, callback.bodySealed],
    );
    return rows.length > 0;
  }

  /** See {@link claimDueSql}. */
  async claimDue(room: Room | number, leaseSeconds: number): Promise<DueCallback[]> {
    const [rows] = await this.database.query<[DueCallback[], number]>(CLAIM_DUE, roomParameters(room, leaseSeconds));
    return rows;
  }

  async settle(callback: DueCallback, outcome: string): Promise<void> {
    await this.database.query(
      `UPDATE callback_inbox SET outcome = $3, settled_at = now(), next_attempt_at = NULL
       WHERE merchant_account_id = $1 AND id = $2`,
      [callback.merchantAccountId, callback.id, outcome],
    );
  }

  /** Keeps a callback that could not be worked off. @param retryInSeconds null: it is not tried again */
  async putOff(callback: DueCallback, outcome: string, retryInSeconds: number | null): Promise<void> {
    await this.database.query(
      `UPDATE callback_inbox SET outcome = $3, next_attempt_at = now() + make_interval(secs => $4::float8)
       WHERE merchant_account_id = $1 AND id = $2`,
      [callback.merchantAccountId, callback.id, outcome, retryInSeconds],
    );
  }
}
