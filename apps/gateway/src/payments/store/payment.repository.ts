import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { claimDueSql, type Room, roomParameters } from '../../database/claim-due.js';
import { dueColumn, dueParameters } from '../../database/due-in.js';
import { inTransaction, type Transaction } from '../../database/transaction.js';
import { keptFailure } from '../domain/failures.js';
import { type Operation } from '../domain/operation.js';
import { type Payment } from '../domain/payment.js';
import { ENDED_PAYMENTS, type PaymentStatus } from '../domain/statuses.js';
import { type Claim, claimCte, claimParameters } from './idempotency.repository.js';
import { insertOperationFrom, operationParameters } from './operation.repository.js';
import { type Shown } from '../domain/order-verdict.js';
import { EXPIRY_GRACE_SECONDS, ORDER_REVIEW_SECONDS } from '../domain/schedule.js';
import { PaymentEntity } from './payment.entity.js';

export type NewPayment = Pick<
  PaymentEntity,
  | 'merchantAccountId'
  | 'id'
  | 'amount'
  | 'currency'
  | 'livemode'
  | 'reference'
  | 'description'
  | 'returnUrl'
  | 'language'
  | 'metadata'
  | 'expiresInMinutes'
  | 'customerSealed'
>;

export interface PaymentFilter {
  readonly limit: number;
  /** Id of the last payment of the page before. */
  readonly before: string | undefined;
  readonly status: PaymentStatus | undefined;
  readonly reference: string | undefined;
}

/** Columns that a change of state may bring along. `nextSyncInSeconds`: null means that nothing is open any more. */
export interface PaymentExtras {
  readonly bankOrderId?: string;
  readonly redirectUrl?: string | null;
  readonly expiresAt?: Date | null;
  readonly evidence?: Record<string, unknown>;
  readonly hintQueries?: number;
  readonly shown?: Shown | null;
  /** Whether a success lacks a fact; the clock starts with the first time and ends with the last. */
  readonly incomplete?: boolean;
  /** Whether the bank said, after the grace, that it does not show the order; the clock works as above. */
  readonly gone?: boolean;
  readonly nextSyncInSeconds?: number | null;
  /** The query failed for want of a bank session: the next session makes the payment due. */
  readonly awaitsSession?: boolean;
}

/** Where a payment stands on the database's clock. */
export interface PaymentAges {
  readonly now: Date;
  readonly sinceCreatedSeconds: number;
  /** Negative once the order has expired. */
  readonly untilExpirySeconds: number;
  /** Null where it has not, see the columns of the same name. */
  readonly sinceEndedSeconds: number | null;
  readonly sinceIncompleteSeconds: number | null;
  readonly sinceGoneSeconds: number | null;
  /** The time the merchant gave the customer has passed. */
  readonly pastExpiry: boolean;
  /** The bank, too, can no longer report a payment that was made in time. */
  readonly pastGrace: boolean;
  readonly pastDeadline: boolean;
}

export interface DuePayment {
  readonly accountId: string;
  readonly id: string;
}

/** SQL of a clock that `true` starts unless it runs, `false` stops, and null leaves alone. */
const clockColumn = (column: string, parameter: number): string =>
  `CASE $${parameter}::boolean WHEN true THEN coalesce(${column}, now()) WHEN false THEN NULL ELSE ${column} END`;

const CLAIM_DUE = claimDueSql({
  table: 'payment',
  column: 'next_sync_at',
  urgent: 't.hint_queries > 0', // a callback or a returning customer
  also: 'session_awaited_at = NULL',
  returning: 'merchant_account_id AS "accountId", id',
});

