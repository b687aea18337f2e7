import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { claimDueSql, type Room, roomParameters } from '../database/claim-due.js';
import { sql } from '../database/sql.js';
import { hintSubjects, type Told } from '../payments/store/hints.js';
import { hintSubscriptions } from '../subscriptions/store/hints.js';
import { type CallbackEntity } from './callback.entity.js';

export type NewCallback = Pick<CallbackEntity, 'merchantAccountId' | 'id' | 'subjectId' | 'digest' | 'bodySealed'>;
export type DueCallback = Pick<CallbackEntity, 'merchantAccountId' | 'id' | 'subjectId' | 'bodySealed' | 'attempts'>;

/** What a callback says, and how it was read. */
export type Read = Told & { readonly outcome: string };

/** A callback with its body, which may be opened. */
export interface KeptCallback extends Pick<
  CallbackEntity,
  'id' | 'deliveries' | 'receivedAt' | 'outcome' | 'bodySealed'
> {
  readonly paymentId: string;
}

export interface GivenUpCallback {
  readonly accountId: string;
  readonly id: string;
  readonly paymentId: string;
  readonly outcome: string | null;
  readonly attempts: number;
  readonly receivedAt: Date;
}

const CLAIM_DUE = claimDueSql({
  table: 'callback_inbox',
  column: 'next_attempt_at',
  returning:
    'merchant_account_id AS "merchantAccountId", id, subject_id AS "subjectId", body_sealed AS "bodySealed", attempts',
  also: 'attempts = attempts + 1',
});

/** Outcome of a callback whose payment we do not have. */
const UNASSIGNED = 'unassigned';

@Injectable()
export class CallbackRepository {
  constructor(private readonly database: DataSource) {}

  /**
   * Keeps the callback, notes what it says and makes its payment due, in one statement and so in one transaction; commits
   * before it returns. The same body again counts as another delivery. One for a payment that we do not have, as after a
   * restore, is kept as well.
   * @param read undefined where it could not be read now: then a worker reads it
   */
  async keep({ merchantAccountId, id, subjectId, digest, bodySealed }: NewCallback, read?: Read): Promise<void> {
    const isRead = read !== undefined;
    await this.database.query(
      ...sql`
        WITH kept AS (
          INSERT INTO callback_inbox AS c
            (merchant_account_id, id, subject_id, digest, body_sealed, next_attempt_at, settled_at, outcome)
          SELECT ${merchantAccountId}, ${id}, ${subjectId}, ${digest}::bytea, ${bodySealed},
                 CASE WHEN ours AND NOT ${isRead}::boolean THEN now() END,
                 CASE WHEN ours AND ${isRead}::boolean THEN now() END,
                 CASE WHEN ours THEN ${read?.outcome} ELSE ${UNASSIGNED} END
          FROM (SELECT EXISTS (SELECT FROM payment WHERE merchant_account_id = ${merchantAccountId}
                               AND payment.id = ${subjectId})
                    OR EXISTS (SELECT FROM subscription WHERE merchant_account_id = ${merchantAccountId}
                               AND subscription.id = ${subjectId}) AS ours) AS p
          ON CONFLICT (merchant_account_id, subject_id, digest) DO UPDATE SET deliveries = c.deliveries + 1
          RETURNING c.merchant_account_id, c.subject_id, c.deliveries = 1 AS is_new),
        ${hintSubjects(sql`kept`, read)},
        ${hintSubscriptions(sql`kept`)}
        SELECT FROM kept`.render(),
    );
  }

  /** The customer of a subscription is back: it is looked at now. @returns where the merchant wants the customer */
  async hintOnReturn(accountId: string, subscriptionId: string): Promise<string | undefined> {
    const one = sql`(SELECT ${accountId}::text AS merchant_account_id, ${subscriptionId}::text AS subject_id)`;
    const [row] = await this.database.query<{ returnUrl: string | null }[]>(
      ...sql`
        WITH ${hintSubscriptions(one)}
        SELECT return_url AS "returnUrl" FROM subscription
        WHERE merchant_account_id = ${accountId} AND id = ${subscriptionId}`.render(),
    );
    return row?.returnUrl ?? undefined;
  }

  /** See {@link claimDueSql}. */
  async claimDue(room: Room | number, leaseSeconds: number): Promise<DueCallback[]> {
    const [rows] = await this.database.query<[DueCallback[], number]>(CLAIM_DUE, roomParameters(room, leaseSeconds));
    return rows;
  }

  /** Kept, never worked off, and not tried any more; newest first. */
  givenUp(limit: number): Promise<GivenUpCallback[]> {
    return this.database.query<GivenUpCallback[]>(
      `SELECT merchant_account_id AS "accountId", id, subject_id AS "paymentId", outcome, attempts,
              received_at AS "receivedAt"
       FROM callback_inbox WHERE settled_at IS NULL AND next_attempt_at IS NULL ORDER BY received_at DESC LIMIT $1`,
      [limit],
    );
  }

  async find(accountId: string, id: string): Promise<KeptCallback | undefined> {
    const [row] = await this.database.query<KeptCallback[]>(
      `SELECT id, subject_id AS "paymentId", deliveries, received_at AS "receivedAt", outcome, body_sealed AS "bodySealed"
       FROM callback_inbox WHERE merchant_account_id = $1 AND id = $2`,
      [accountId, id],
    );
    return row;
  }

  /** @returns false where there is none, or it is not given up */
  async tryAgain(accountId: string, id: string): Promise<boolean> {
    const [, changed] = await this.database.query<[unknown, number]>(
      `UPDATE callback_inbox SET attempts = 0, next_attempt_at = now()
       WHERE merchant_account_id = $1 AND id = $2 AND settled_at IS NULL AND next_attempt_at IS NULL`,
      [accountId, id],
    );
    return changed === 1;
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
