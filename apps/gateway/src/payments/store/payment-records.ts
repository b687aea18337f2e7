import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isDatabaseAway } from '../../database/database-away.js';
import { hydrate } from '../../database/hydrate.js';
import { newId } from '../../database/id.js';
import { sql, type Sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';
import { OutboxRepository } from '../../outbox/outbox.repository.js';
import { type Operation } from '../domain/operation.js';
import { type Moved, type PaymentEvent } from '../domain/payment.js';
import { type Claim, claimKey, type Holder } from './idempotency.repository.js';
import { OperationEntity } from './operation.entity.js';
import { insertOperation, type OperationNotes, OperationRepository, updateOperation } from './operation.repository.js';
import { PaymentEntity } from './payment.entity.js';
import {
  insertPayment,
  type NewPayment,
  type PaymentExtras,
  PaymentRepository,
  updatePayment,
} from './payment.repository.js';

/** A payment and the operation of it that is being worked on, as they stand in the database. */
export interface Held {
  readonly payment: PaymentEntity;
  readonly operation: OperationEntity;
}

/** What is written once the bank has answered. */
export interface Conclusion {
  readonly operation: Operation;
  readonly notes: OperationNotes;
  readonly moved: Moved;
  readonly extras: PaymentExtras;
}

/** The answer to keep for a key. `updatedAt` stands where the moment belongs at which it is written. */
export interface KeptAnswer {
  readonly holder: Holder;
  readonly statusCode: number;
  readonly body: string;
  readonly updatedAt: string;
}

/** SQLSTATE of `refuse()`. */
const REFUSED = 'AG001';
/** As a JavaScript date is written. */
const NOW = sql`to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Payments, their operations and the events about them: what belongs together is saved together. */
@Injectable()
export class PaymentRecords {
  constructor(
    private readonly database: DataSource,
    readonly payments: PaymentRepository,
    readonly operations: OperationRepository,
    private readonly outbox: OutboxRepository,
  ) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.payments.transaction(work);
  }

  /**
   * Claims the idempotency key and writes payment and operation ahead, in one statement and so in one transaction.
   * @returns undefined when the key is taken; waits for a concurrent claim of the same key to commit
   */
  async begin(claim: Claim, payment: NewPayment, operation: Operation): Promise<Held | undefined> {
    const [row] = await this.database.query<RawHeld[]>(
      ...sql`
        WITH claimed AS (${claimKey(claim)}),
             p AS (${insertPayment(payment, sql`claimed`)} RETURNING *),
             o AS (${insertOperation(operation, null, sql`p`)} RETURNING *)
        SELECT to_jsonb(p) AS payment, to_jsonb(o) AS operation FROM p, o`.render(),
    );
    return row && this.held(row);
  }

  /**
   * Concludes in one statement what nobody has touched since it was begun: move, history, events and the kept answer.
   * @returns undefined where the rows are not as they were, or the database is away: then it goes the slow way, with a lock
   */
  async concludeAtOnce(
    before: Held,
    { operation, notes, moved, extras }: Conclusion,
    answer: KeptAnswer | undefined,
  ): Promise<(Held & { readonly body: string | null }) | undefined> {
    const { status, eventSequence, amountRefunding, amountCapturing } = before.payment;
    const asBegun = sql`status = ${status} AND event_sequence = ${eventSequence}::int
      AND amount_refunding = ${amountRefunding}::bigint AND amount_capturing = ${amountCapturing}::bigint`;
    const asSent = sql`operation.status = ${before.operation.status} AND operation.sends = ${before.operation.sends}::int`;
    const statement = sql`
      WITH p AS (${updatePayment(moved.payment, extras, asBegun)} RETURNING *),
           o AS (${updateOperation(operation, notes, asSent, sql`FROM p`)} RETURNING operation.*),
           e AS (${insertEvents(moved.events)}),
           k AS (${answer ? keepAnswer(answer) : sql`SELECT NULL AS response_body`})
      SELECT CASE WHEN NOT (EXISTS (SELECT FROM p) AND EXISTS (SELECT FROM o) AND EXISTS (SELECT FROM k))
                  THEN refuse('not as begun') END AS refused,
             (SELECT to_jsonb(p) FROM p) AS payment, (SELECT to_jsonb(o) FROM o) AS operation,
             (SELECT response_body FROM k) AS body`;
    try {
      const [row] = await this.database.query<(RawHeld & { body: string | null })[]>(...statement.render());
      return row && { ...this.held(row), body: row.body };
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === REFUSED || isDatabaseAway(error)) return undefined;
      throw error;
    }
  }

  /** The same under the payment's lock. @returns the payment as it is now */
  async conclude(tx: Transaction, { operation, notes, moved, extras }: Conclusion): Promise<PaymentEntity> {
    await this.operations.save(tx, operation, notes);
    return this.save(tx, moved, extras);
  }

  /** Saves a payment and appends the events of its change. @returns the row as it is now */
  async save(tx: Transaction, { payment, events }: Moved, extras?: PaymentExtras): Promise<PaymentEntity> {
    await this.outbox.append(tx, events.map(eventRow));
    return this.payments.save(tx, payment, extras);
  }

  private held({ payment, operation }: RawHeld): Held {
    const { manager } = this.database;
    return {
      payment: hydrate(manager, PaymentEntity, payment),
      operation: hydrate(manager, OperationEntity, operation),
    };
  }
}

interface RawHeld {
  readonly payment: object;
  readonly operation: object;
}

const keepAnswer = ({ holder, statusCode, body, updatedAt }: KeptAnswer): Sql => sql`
  UPDATE idempotency_key SET status_code = ${statusCode}::int,
    response_body = replace(${body}, ${updatedAt}, ${NOW}), settled_at = now()
  FROM p
  WHERE idempotency_key.merchant_account_id = ${holder.accountId} AND key = ${holder.key} AND status_code IS NULL
  RETURNING response_body`;

/** Of the payment that is a row of `p`. */
export function insertEvents(events: readonly PaymentEvent[]): Sql {
  const rows = events.map(eventRow);
  return sql`
    INSERT INTO outbox_event (merchant_account_id, id, subject_id, sequence, type, data)
    SELECT p.merchant_account_id, e.id, p.id, e.sequence, e.type, e.data
    FROM p, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS e (id text, sequence int, type text, data jsonb)`;
}

const eventRow = ({ accountId, paymentId, sequence, type, about }: PaymentEvent) => ({
  merchantAccountId: accountId,
  id: newId('evt'),
  subjectId: paymentId,
  sequence,
  type,
  data: { paymentId, ...(about ? { [`${about.kind}Id`]: about.id } : {}) },
});
