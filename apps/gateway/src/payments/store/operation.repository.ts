import { Injectable } from '@nestjs/common';
import { DataSource, In, type QueryDeepPartialEntity } from 'typeorm';
import { dueIn } from '../../database/due-in.js';
import { type Transaction } from '../../database/transaction.js';
import { type Operation, type OperationStatus } from '../domain/operation.js';
import { REVIEW_AFTER_SECONDS } from '../domain/schedule.js';
import { OperationEntity } from './operation.entity.js';

/** Columns that a change of state may bring along. `nextQueryInSeconds`: null means that the outcome is known. */
export interface OperationExtras {
  readonly reason?: string | null;
  readonly bankOperationId?: string;
  readonly evidence?: Record<string, unknown>;
  readonly queries?: number;
  readonly notFound?: boolean;
  readonly resent?: boolean;
  readonly nextQueryInSeconds?: number | null;
}

/** Where an operation stands on the database's clock. */
export interface OperationAges {
  readonly sinceSentSeconds: number;
  /** Since the bank first said, by the not-found rule, that it does not know it. */
  readonly sinceNotFoundSeconds: number | null;
  readonly pastDeadline: boolean;
}

export interface DueOperation {
  readonly accountId: string;
  readonly id: string;
  readonly paymentId: string;
  readonly type: OperationEntity['type'];
}

const UNSETTLED: readonly OperationStatus[] = ['sending', 'unknown', 'pending'];
/** The request's own process settles it sooner; past this a worker takes it for abandoned by a crash. Seconds. */
const CRASH_NET_SECONDS = 120;

@Injectable()
export class OperationRepository {
  constructor(private readonly database: DataSource) {}

  /** Write-ahead: this is committed before the bank hears of the operation. */
  async insert(tx: Transaction, operation: Operation, reason: string | null = null): Promise<void> {
    const { accountId, id, paymentId, type, status, amount, currency, merchantRequestId, attempt } = operation;
    const values = {
      ...{
        merchantAccountId: accountId,
        id,
        paymentId,
        type,
        status,
        amount,
        currency,
        merchantRequestId,
        attempt,
        reason,
      },
      sentAt: () => 'clock_timestamp()',
      deadlineAt: () => `now() + make_interval(secs => ${REVIEW_AFTER_SECONDS})`,
      nextQueryAt: () => `now() + make_interval(secs => ${CRASH_NET_SECONDS})`,
    };
    await tx.createQueryBuilder().insert().into(OperationEntity).values(values).execute();
  }

  find(tx: Transaction, accountId: string, id: string): Promise<OperationEntity | null> {
    return tx.findOneBy(OperationEntity, { merchantAccountId: accountId, id });
  }

  findOne(accountId: string, id: string): Promise<OperationEntity | null> {
    return this.find(this.database.manager, accountId, id);
  }

  /** The purchase that counts: the latest, since an orphaned order is followed by another. */
  findPurchase(tx: Transaction, accountId: string, paymentId: string): Promise<OperationEntity | null> {
    return tx.findOne(OperationEntity, {
      where: { merchantAccountId: accountId, paymentId, type: 'purchase' },
      order: { id: 'DESC' },
    });
  }

  currentPurchase(accountId: string, paymentId: string): Promise<OperationEntity | null> {
    return this.findPurchase(this.database.manager, accountId, paymentId);
  }

  /** Oldest first. */
  refunds(accountId: string, paymentId: string, tx: Transaction = this.database.manager): Promise<OperationEntity[]> {
    return tx.find(OperationEntity, {
      where: { merchantAccountId: accountId, paymentId, type: 'refund' },
      order: { id: 'ASC' },
    });
  }

  unsettledRefunds(accountId: string, paymentId: string): Promise<OperationEntity[]> {
    const where = { merchantAccountId: accountId, paymentId, type: 'refund' as const, status: In([...UNSETTLED]) };
    return this.database.manager.find(OperationEntity, { where });
  }

  async ages(tx: Transaction, accountId: string, id: string): Promise<OperationAges> {
    const [ages] = await tx.query<OperationAges[]>(
      `SELECT extract(epoch FROM clock_timestamp() - sent_at)::float AS "sinceSentSeconds",
              extract(epoch FROM clock_timestamp() - not_found_at)::float AS "sinceNotFoundSeconds",
              deadline_at < clock_timestamp() AS "pastDeadline"
       FROM operation WHERE merchant_account_id = $1 AND id = $2`,
      [accountId, id],
    );
    if (!ages) throw new Error(`operation ${id} does not exist`);
    return ages;
  }

  async save(tx: Transaction, operation: Operation, extras: OperationExtras = {}): Promise<void> {
    const { nextQueryInSeconds, notFound, resent, ...columns } = extras;
    const values = {
      ...columns,
      status: operation.status,
      attempt: operation.attempt,
      failureCode: operation.failure?.code ?? null,
      failureMessage: operation.failure?.message ?? null,
      ...(notFound === undefined ? {} : { notFoundAt: notFound ? () => 'clock_timestamp()' : null }),
      ...(resent ? { sentAt: () => 'clock_timestamp()' } : {}),
      ...(nextQueryInSeconds === undefined ? {} : { nextQueryAt: dueIn(nextQueryInSeconds) }),
      updatedAt: () => 'now()',
    };
    await tx
      .createQueryBuilder()
      .update(OperationEntity)
      .set(values as QueryDeepPartialEntity<OperationEntity>)
      .where({ merchantAccountId: operation.accountId, id: operation.id })
      .execute();
  }

  /** Puts due operations aside for `leaseSeconds`, so that other workers pass them over and a crash loses nothing. */
  async claimDue(limit: number, leaseSeconds: number): Promise<DueOperation[]> {
    const [rows] = await this.database.query<[DueOperation[], number]>(
      `UPDATE operation SET next_query_at = now() + make_interval(secs => $2)
       WHERE (merchant_account_id, id) IN (
         SELECT merchant_account_id, id FROM operation WHERE next_query_at <= now()
         ORDER BY next_query_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING merchant_account_id AS "accountId", id, payment_id AS "paymentId", type`,
      [limit, leaseSeconds],
    );
    return rows;
  }
}

export const operationOf = (row: OperationEntity): Operation => ({
  accountId: row.merchantAccountId,
  id: row.id,
  paymentId: row.paymentId,
  type: row.type,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  merchantRequestId: row.merchantRequestId,
  attempt: row.attempt,
  failure: row.failureCode === null ? null : { code: row.failureCode, message: row.failureMessage ?? '' },
});
