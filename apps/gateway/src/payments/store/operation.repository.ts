import { Injectable } from '@nestjs/common';
import { DataSource, Not } from 'typeorm';
import { claimDueSql, type Room, roomParameters } from '../../database/claim-due.js';
import { dueColumn, dueParameters } from '../../database/due-in.js';
import { type Transaction } from '../../database/transaction.js';
import { keptFailure } from '../domain/failures.js';
import { type Operation } from '../domain/operation.js';
import { HINTED_OPERATIONS } from '../domain/statuses.js';
import { REVIEW_AFTER_SECONDS } from '../domain/schedule.js';
import { OperationEntity } from './operation.entity.js';
import { type PaymentEntity } from './payment.entity.js';

/** Columns that a change of state may bring along. `nextQueryInSeconds`: null means that the outcome is known. */
export interface OperationExtras {
  readonly reason?: string | null;
  readonly bankOperationId?: string;
  readonly evidence?: Record<string, unknown>;
  readonly queries?: number;
  readonly nextQueryInSeconds?: number | null;
  /** The call failed for want of a bank session: the next session makes the operation due. */
  readonly awaitsSession?: boolean;
}

export interface DueOperation {
  readonly accountId: string;
  readonly id: string;
  readonly paymentId: string;
  readonly type: OperationEntity['type'];
}

/** The request's own process settles it sooner; past this a worker takes it for abandoned by a crash. Seconds. */
export const CRASH_NET_SECONDS = 120;
/**
 * Seconds from a COMMIT after which no byte can be on its way any more: nothing leaves past the send window, replays
 * included and however long a call may take; the deadline of a usual call is added.
 */
export const LATEST_BYTE_SECONDS = 60 + 25;

/** INSERT of one operation for every row of `source`, from eleven parameters, see {@link operationParameters}. */
export const insertOperationFrom = (source: string, first: number): string => {
  const at = (index: number): string => `$${first + index}`;
  return `INSERT INTO operation (merchant_account_id, id, payment_id, number, type, status, amount, currency,
                                 merchant_request_id, attempt, reason, bank_merchant_id, sent_at, deadline_at, next_query_at)
     SELECT ${at(0)}, ${at(1)}, ${at(2)},
            (SELECT coalesce(max(number), 0) + 1 FROM operation
             WHERE merchant_account_id = ${at(0)} AND payment_id = ${at(2)}),
            ${at(3)}, ${at(4)}, ${at(5)}::bigint, ${at(6)}, ${at(7)}, ${at(8)}::int, ${at(9)},
            ${at(10)}, clock_timestamp() + make_interval(secs => ${LATEST_BYTE_SECONDS}),
            now() + make_interval(secs => ${REVIEW_AFTER_SECONDS}),
            now() + make_interval(secs => ${CRASH_NET_SECONDS})
     FROM ${source}`;
};

export function operationParameters(operation: Operation, reason: string | null = null): unknown[] {
  const { accountId, id, paymentId, type, status, amount, currency, merchantRequestId, attempt } = operation;
  const { bankMerchantId } = operation;
  return [accountId, id, paymentId, type, status, amount, currency, merchantRequestId, attempt, reason, bankMerchantId];
}

const CLAIM_DUE = claimDueSql({
  table: 'operation',
  column: 'next_query_at',
  also: 'session_awaited_at = NULL',
  returning: 'merchant_account_id AS "accountId", id, payment_id AS "paymentId", type',
});

@Injectable()
export class OperationRepository {
  constructor(private readonly database: DataSource) {}

