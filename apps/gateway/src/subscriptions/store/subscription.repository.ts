import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { claimDueSql, type Room, roomParameters } from '../../database/claim-due.js';
import { hydrate } from '../../database/hydrate.js';
import { newId } from '../../database/id.js';
import { sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';
import { type EventType } from '../../outbox/event-types.js';
import { type Difference, type Scheduled } from '../domain/scheduled.js';
import { type SubscriptionStatus } from '../domain/subscription.js';
import { hintSubscriptions } from './hints.js';
import { ScheduledPaymentEntity, ScheduleDifferenceEntity, SubscriptionEntity } from './subscription.entity.js';

export type NewSubscriptionRow = Pick<
  SubscriptionEntity,
  | 'merchantAccountId'
  | 'id'
  | 'planId'
  | 'method'
  | 'livemode'
  | 'customerSealed'
  | 'customerDigest'
  | 'reference'
  | 'description'
  | 'returnUrl'
  | 'metadata'
  | 'bankMerchantId'
>;

export interface SubscriptionFilter {
  readonly limit: number;
  /** Id of the last one of the page before. */
  readonly before: string | undefined;
  readonly status: SubscriptionStatus | undefined;
  readonly planId: string | undefined;
  readonly customerDigest: Buffer | undefined;
}

/** What changes; what is undefined stays. */
export interface SubscriptionChange {
  readonly status?: SubscriptionStatus | undefined;
  readonly bankOrderId?: string | undefined;
  /** Null: there is none any more. */
  readonly redirectUrl?: string | null | undefined;
  readonly failureCode?: string | null | undefined;
}

export interface DueSubscription {
  readonly accountId: string;
  readonly id: string;
}

type Name = Pick<SubscriptionEntity, 'merchantAccountId' | 'id'>;

const CLAIM_DUE = claimDueSql({
  table: 'subscription',
  column: 'next_look_at',
  urgent: 't.looks = 0', // a callback, or a customer who is back
  returning: 'merchant_account_id AS "accountId", id',
});

@Injectable()
export class SubscriptionRepository {
  constructor(private readonly database: DataSource) {}

  async add(tx: Transaction, row: NewSubscriptionRow): Promise<void> {
    await tx.query(
      ...sql`
        INSERT INTO subscription (merchant_account_id, id, plan_id, status, method, livemode, customer_sealed,
                                  customer_digest, reference, description, return_url, metadata, bank_merchant_id)
        VALUES (${row.merchantAccountId}, ${row.id}, ${row.planId}, 'created', ${row.method}, ${row.livemode}::boolean,
                ${row.customerSealed}, ${row.customerDigest}::bytea, ${row.reference}, ${row.description},
                ${row.returnUrl}, ${JSON.stringify(row.metadata)}::jsonb, ${row.bankMerchantId})`.render(),
    );
  }

  find(accountId: string, id: string, tx: Transaction = this.database.manager): Promise<SubscriptionEntity | null> {
    return tx.findOneBy(SubscriptionEntity, { merchantAccountId: accountId, id });
  }

  /** Holds the row until the transaction ends. */
  lock(tx: Transaction, accountId: string, id: string): Promise<SubscriptionEntity | null> {
    return tx.findOne(SubscriptionEntity, {
      where: { merchantAccountId: accountId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** Newest first. */
  async list(accountId: string, filter: SubscriptionFilter): Promise<SubscriptionEntity[]> {
    const { before, status, planId, customerDigest, limit } = filter;
    const place = sql`(SELECT number FROM subscription WHERE merchant_account_id = ${accountId} AND id = ${before})`;
    const rows = await this.database.query<object[]>(
      ...sql`
        SELECT * FROM subscription
        WHERE merchant_account_id = ${accountId} AND (${before}::text IS NULL OR number < ${place})
          AND (${status}::text IS NULL OR status = ${status}) AND (${planId}::text IS NULL OR plan_id = ${planId})
          AND (${customerDigest}::bytea IS NULL OR customer_digest = ${customerDigest}::bytea)
        ORDER BY number DESC LIMIT ${limit}::int`.render(),
    );
    return rows.map((row) => hydrate(this.database.manager, SubscriptionEntity, row));
  }

  /** Writes a change, tells of it, and has the bank asked soon. */
  async change(
    tx: Transaction,
    { merchantAccountId, id }: Name,
    change: SubscriptionChange,
    told?: EventType,
  ): Promise<void> {
    const { status, bankOrderId, redirectUrl, failureCode } = change;
    await tx.query(
      ...sql`
        WITH s AS (
          UPDATE subscription SET status = coalesce(${status}, status), bank_order_id = coalesce(${bankOrderId}, bank_order_id),
            redirect_url = CASE WHEN ${redirectUrl !== undefined}::boolean THEN ${redirectUrl} ELSE redirect_url END,
            failure_code = CASE WHEN ${failureCode !== undefined}::boolean THEN ${failureCode} ELSE failure_code END,
            event_sequence = event_sequence + ${told === undefined ? 0 : 1}::int,
            next_look_at = now(), looks = 0, updated_at = now()
          WHERE merchant_account_id = ${merchantAccountId} AND id = ${id} RETURNING *)
        INSERT INTO outbox_event (merchant_account_id, id, subject_type, subject_id, sequence, type, data)
        SELECT merchant_account_id, ${newId('evt')}, 'subscription', id, event_sequence, ${told}::text,
               jsonb_build_object('subscriptionId', id, 'planId', plan_id)
        FROM s WHERE ${told}::text IS NOT NULL`.render(),
    );
  }

  /** The bank was asked. @param inSeconds null: not by itself any more */
  async looked(
    tx: Transaction,
    { merchantAccountId, id }: Name,
    { looks, inSeconds }: { readonly looks: number; readonly inSeconds: number | null },
  ): Promise<void> {
    await tx.query(
      ...sql`
        UPDATE subscription SET looks = ${looks + 1}::int, looked_at = now(),
          next_look_at = now() + make_interval(secs => ${inSeconds}::float8)
        WHERE merchant_account_id = ${merchantAccountId} AND id = ${id}`.render(),
    );
  }

  async hint(accountId: string, id: string): Promise<void> {
    const one = sql`(SELECT ${accountId}::text AS merchant_account_id, ${id}::text AS subject_id)`;
    await this.database.query(...sql`WITH ${hintSubscriptions(one)} SELECT`.render());
  }

  /** A plan has changed, and with it the schedules of whoever follows it. */
  async hintOfPlan(tx: Transaction, accountId: string, planId: string): Promise<void> {
    await tx.query(
      `UPDATE subscription SET next_look_at = now(), looks = 0 WHERE merchant_account_id = $1 AND plan_id = $2
         AND bank_order_id IS NOT NULL`,
      [accountId, planId],
    );
  }

  /** In the order in which they fall due. */
  scheduled(accountId: string, subscriptionId: string, tx: Transaction = this.database.manager) {
    return tx.find(ScheduledPaymentEntity, {
      where: { merchantAccountId: accountId, subscriptionId },
      order: { executionAt: 'ASC', id: 'ASC' },
    });
  }

  lockScheduled(tx: Transaction, accountId: string, id: string): Promise<ScheduledPaymentEntity | null> {
    return tx.findOne(ScheduledPaymentEntity, {
      where: { merchantAccountId: accountId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async setWord(tx: Transaction, accountId: string, id: string, word: string): Promise<void> {
    await tx.query(
      `UPDATE scheduled_payment SET word = $3, updated_at = now() WHERE merchant_account_id = $1 AND id = $2`,
      [accountId, id, word],
    );
  }

  /** As the bank shows them now. @returns whether any is new or not as before */
  async keepScheduled(tx: Transaction, { merchantAccountId, id }: Name, rows: readonly Scheduled[]): Promise<boolean> {
    const changed = await tx.query<unknown[]>(
      ...sql`
        INSERT INTO scheduled_payment AS s (merchant_account_id, id, subscription_id, number, version, word, amount,
                                            execution_at, retry_at, retries)
        SELECT ${merchantAccountId}, r.id, ${id}, r.number, r.version, r.word, r.amount, r."executionAt", r."retryAt", r.retries
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (id text, number int, version int, word text,
          amount bigint, "executionAt" timestamptz, "retryAt" timestamptz, retries int)
        ON CONFLICT (merchant_account_id, id) DO UPDATE
          SET word = excluded.word, amount = excluded.amount, execution_at = excluded.execution_at,
              retry_at = excluded.retry_at, retries = excluded.retries, updated_at = now()
          WHERE s.subscription_id = excluded.subscription_id AND (s.word, s.amount, s.retries) IS DISTINCT FROM
                (excluded.word, excluded.amount, excluded.retries)
        RETURNING 1`.render(),
    );
    return changed.length > 0;
  }

  async adopted(
    tx: Transaction,
    { merchantAccountId }: Name,
    { id, paymentId, proven }: { readonly id: string; readonly paymentId: string; readonly proven: boolean },
  ): Promise<void> {
    await tx.query(
      `UPDATE scheduled_payment SET payment_id = $3, proven = $4, updated_at = now()
       WHERE merchant_account_id = $1 AND id = $2 AND (payment_id, proven) IS DISTINCT FROM ($3, $4)`,
      [merchantAccountId, id, paymentId, proven],
    );
  }

  /** Those that are found are kept, those that were open and are not found again are settled. @returns how many are new */
  async keepDifferences(
    tx: Transaction,
    { merchantAccountId, id }: Name,
    found: readonly Difference[],
  ): Promise<number> {
    const rows = found.map((one) => ({ ...one, id: newId('dif') }));
    const added = await tx.query<unknown[]>(
      ...sql`
        INSERT INTO schedule_difference (merchant_account_id, id, subscription_id, scheduled_id, kind, detail)
        SELECT ${merchantAccountId}, r.id, ${id}, r."scheduledId", r.kind, r.detail
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (id text, "scheduledId" text, kind text, detail text)
        ON CONFLICT DO NOTHING RETURNING 1`.render(),
    );
    const keys = found.map(({ kind, scheduledId, detail }) => [scheduledId, kind, detail].join('\n'));
    await tx.query(
      ...sql`
        UPDATE schedule_difference SET settled_at = now(), settled_by = 'bank'
        WHERE merchant_account_id = ${merchantAccountId} AND subscription_id = ${id} AND settled_at IS NULL
          AND NOT concat_ws(E'\n', scheduled_id, kind, detail) = ANY(${keys}::text[])`.render(),
    );
    return added.length;
  }

  /** Open ones, oldest first. */
  differences(accountId: string, limit: number): Promise<ScheduleDifferenceEntity[]> {
    return this.database.manager
      .createQueryBuilder(ScheduleDifferenceEntity, 'd')
      .where('d.merchantAccountId = :accountId AND d.settledAt IS NULL', { accountId })
      .orderBy('d.foundAt', 'ASC')
      .limit(limit)
      .getMany();
  }

  /** @returns false where there is none that is open */
  async settleDifference(accountId: string, id: string, reason: string): Promise<boolean> {
    const [, changed] = await this.database.query<[unknown, number]>(
      `UPDATE schedule_difference SET settled_at = now(), settled_by = 'operator', reason = $3
       WHERE merchant_account_id = $1 AND id = $2 AND settled_at IS NULL`,
      [accountId, id, reason],
    );
    return changed === 1;
  }

  /** See {@link claimDueSql}. */
  async claimDue(room: Room | number, leaseSeconds: number): Promise<DueSubscription[]> {
    const [rows] = await this.database.query<[DueSubscription[], number]>(
      CLAIM_DUE,
      roomParameters(room, leaseSeconds),
    );
    return rows;
  }
}
