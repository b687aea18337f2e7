import { Injectable } from '@nestjs/common';
import { DataSource, In, Not } from 'typeorm';
import { claimDueSql, type Room, roomParameters } from '../../database/claim-due.js';
import { dueIn } from '../../database/due-in.js';
import { hydrate } from '../../database/hydrate.js';
import { sql, type Sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';
import { keptFailure } from '../domain/failures.js';
import { type Cause, FOLLOW_UP_KINDS, INTENT_KINDS, type Operation } from '../domain/operation.js';
import { REVIEW_AFTER_SECONDS } from '../domain/schedule.js';
import {
  HINTED_OPERATIONS,
  OPERATION_STATUSES,
  type OperationStatus,
  operationStatus,
  type RefundStatus,
} from '../domain/statuses.js';
import { stepOf } from '../kinds/steps.js';
import { changedSince, type ChangedSince, type Changes } from './changed-since.js';
import { createdBetween, type CreatedBetween } from './created-between.js';
import { OperationEntity } from './operation.entity.js';

/** What a move brings along besides the status; members that are absent leave things as they are. */
export interface OperationNotes {
  readonly cause?: Cause | undefined;
  /** When it is written, where an answer is written beside it; otherwise it is the moment of the statement. */
  readonly at?: Date | undefined;
  readonly bankOrderId?: string | undefined;
  readonly redirectUrl?: string | undefined;
  readonly qrLink?: string | undefined;
  readonly bankOperationId?: string | undefined;
  readonly evidence?: Record<string, unknown> | undefined;
  readonly queries?: number | undefined;
  readonly known?: boolean | undefined;
  readonly knownElsewhere?: boolean | undefined;
  readonly refusalCode?: string | undefined;
  readonly unsent?: boolean | undefined;
  /** Not a byte of the last request left, so that it does not count as a sending. */
  readonly takeBack?: boolean | undefined;
  /** "Not found" counts; asked at this moment, in seconds of the epoch. */
  readonly notFoundAt?: number | undefined;
  /** The call has ended, and with it the time in which a byte can leave. */
  readonly callEnded?: boolean | undefined;
  /** Null: the outcome is known. */
  readonly nextQueryInSeconds?: number | null | undefined;
  /** The call failed for want of a bank session: the next session makes the operation due. */
  readonly awaitsSession?: boolean | undefined;
}

/** A question to the bank about an operation, on the database's clock. */
export interface OperationClock {
  readonly sinceSentSeconds: number;
  readonly sinceNotFoundSeconds: number | null;
  readonly pastDeadline: boolean;
}

export interface DueOperation {
  readonly accountId: string;
  readonly id: string;
}

/** The request's own process concludes it sooner; past this a worker takes it for abandoned by a crash. Seconds. */
export const CRASH_NET_SECONDS = 120;
/**
 * Seconds from a COMMIT after which no byte can be on its way any more: nothing leaves past the send window, replays
 * included and however long a call may take; the deadline of a usual call is added.
 */
export const LATEST_BYTE_SECONDS = 60 + 25;

const latestByte = sql`clock_timestamp() + make_interval(secs => ${LATEST_BYTE_SECONDS}::int)`;
const crashNet = sql`now() + make_interval(secs => ${CRASH_NET_SECONDS}::int)`;

/** INSERT of one operation for every row of `source`. */
export const insertOperation = (operation: Operation, reason: string | null, source: Sql): Sql => sql`
  INSERT INTO operation (merchant_account_id, id, subject_id, parent_id, kind, step, protocol, bank_merchant_id, status,
                         amount, currency, merchant_request_id, attempt, reason, sent_at, deadline_at, next_query_at)
  SELECT ${operation.accountId}, ${operation.id}, ${operation.paymentId}, ${operation.parentId}, ${operation.kind},
         ${operation.step}, ${stepOf(operation.step).protocol}, ${operation.bankMerchantId}, ${operation.status},
         ${operation.amount}::bigint, ${operation.currency}, ${operation.merchantRequestId}, ${operation.attempt}::int,
         ${reason}, ${latestByte}, now() + make_interval(secs => ${REVIEW_AFTER_SECONDS}::int), ${crashNet}
  FROM ${source}`;

/** One text for every case, so that Postgres and its poolers see few different statements. */
export const updateOperation = (operation: Operation, notes: OperationNotes, where: Sql, from: Sql = sql``): Sql => sql`
  UPDATE operation SET
    status = ${operation.status}, attempt = ${operation.attempt}::int,
    cause = CASE WHEN operation.status = ${operation.status} THEN operation.cause ELSE ${notes.cause ?? 'bank'} END,
    failure_code = ${operation.failure?.code}, failure_message = ${operation.failure?.message},
    bank_order_id = coalesce(${notes.bankOrderId}, bank_order_id),
    redirect_url = coalesce(${notes.redirectUrl}, redirect_url), qr_link = coalesce(${notes.qrLink}, qr_link),
    bank_operation_id = coalesce(${notes.bankOperationId}, bank_operation_id),
    evidence = coalesce(${notes.evidence && JSON.stringify(notes.evidence)}::jsonb, evidence),
    queries = coalesce(${notes.queries}::int, queries),
    known_at = CASE WHEN ${notes.known}::boolean THEN coalesce(known_at, clock_timestamp()) ELSE known_at END,
    known_elsewhere_at = CASE WHEN ${notes.knownElsewhere}::boolean THEN now() ELSE known_elsewhere_at END,
    refusal_code = coalesce(${notes.refusalCode}, refusal_code),
    unsent = coalesce(${notes.unsent}::boolean, unsent),
    sends = CASE WHEN ${notes.takeBack}::boolean THEN greatest(sends - 1, 0) ELSE sends END,
    not_founds = CASE WHEN ${notes.notFoundAt}::float8 IS NULL THEN not_founds ELSE not_founds + 1 END,
    not_found_at = coalesce(not_found_at, to_timestamp(${notes.notFoundAt}::float8)),
    sent_at = CASE WHEN ${notes.callEnded}::boolean THEN least(sent_at, clock_timestamp()) ELSE sent_at END,
    session_awaited_at = CASE WHEN ${notes.awaitsSession}::boolean THEN clock_timestamp() END,
    next_query_at = ${dueIn('next_query_at', notes.nextQueryInSeconds)}, updated_at = coalesce(${notes.at}, now())
  ${from}
  WHERE operation.merchant_account_id = ${operation.accountId} AND operation.id = ${operation.id} AND ${where}`;

const CLAIM_DUE = claimDueSql({
  table: 'operation',
  column: 'next_query_at',
  also: 'session_awaited_at = NULL',
  returning: 'merchant_account_id AS "accountId", id',
});

const REFUNDS = `FROM operation WHERE merchant_account_id = :accountId AND kind = 'refund'`;

const OF_CUSTOMER = `operation.subject_id IN (
  SELECT id FROM payment WHERE merchant_account_id = :accountId AND customer_digest = :digest)`;

/** In the words of the index of those that did not succeed. */
const inStatus = (status: OperationStatus): string =>
  `operation.status = :status ${status === 'succeeded' ? '' : `AND operation.status <> 'succeeded'`}`;

export interface RefundFilter extends CreatedBetween {
  readonly limit: number;
  readonly status: RefundStatus | undefined;
  readonly customerDigest?: Buffer | undefined;
  /** Number of the last refund of the page before. */
  readonly before: string | undefined;
  readonly paymentId: string | undefined;
}

@Injectable()
export class OperationRepository {
  constructor(private readonly database: DataSource) {}

  /** Write-ahead: this is committed before the bank hears of the operation. */
  async insert(tx: Transaction, operation: Operation, reason: string | null = null): Promise<OperationEntity> {
    const insert = sql`${insertOperation(operation, reason, sql`(SELECT 1) AS once`)} RETURNING *`;
    const [row] = await tx.query<object[]>(...insert.render());
    if (!row) throw new Error(`operation ${operation.id} was not written`);
    return hydrate(tx, OperationEntity, row);
  }

  find(tx: Transaction, accountId: string, id: string): Promise<OperationEntity | null> {
    return tx.findOneBy(OperationEntity, { merchantAccountId: accountId, id });
  }

  findOne(accountId: string, id: string): Promise<OperationEntity | null> {
    return this.find(this.database.manager, accountId, id);
  }

  /** Purchases or holds of a payment, latest first: an orphaned order is followed by another. */
  intents(accountId: string, paymentId: string, tx: Transaction = this.database.manager): Promise<OperationEntity[]> {
    return tx.find(OperationEntity, {
      where: { merchantAccountId: accountId, subjectId: paymentId, kind: In([...INTENT_KINDS]) },
      order: { number: 'DESC' },
    });
  }

  /** See {@link currentOf}. */
  async findIntent(tx: Transaction, accountId: string, paymentId: string): Promise<OperationEntity | null> {
    return currentOf(await this.intents(accountId, paymentId, tx)) ?? null;
  }

  currentIntent(accountId: string, paymentId: string): Promise<OperationEntity | null> {
    return this.findIntent(this.database.manager, accountId, paymentId);
  }

  /** The latest purchase or hold of each of these payments. */
  async intentsOf(accountId: string, paymentIds: readonly string[]): Promise<ReadonlyMap<string, OperationEntity>> {
    const where = { merchantAccountId: accountId, subjectId: In([...paymentIds]), kind: In([...INTENT_KINDS]) };
    const rows = await this.database.manager.find(OperationEntity, { where, order: { number: 'ASC' } });
    return new Map(rows.map((row) => [row.subjectId, row]));
  }

  /** Oldest first. */
  refunds(accountId: string, paymentId: string, tx: Transaction = this.database.manager): Promise<OperationEntity[]> {
    return tx.find(OperationEntity, {
      where: { merchantAccountId: accountId, subjectId: paymentId, kind: 'refund' },
      order: { number: 'ASC' },
    });
  }

  /** Newest first. Each status that is shown alike is asked for by itself, as its index has it. */
  async listRefunds(accountId: string, filter: RefundFilter): Promise<OperationEntity[]> {
    const { status: shownAs, limit } = filter;
    const statuses =
      shownAs === undefined
        ? [undefined]
        : OPERATION_STATUSES.filter((status) => operationStatus(status).shownAs === shownAs);
    const found = await Promise.all(statuses.map((status) => this.refundsIn(accountId, status, filter)));
    if (found.length === 1) return found.flat();
    return found
      .flat()
      .toSorted((a, b) => Number(BigInt(b.number) - BigInt(a.number)))
      .slice(0, limit);
  }

  private refundsIn(
    accountId: string,
    status: OperationStatus | undefined,
    filter: RefundFilter,
  ): Promise<OperationEntity[]> {
    const query = this.database
      .createQueryBuilder(OperationEntity, 'operation')
      .where(`operation.merchantAccountId = :accountId AND operation.kind = 'refund'`, { accountId })
      .orderBy('operation.number', 'DESC')
      .limit(filter.limit);
    if (filter.before !== undefined) query.andWhere('operation.number < :before', { before: filter.before });
    if (filter.paymentId !== undefined)
      query.andWhere('operation.subjectId = :paymentId', { paymentId: filter.paymentId });
    if (status !== undefined) query.andWhere(inStatus(status), { status });
    if (filter.customerDigest !== undefined) query.andWhere(OF_CUSTOMER, { digest: filter.customerDigest });
    for (const { text, parameters } of createdBetween('operation', REFUNDS, filter)) query.andWhere(text, parameters);
    return query.getMany();
  }

  /** See {@link changedSince}. */
  changedRefunds(accountId: string, since: ChangedSince): Promise<Changes<OperationEntity>> {
    const rows = sql`FROM operation t WHERE t.merchant_account_id = ${accountId} AND t.kind = 'refund' AND t.status <> 'sending'`;
    return changedSince(this.database.manager, { entity: OperationEntity, rows }, since);
  }

  findRefund(accountId: string, id: string): Promise<OperationEntity | null> {
    return this.database.manager.findOneBy(OperationEntity, { merchantAccountId: accountId, id, kind: 'refund' });
  }

  /** What acts on a payment's operations, oldest first. */
  followUps(tx: Transaction, accountId: string, paymentId: string): Promise<OperationEntity[]> {
    return tx.find(OperationEntity, {
      where: { merchantAccountId: accountId, subjectId: paymentId, kind: In([...FOLLOW_UP_KINDS]) },
      order: { number: 'ASC' },
    });
  }

  /** The latest capture or release of each of these holds. */
  async holdActionsOf(accountId: string, paymentIds: readonly string[]): Promise<ReadonlyMap<string, OperationEntity>> {
    if (paymentIds.length === 0) return new Map();
    const kind = In(['capture', 'void'] as const);
    const where = { merchantAccountId: accountId, subjectId: In([...paymentIds]), kind };
    const rows = await this.database.manager.find(OperationEntity, { where, order: { number: 'ASC' } });
    return new Map(rows.map((row) => [row.subjectId, row]));
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

  /** Follow-ups of which the bank may have something new to say. */
  unsettled(accountId: string, paymentId: string): Promise<OperationEntity[]> {
    const kind = In([...FOLLOW_UP_KINDS]);
    const where = { merchantAccountId: accountId, subjectId: paymentId, kind, status: Not('succeeded' as const) };
    return this.database.manager.find(OperationEntity, { where });
  }

  /** Something may have happened at the bank: follow-ups that have not ended are asked for now, and then often for a while. */
  async hint(accountId: string, paymentId: string): Promise<void> {
    await this.database.query(
      `UPDATE operation SET queries = 0, next_query_at = now()
       WHERE merchant_account_id = $1 AND subject_id = $2 AND kind = ANY($3::text[]) AND status = ANY($4::text[])`,
      [accountId, paymentId, FOLLOW_UP_KINDS, HINTED_OPERATIONS],
    );
  }

  /** @returns the row as it is now */
  async save(tx: Transaction, operation: Operation, notes: OperationNotes = {}): Promise<OperationEntity> {
    const update = sql`${updateOperation(operation, notes, sql`true`)} RETURNING *`;
    const [[row]] = await tx.query<[object[], number]>(...update.render());
    if (!row) throw new Error(`operation ${operation.id} does not exist`);
    return hydrate(tx, OperationEntity, row);
  }

  /** Orders of a payment so far, those without a link included. */
  countIntents(tx: Transaction, accountId: string, paymentId: string): Promise<number> {
    const kind = In([...INTENT_KINDS]);
    return tx.countBy(OperationEntity, { merchantAccountId: accountId, subjectId: paymentId, kind });
  }

  /** Write-ahead of one more sending of the same request under the same id. @returns its number */
  async beginAgain(tx: Transaction, operation: Operation): Promise<number> {
    const keepsPace = stepOf(operation.step).doubt === 'send_again';
    const [rows] = await tx.query<[{ sends: number }[], number]>(
      ...sql`UPDATE operation SET
         status = ${operation.status}, cause = 'clock', attempt = ${operation.attempt}::int,
         sends = sends + 1, unsent = false, not_founds = 0, not_found_at = NULL,
         failure_code = NULL, failure_message = NULL,
         queries = CASE WHEN ${keepsPace}::boolean THEN queries ELSE 0 END,
         sent_at = ${latestByte}, session_awaited_at = NULL, next_query_at = ${crashNet}, updated_at = now()
       WHERE merchant_account_id = ${operation.accountId} AND id = ${operation.id} RETURNING sends`.render(),
    );
    const [row] = rows;
    if (!row) throw new Error(`operation ${operation.id} does not exist`);
    return row.sends;
  }

  /** Write-ahead of the second step of a charge. The payment is what is asked for afterwards. @returns its number */
  async beginSecond(tx: Transaction, { accountId, id, status, step }: Operation): Promise<number> {
    const [[row]] = await tx.query<[{ sends: number }[], number]>(
      ...sql`UPDATE operation SET
         status = ${status}, step = ${step}, cause = 'merchant', sends = sends + 1, failure_code = NULL,
         failure_message = NULL, redirect_url = NULL, sent_at = ${latestByte}, next_query_at = NULL, updated_at = now()
       WHERE merchant_account_id = ${accountId} AND id = ${id} RETURNING sends`.render(),
    );
    if (!row) throw new Error(`operation ${id} does not exist`);
    return row.sends;
  }

  /** Seconds of the epoch on the database's clock. */
  async now(): Promise<number> {
    const [row] = await this.database.query<{ now: number }[]>(
      `SELECT extract(epoch FROM clock_timestamp())::float8 AS now`,
    );
    if (!row) throw new Error('the database does not know the time');
    return row.now;
  }

  /** How the operation stands to a question that was asked then, or now. */
  async clock(tx: Transaction, accountId: string, id: string, askedAt?: number): Promise<OperationClock> {
    const [clock] = await tx.query<OperationClock[]>(
      `SELECT extract(epoch FROM coalesce(to_timestamp($3), clock_timestamp()) - sent_at)::float8 AS "sinceSentSeconds",
              extract(epoch FROM coalesce(to_timestamp($3), clock_timestamp()) - not_found_at)::float8 AS "sinceNotFoundSeconds",
              deadline_at < clock_timestamp() AS "pastDeadline"
       FROM operation WHERE merchant_account_id = $1 AND id = $2`,
      [accountId, id, askedAt],
    );
    if (!clock) throw new Error(`operation ${id} does not exist`);
    return clock;
  }

  /** See {@link claimDueSql}. */
  async claimDue(room: Room | number, leaseSeconds: number): Promise<DueOperation[]> {
    const [rows] = await this.database.query<[DueOperation[], number]>(CLAIM_DUE, roomParameters(room, leaseSeconds));
    return rows;
  }
}

/** The purchase or hold that counts: the one that brought the money, else the latest. @param intents latest first */
export const currentOf = (intents: readonly OperationEntity[]): OperationEntity | undefined =>
  intents.find(({ status }) => status === 'succeeded') ?? intents[0];

export const operationOf = (row: OperationEntity): Operation => ({
  accountId: row.merchantAccountId,
  id: row.id,
  paymentId: row.subjectId,
  parentId: row.parentId,
  kind: row.kind,
  step: row.step,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  merchantRequestId: row.merchantRequestId,
  bankMerchantId: row.bankMerchantId,
  attempt: row.attempt,
  failure: keptFailure(row),
});