  /** Write-ahead: this is committed before the bank hears of the operation. */
  async insert(tx: Transaction, operation: Operation, reason: string | null = null): Promise<void> {
    await tx.query(insertOperationFrom('(SELECT 1) AS once', 1), operationParameters(operation, reason));
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
      order: { number: 'DESC' },
    });
  }

  /** The purchase whose money a refund gives back. */
  async findCaptured(tx: Transaction, payment: PaymentEntity): Promise<OperationEntity | null> {
    const { merchantAccountId, id: paymentId, bankOperationId } = payment;
    const where = { merchantAccountId, paymentId, type: 'purchase' as const };
    const named = bankOperationId === null ? null : await tx.findOneBy(OperationEntity, { ...where, bankOperationId });
    return named ?? this.findPurchase(tx, merchantAccountId, paymentId);
  }

  currentPurchase(accountId: string, paymentId: string): Promise<OperationEntity | null> {
    return this.findPurchase(this.database.manager, accountId, paymentId);
  }

  /** Oldest first. */
  refunds(accountId: string, paymentId: string, tx: Transaction = this.database.manager): Promise<OperationEntity[]> {
    return tx.find(OperationEntity, {
      where: { merchantAccountId: accountId, paymentId, type: 'refund' },
      order: { number: 'ASC' },
    });
  }

  /** Whether some operation of the account, of whatever payment, has this request id. */
  isOurs(tx: Transaction, accountId: string, merchantRequestId: string): Promise<boolean> {
    return tx.existsBy(OperationEntity, { merchantAccountId: accountId, merchantRequestId });
  }

  /** The next round of the worker asks for it. */
  async makeDue(tx: Transaction, accountId: string, id: string): Promise<void> {
    await tx.query(`UPDATE operation SET next_query_at = now() WHERE merchant_account_id = $1 AND id = $2`, [
      accountId,
      id,
    ]);
  }

  /** Those of which the bank may have something new to say. */
  unsettledRefunds(accountId: string, paymentId: string): Promise<OperationEntity[]> {
    const where = {
      merchantAccountId: accountId,
      paymentId,
      type: 'refund' as const,
      status: Not('succeeded' as const),
    };
    return this.database.manager.find(OperationEntity, { where });
  }

  /** Something may have happened at the bank: its unfinished refunds are asked for now, and then often for a while. */
  async hintRefunds(accountId: string, paymentId: string): Promise<void> {
    await this.database.query(
      `UPDATE operation SET queries = 0, next_query_at = now()
       WHERE merchant_account_id = $1 AND payment_id = $2 AND type = 'refund' AND status = ANY($3::text[])`,
      [accountId, paymentId, HINTED_OPERATIONS],
    );
  }

  /** One text for every case, so that Postgres and its poolers see few different statements. */
  async save(tx: Transaction, operation: Operation, extras: OperationExtras = {}): Promise<void> {
    const { nextQueryInSeconds, reason, bankOperationId, evidence, queries } = extras;
    await tx.query(
      `UPDATE operation SET
         status = $3, attempt = $4, failure_code = $5, failure_message = $6,
         reason = coalesce($7, reason), bank_operation_id = coalesce($8, bank_operation_id),
         evidence = coalesce($9::jsonb, evidence), queries = coalesce($10, queries),
         next_query_at = ${dueColumn('next_query_at', 11)},
         session_awaited_at = CASE WHEN $13 THEN clock_timestamp() END, updated_at = now()
       WHERE merchant_account_id = $1 AND id = $2`,
      [
        ...[operation.accountId, operation.id, operation.status, operation.attempt],
        ...[operation.failure?.code, operation.failure?.message, reason, bankOperationId],
        ...[evidence === undefined ? null : JSON.stringify(evidence), queries],
        ...dueParameters(nextQueryInSeconds),
        extras.awaitsSession ?? false,
      ],
    );
  }

  /** Orders of a payment so far, those without a link included. */
  countPurchases(tx: Transaction, accountId: string, paymentId: string): Promise<number> {
    return tx.countBy(OperationEntity, { merchantAccountId: accountId, paymentId, type: 'purchase' });
  }

  /** Write-ahead of one more request under the same id: this is committed before it is sent. */
  async recordSend(tx: Transaction, { accountId, id }: Operation): Promise<void> {
    await tx.query(
      `UPDATE operation SET status = 'sending', sends = sends + 1, sent_at = clock_timestamp(),
         next_query_at = now() + make_interval(secs => ${CRASH_NET_SECONDS}), session_awaited_at = NULL, updated_at = now()
       WHERE merchant_account_id = $1 AND id = $2`,
      [accountId, id],
    );
  }

  /** Not a byte of the last request left. */
  async takeBackSend(tx: Transaction, { accountId, id }: Operation): Promise<void> {
    await tx.query(`UPDATE operation SET sends = greatest(sends - 1, 0) WHERE merchant_account_id = $1 AND id = $2`, [
      accountId,
      id,
    ]);
  }

  async markKnownElsewhere(tx: Transaction, { accountId, id }: Operation): Promise<void> {
    await tx.query(`UPDATE operation SET known_elsewhere_at = now() WHERE merchant_account_id = $1 AND id = $2`, [
      accountId,
      id,
    ]);
  }

  /** See {@link claimDueSql}. */
  async claimDue(room: Room | number, leaseSeconds: number): Promise<DueOperation[]> {
    const [rows] = await this.database.query<[DueOperation[], number]>(CLAIM_DUE, roomParameters(room, leaseSeconds));
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
  bankMerchantId: row.bankMerchantId,
  attempt: row.attempt,
  failure: keptFailure(row),
});
