import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { claimDueSql, type Room, roomParameters } from '../../database/claim-due.js';
import { hydrate } from '../../database/hydrate.js';
import { sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';
import { recurringStep, type RecurringStep } from '../domain/recurring-step.js';
import { SubscriptionError } from '../subscription-error.js';
import { RecurringRequestEntity } from './recurring-request.entity.js';

export interface NewRequest {
  readonly accountId: string;
  readonly id: string;
  readonly subjectId: string;
  readonly step: RecurringStep;
  readonly bankMerchantId: string;
  readonly merchantRequestId?: string | undefined;
  readonly input: object;
}

export interface DueRequest {
  readonly accountId: string;
  readonly id: string;
}

/** Seconds until a worker looks at what a process has in hand: longer than a call and its renewal. */
const CRASH_NET_SECONDS = 60;
/** What is not known by then waits for a person, and is asked for all the same. */
const REVIEW_AFTER_SECONDS = 24 * 3_600;

const CLAIM_DUE = claimDueSql({
  table: 'recurring_request',
  column: 'next_attempt_at',
  returning: 'merchant_account_id AS "accountId", id',
});

@Injectable()
export class RecurringRequestRepository {
  constructor(private readonly database: DataSource) {}

  /** Writes ahead. @throws SubscriptionError `RECURRING_REQUEST_OPEN` */
  async insert(tx: Transaction, request: NewRequest): Promise<RecurringRequestEntity> {
    const rows = await tx.query<object[]>(
      ...sql`
        INSERT INTO recurring_request (merchant_account_id, id, subject_id, step, lane, status, bank_merchant_id,
                                       merchant_request_id, input, sent_at, next_attempt_at, deadline_at)
        VALUES (${request.accountId}, ${request.id}, ${request.subjectId}, ${request.step},
                ${recurringStep(request.step).lane}, 'sending', ${request.bankMerchantId},
                ${request.merchantRequestId}, ${JSON.stringify(request.input)}::jsonb, clock_timestamp(),
                clock_timestamp() + make_interval(secs => ${CRASH_NET_SECONDS}::int),
                clock_timestamp() + make_interval(secs => ${REVIEW_AFTER_SECONDS}::int))
        ON CONFLICT (merchant_account_id, subject_id, lane) WHERE status IN ('sending', 'unknown', 'needs_review')
          DO NOTHING RETURNING *`.render(),
    );
    const [row] = rows;
    if (!row) throw new SubscriptionError('RECURRING_REQUEST_OPEN', `${request.subjectId} is still being changed`);
    return hydrate(tx, RecurringRequestEntity, row);
  }

  find(accountId: string, id: string): Promise<RecurringRequestEntity | null> {
    return this.database.manager.findOneBy(RecurringRequestEntity, { merchantAccountId: accountId, id });
  }

  lock(tx: Transaction, accountId: string, id: string): Promise<RecurringRequestEntity | null> {
    return tx.findOne(RecurringRequestEntity, {
      where: { merchantAccountId: accountId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** The latest of a subject. */
  latest(tx: Transaction, accountId: string, subjectId: string): Promise<RecurringRequestEntity | null> {
    return tx.findOne(RecurringRequestEntity, {
      where: { merchantAccountId: accountId, subjectId },
      order: { number: 'DESC' },
    });
  }

  /** The latest of each. */
  async latestOf(accountId: string, subjectIds: readonly string[]): Promise<Map<string, RecurringRequestEntity>> {
    const rows = await this.database.query<object[]>(
      ...sql`
        SELECT DISTINCT ON (subject_id) * FROM recurring_request
        WHERE merchant_account_id = ${accountId} AND subject_id = ANY(${subjectIds}::text[])
        ORDER BY subject_id, number DESC`.render(),
    );
    const found = rows.map((row) => hydrate(this.database.manager, RecurringRequestEntity, row));
    return new Map(found.map((row) => [row.subjectId, row]));
  }

  /** It has ended. */
  async end(tx: Transaction, { merchantAccountId, id }: RecurringRequestEntity, failure?: string): Promise<void> {
    await tx.query(
      ...sql`
        UPDATE recurring_request SET status = ${failure === undefined ? 'done' : 'refused'}, failure_code = ${failure},
          next_attempt_at = NULL, updated_at = now()
        WHERE merchant_account_id = ${merchantAccountId} AND id = ${id}`.render(),
    );
  }

  /**
   * Nobody knows; it is looked at again.
   * @param inSeconds null: not any more by itself
   */
  async doubt(
    tx: Transaction,
    { merchantAccountId, id }: RecurringRequestEntity,
    { inSeconds, absent }: { readonly inSeconds: number | null; readonly absent: boolean },
  ): Promise<void> {
    await tx.query(
      ...sql`
        UPDATE recurring_request SET
          status = CASE WHEN deadline_at < clock_timestamp() THEN 'needs_review' ELSE 'unknown' END,
          queries = queries + 1, not_founds = CASE WHEN ${absent}::boolean THEN not_founds + 1 ELSE not_founds END,
          not_found_at = CASE WHEN ${absent}::boolean THEN coalesce(not_found_at, clock_timestamp()) ELSE not_found_at END,
          next_attempt_at = clock_timestamp() + make_interval(secs => ${inSeconds}::float8), updated_at = now()
        WHERE merchant_account_id = ${merchantAccountId} AND id = ${id}`.render(),
    );
  }

  /** The bank has the id before, and what it made under it nobody can know. */
  async rename(tx: Transaction, row: RecurringRequestEntity, merchantRequestId: string): Promise<void> {
    await tx.query(`UPDATE recurring_request SET merchant_request_id = $3 WHERE merchant_account_id = $1 AND id = $2`, [
      row.merchantAccountId,
      row.id,
      merchantRequestId,
    ]);
  }

  /** Put on record to be sent once more. */
  async beginAgain(tx: Transaction, row: RecurringRequestEntity): Promise<void> {
    await tx.query(
      ...sql`
        UPDATE recurring_request SET status = 'sending', sends = sends + 1, sent_at = clock_timestamp(),
          next_attempt_at = clock_timestamp() + make_interval(secs => ${CRASH_NET_SECONDS}::int), updated_at = now()
        WHERE merchant_account_id = ${row.merchantAccountId} AND id = ${row.id}`.render(),
    );
  }

  /** See {@link claimDueSql}. */
  async claimDue(room: Room | number, leaseSeconds: number): Promise<DueRequest[]> {
    const [rows] = await this.database.query<[DueRequest[], number]>(CLAIM_DUE, roomParameters(room, leaseSeconds));
    return rows;
  }
}
