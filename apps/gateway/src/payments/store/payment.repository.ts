import { Injectable } from '@nestjs/common';
import { DataSource, type QueryDeepPartialEntity } from 'typeorm';
import { dueIn } from '../../database/due-in.js';
import { type Transaction } from '../../database/transaction.js';
import { type Payment, type PaymentStatus } from '../domain/payment.js';
import { EXPIRY_GRACE_SECONDS, REVIEW_AFTER_SECONDS } from '../domain/schedule.js';
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
  readonly nextSyncInSeconds?: number | null;
}

/** Where a payment stands on the database's clock. */
export interface PaymentAges {
  readonly sinceCreatedSeconds: number;
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

@Injectable()
export class PaymentRepository {
  constructor(private readonly database: DataSource) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  async insert(tx: Transaction, payment: NewPayment): Promise<PaymentEntity> {
    const row = { ...payment, status: 'created' as const };
    const result = await tx.createQueryBuilder().insert().into(PaymentEntity).values(row).returning('*').execute();
    return toEntity(tx, result.raw as object[]);
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

  /** @returns the row as it is now */
  async save(tx: Transaction, payment: Payment, extras: PaymentExtras = {}): Promise<PaymentEntity> {
    const { nextSyncInSeconds, ...columns } = extras;
    const due = nextSyncInSeconds === undefined ? {} : { nextSyncAt: dueIn(nextSyncInSeconds) };
    const values = { ...columns, ...columnsOf(payment), ...due, updatedAt: () => 'now()' };
    const result = await tx
      .createQueryBuilder()
      .update(PaymentEntity)
      .set(values as QueryDeepPartialEntity<PaymentEntity>)
      .where({ merchantAccountId: payment.accountId, id: payment.id })
      .returning('*')
      .execute();
    return toEntity(tx, result.raw as object[]);
  }

  async ages(tx: Transaction, accountId: string, id: string): Promise<PaymentAges> {
    const [ages] = await tx.query<PaymentAges[]>(
      `SELECT extract(epoch FROM now() - created_at)::float AS "sinceCreatedSeconds",
              now() > expiry AS "pastExpiry",
              now() > expiry + make_interval(secs => $3) AS "pastGrace",
              now() > expiry + make_interval(secs => $4) AS "pastDeadline"
       FROM (SELECT *, coalesce(expires_at, created_at + make_interval(mins => expires_in_minutes)) AS expiry FROM payment) p
       WHERE merchant_account_id = $1 AND id = $2`,
      [accountId, id, EXPIRY_GRACE_SECONDS, REVIEW_AFTER_SECONDS],
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

  /** Puts due payments aside for `leaseSeconds`, so that other workers pass them over and a crash loses nothing. */
  async claimDue(limit: number, leaseSeconds: number): Promise<DuePayment[]> {
    const [rows] = await this.database.query<[DuePayment[], number]>(
      `UPDATE payment SET next_sync_at = now() + make_interval(secs => $2)
       WHERE (merchant_account_id, id) IN (
         SELECT merchant_account_id, id FROM payment WHERE next_sync_at <= now()
         ORDER BY next_sync_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING merchant_account_id AS "accountId", id`,
      [limit, leaseSeconds],
    );
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
  failure: row.failureCode === null ? null : { code: row.failureCode, message: row.failureMessage ?? '' },
  bankOperationId: row.bankOperationId,
  eventSequence: row.eventSequence,
});

function columnsOf(payment: Payment): Partial<PaymentEntity> {
  const { status, amountAuthorized, amountCaptured, amountRefunded, bankOperationId, eventSequence, failure } = payment;
  return {
    ...{ status, amountAuthorized, amountCaptured, amountRefunded, bankOperationId, eventSequence },
    failureCode: failure?.code ?? null,
    failureMessage: failure?.message ?? null,
  };
}

/** Rows of RETURNING come in column names; the entity's metadata turns them into properties. */
function toEntity(tx: Transaction, [raw]: object[]): PaymentEntity {
  const row = tx.create(PaymentEntity);
  const values = raw as Record<string, unknown>;
  for (const column of tx.dataSource.getMetadata(PaymentEntity).columns) {
    column.setEntityValue(row, tx.dataSource.driver.prepareHydratedValue(values[column.databaseName], column));
  }
  return row;
}
