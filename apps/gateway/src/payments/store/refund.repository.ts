import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { dueColumn, dueParameters } from '../../database/due-in.js';
import { type Transaction } from '../../database/transaction.js';
import { type Operation } from '../domain/operation.js';
import { type RefundClock, type RefundState } from '../domain/refund-decision.js';
import { OperationEntity } from './operation.entity.js';
import { CRASH_NET_SECONDS, LATEST_BYTE_SECONDS } from './operation.repository.js';

/** A question to the bank about a refund. */
export interface RefundQuestion {
  readonly refund: OperationEntity;
  /** When it is asked: seconds of the epoch on the database's clock, taken before the bank is called. */
  readonly askedAt: number;
}

/** What a step brings along besides the status; members that are absent leave things as they are. */
export interface RefundNotes {
  readonly bankOperationId?: string | undefined;
  readonly evidence?: Record<string, unknown> | undefined;
  readonly queries?: number;
  readonly known?: boolean | undefined;
  readonly refusalCode?: string | undefined;
  readonly unsent?: boolean;
  /** "Not found" counts; asked at this moment. */
  readonly notFoundAt?: number | undefined;
  /** The call has ended, and with it the time in which a byte can leave. */
  readonly callEnded?: boolean;
  readonly nextQueryInSeconds: number | null;
  readonly awaitsSession?: boolean | undefined;
}

@Injectable()
export class RefundRepository {
  constructor(private readonly database: DataSource) {}

  async question(accountId: string, id: string): Promise<RefundQuestion | undefined> {
    const askedAt = await this.now();
    const refund = await this.database.manager.findOneBy(OperationEntity, { merchantAccountId: accountId, id });
    return refund ? { refund, askedAt } : undefined;
  }

  /** Seconds of the epoch on the database's clock. */
  async now(): Promise<number> {
    const [row] = await this.database.query<{ now: number }[]>(
      `SELECT extract(epoch FROM clock_timestamp())::float8 AS now`,
    );
    if (!row) throw new Error('the database does not know the time');
    return row.now;
  }

  /** How the refund stands to a question that was asked then, or now. */
  async clock(tx: Transaction, { merchantAccountId, id }: OperationEntity, askedAt?: number): Promise<RefundClock> {
    const [clock] = await tx.query<RefundClock[]>(
      `SELECT extract(epoch FROM coalesce(to_timestamp($3), clock_timestamp()) - sent_at)::float8 AS "sinceSentSeconds",
              extract(epoch FROM coalesce(to_timestamp($3), clock_timestamp()) - not_found_at)::float8 AS "sinceNotFoundSeconds",
              deadline_at < clock_timestamp() AS "pastDeadline"
       FROM operation WHERE merchant_account_id = $1 AND id = $2`,
      [merchantAccountId, id, askedAt],
    );
    if (!clock) throw new Error(`refund ${id} does not exist`);
    return clock;
  }

  async save(tx: Transaction, refund: Operation, notes: RefundNotes): Promise<void> {
    const { bankOperationId, evidence, queries, known, refusalCode, unsent, notFoundAt, callEnded } = notes;
    await tx.query(
      `UPDATE operation SET
         status = $3, failure_code = $4, failure_message = $5, bank_operation_id = coalesce($6, bank_operation_id),
         evidence = coalesce($7::jsonb, evidence), queries = coalesce($8, queries),
         known_at = CASE WHEN $9 THEN coalesce(known_at, clock_timestamp()) ELSE known_at END,
         refusal_code = coalesce($10, refusal_code), unsent = coalesce($11, unsent),
         not_founds = CASE WHEN $12::float8 IS NULL THEN not_founds ELSE not_founds + 1 END,
         not_found_at = coalesce(not_found_at, to_timestamp($12::float8)),
         sent_at = CASE WHEN $13 THEN least(sent_at, clock_timestamp()) ELSE sent_at END,
         session_awaited_at = CASE WHEN $14 THEN clock_timestamp() END,
         next_query_at = ${dueColumn('next_query_at', 15)}, updated_at = now()
       WHERE merchant_account_id = $1 AND id = $2`,
      [
        ...[refund.accountId, refund.id, refund.status, refund.failure?.code, refund.failure?.message],
        ...[bankOperationId, evidence === undefined ? null : JSON.stringify(evidence), queries, known ?? false],
        ...[refusalCode, unsent, notFoundAt, callEnded ?? false, notes.awaitsSession ?? false],
        ...dueParameters(notes.nextQueryInSeconds),
      ],
    );
  }

  /** Puts another sending on record, of the same request under the same id. @returns its number */
  async beginSending(tx: Transaction, refund: Operation): Promise<number> {
    const [rows] = await tx.query<[{ sends: number }[], number]>(
      `UPDATE operation SET
         status = $3, attempt = $4, sends = sends + 1, unsent = false, queries = 0, not_founds = 0, not_found_at = NULL,
         sent_at = clock_timestamp() + make_interval(secs => ${LATEST_BYTE_SECONDS}), session_awaited_at = NULL,
         next_query_at = now() + make_interval(secs => ${CRASH_NET_SECONDS}), updated_at = now()
       WHERE merchant_account_id = $1 AND id = $2 RETURNING sends`,
      [refund.accountId, refund.id, refund.status, refund.attempt],
    );
    const [row] = rows;
    if (!row) throw new Error(`refund ${refund.id} does not exist`);
    return row.sends;
  }
}

export const refundStateOf = (row: OperationEntity): RefundState => ({
  status: row.status,
  attempt: row.attempt,
  sends: row.sends,
  known: row.knownAt !== null,
  refusalCode: row.refusalCode,
  notFounds: row.notFounds,
});