@Injectable()
export class PaymentRepository {
  constructor(private readonly database: DataSource) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return inTransaction(this.database, work);
  }

  /**
   * Claims the idempotency key and writes payment and purchase ahead, in one statement and so in one transaction.
   * @returns undefined when the key is taken; waits for a concurrent claim of the same key to commit
   */
  async open(claim: Claim, payment: NewPayment, purchase: Operation): Promise<PaymentEntity | undefined> {
    const rows = await this.database.query<object[]>(
      `WITH ${claimCte(1, claim.leaseSeconds)},
       opened AS (
         INSERT INTO payment (merchant_account_id, id, status, amount, currency, livemode, reference, description,
                              return_url, language, metadata, expires_in_minutes, customer_sealed)
         SELECT $1, $4, 'created', $5::bigint, $6, $7::boolean, $8, $9, $10, $11, $12::jsonb, $13::int, $14 FROM claimed
         RETURNING *),
       purchase AS (${insertOperationFrom('claimed', 15)})
       SELECT * FROM opened`,
      [
        ...claimParameters(claim),
        ...[payment.amount, payment.currency, payment.livemode, payment.reference, payment.description],
        ...[payment.returnUrl, payment.language, JSON.stringify(payment.metadata), payment.expiresInMinutes],
        ...[payment.customerSealed, ...operationParameters(purchase)],
      ],
    );
    return rows.length === 0 ? undefined : toEntity(this.database.manager, rows);
  }

  find(accountId: string, id: string): Promise<PaymentEntity | null> {
    return this.database.manager.findOneBy(PaymentEntity, { merchantAccountId: accountId, id });
  }

  /** Holds the row until the transaction ends: whoever changes a payment or reserves of it takes this lock first. */
  lock(tx: Transaction, accountId: string, id: string): Promise<PaymentEntity | null> {
    return tx.findOne(PaymentEntity, {
      where: { merchantAccountId: accountId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** Newest first. */
  list(accountId: string, filter: PaymentFilter): Promise<PaymentEntity[]> {
    const query = this.database
      .createQueryBuilder(PaymentEntity, 'payment')
      .where('payment.merchantAccountId = :accountId', { accountId })
      .orderBy('payment.id', 'DESC')
      .limit(filter.limit);
    if (filter.before !== undefined) query.andWhere('payment.id < :before', { before: filter.before });
    if (filter.status !== undefined) query.andWhere('payment.status = :status', { status: filter.status });
    if (filter.reference !== undefined)
      query.andWhere('payment.reference = :reference', { reference: filter.reference });
    return query.getMany();
  }

  /** One text for every case, so that Postgres and its poolers see few different statements. @returns the row as it is now */
  async save(tx: Transaction, payment: Payment, extras: PaymentExtras = {}): Promise<PaymentEntity> {
    const { bankOrderId, redirectUrl, expiresAt, evidence, hintQueries, nextSyncInSeconds } = extras;
    const { shown, incomplete, gone } = extras;
    const [rows] = await tx.query<[object[], number]>(
      `UPDATE payment SET
         status = $3, amount_authorized = $4, amount_captured = $5, amount_refunded = $6,
         bank_operation_id = $7, event_sequence = $8, failure_code = $9, failure_message = $10,
         bank_order_id = coalesce($11, bank_order_id), redirect_url = coalesce($12, redirect_url),
         expires_at = coalesce($13, expires_at), evidence = coalesce($14::jsonb, evidence),
         hint_queries = coalesce($15, hint_queries), next_sync_at = ${dueColumn('next_sync_at', 16)},
         session_awaited_at = CASE WHEN $18 THEN clock_timestamp() END, updated_at = now(),
         flags = $19::jsonb, shown = coalesce($20, shown),
         incomplete_at = ${clockColumn('incomplete_at', 21)}, gone_at = ${clockColumn('gone_at', 22)},
         ended_at = CASE WHEN $3 = ANY($23::text[]) THEN coalesce(ended_at, now()) END
       WHERE merchant_account_id = $1 AND id = $2 RETURNING *`,
      [
        ...[payment.accountId, payment.id, payment.status],
        ...[payment.amountAuthorized, payment.amountCaptured, payment.amountRefunded],
        ...[payment.bankOperationId, payment.eventSequence, payment.failure?.code, payment.failure?.message],
        ...[bankOrderId, redirectUrl, expiresAt, evidence === undefined ? null : JSON.stringify(evidence), hintQueries],
        ...dueParameters(nextSyncInSeconds),
        extras.awaitsSession ?? false,
        ...[JSON.stringify(payment.flags), shown, incomplete, gone, ENDED_PAYMENTS],
      ],
    );
    return toEntity(tx, rows);
  }

  async ages(tx: Transaction, accountId: string, id: string): Promise<PaymentAges> {
    const [ages] = await tx.query<PaymentAges[]>(
      `SELECT now() AS now, extract(epoch FROM now() - created_at)::float AS "sinceCreatedSeconds",
              extract(epoch FROM expiry - now())::float AS "untilExpirySeconds",
              extract(epoch FROM now() - ended_at)::float AS "sinceEndedSeconds",
              extract(epoch FROM now() - incomplete_at)::float AS "sinceIncompleteSeconds",
              extract(epoch FROM now() - gone_at)::float AS "sinceGoneSeconds",
              now() > expiry AS "pastExpiry",
              now() > expiry + make_interval(secs => $3) AS "pastGrace",
              now() > expiry + make_interval(secs => $4) AS "pastDeadline"
       FROM (SELECT *, coalesce(expires_at, created_at + make_interval(mins => expires_in_minutes)) AS expiry FROM payment) p
       WHERE merchant_account_id = $1 AND id = $2`,
      [accountId, id, EXPIRY_GRACE_SECONDS, ORDER_REVIEW_SECONDS],
    );
    if (!ages) throw new Error(`payment ${id} does not exist`);
    return ages;
  }

  /** Something happened at the bank: query soon, and a few times more if nothing is final yet. */
  async hint(accountId: string, id: string): Promise<void> {
    await this.database.query(
      `UPDATE payment SET hint_queries = 1, next_sync_at = now() WHERE merchant_account_id = $1 AND id = $2`,
      [accountId, id],
    );
  }

  /** A callback shows an attempt to pay. It proves nothing, but it forbids to call the order untouched. */
  async noteShown(accountId: string, id: string): Promise<void> {
    await this.database.query(
      `UPDATE payment SET shown = 'live' WHERE merchant_account_id = $1 AND id = $2 AND shown IS NULL`,
      [accountId, id],
    );
  }

  /** A callback names an order while we know of none: the bank can be asked for it. */
  async noteOrder(accountId: string, id: string, namedOrderId: string): Promise<void> {
    await this.database.query(
      `UPDATE payment SET named_order_id = $3 WHERE merchant_account_id = $1 AND id = $2 AND bank_order_id IS NULL`,
      [accountId, id, namedOrderId],
    );
  }

  /** See {@link claimDueSql}. */
  async claimDue(room: Room | number, leaseSeconds: number): Promise<DuePayment[]> {
    const [rows] = await this.database.query<[DuePayment[], number]>(CLAIM_DUE, roomParameters(room, leaseSeconds));
    return rows;
  }
}

export const paymentOf = (row: PaymentEntity): Payment => ({
  accountId: row.merchantAccountId,
  id: row.id,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  amountAuthorized: row.amountAuthorized,
  amountCaptured: row.amountCaptured,
  amountRefunded: row.amountRefunded,
  livemode: row.livemode,
  failure: keptFailure(row),
  bankOperationId: row.bankOperationId,
  flags: row.flags,
  eventSequence: row.eventSequence,
});

/** Rows of RETURNING come in column names; the entity's metadata turns them into properties. */
function toEntity(tx: Transaction, [raw]: object[]): PaymentEntity {
  const row = tx.create(PaymentEntity);
  const values = raw as Record<string, unknown>;
  for (const column of tx.dataSource.getMetadata(PaymentEntity).columns) {
    column.setEntityValue(row, tx.dataSource.driver.prepareHydratedValue(values[column.databaseName], column));
  }
  return row;
}
