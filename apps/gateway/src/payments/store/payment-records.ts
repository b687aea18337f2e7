import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isDatabaseAway } from '../../database/database-away.js';
import { hydrate } from '../../database/hydrate.js';
import { newId } from '../../database/id.js';
import { sql, type Sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';
import { PaymentError } from '../domain/payment-error.js';
import { type Operation, type OperationKind } from '../domain/operation.js';
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
import { readStanding, type Standing } from './standing.js';

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

/** The answer to keep for a key. */
export interface KeptAnswer {
  readonly holder: Holder;
  readonly statusCode: number;
  readonly body: string;
}

/** What acts on a payment, and what it makes of it, before the bank hears of it. */
export interface Reservation {
  readonly operation: Operation;
  readonly reason: string | null;
  readonly moved: Moved;
}

/** A payment as it stands, and what a follow-up of it would act on. */
export interface Footing {
  readonly payment: PaymentEntity;
  /** The latest operation of the first of these kinds that the bank has done. */
  readonly parent: OperationEntity | null;
  /** What is held may still be taken. */
  readonly holdLasts: boolean;
}

/** What a look at the bank leads to. */
export interface Seen {
  readonly moved: Moved;
  readonly extras: PaymentExtras;
  /** The payment's own operations that change with it, each with the row that it was decided by. */
  readonly intents: readonly {
    readonly row: OperationEntity;
    readonly operation: Operation;
    readonly notes: OperationNotes;
  }[];
}

/** SQLSTATE of `refuse()`. */
const REFUSED = 'AG001';

/** Payments, their operations and the events about them: what belongs together is saved together. */
@Injectable()
export class PaymentRecords {
  constructor(
    private readonly database: DataSource,
    readonly payments: PaymentRepository,
    readonly operations: OperationRepository,
  ) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.payments.transaction(work);
  }

  /**
   * Claims the idempotency key and writes payment and operation ahead, in one statement and so in one transaction.
   * @returns undefined when the key is taken; waits for a concurrent claim of the same key to commit
   * @throws PaymentError `PAYMENT_LINK_CLOSED` | `CARD_NOT_ACTIVE`
   */
  async begin(claim: Claim, payment: NewPayment, operation: Operation): Promise<Held | undefined> {
    const statement = sql`
      WITH claimed AS (${claimKey(claim)}),
           p AS (${insertPayment(payment, sourceOf(payment))}
                 RETURNING *),
           o AS (${insertOperation(operation, null, sql`p`)} RETURNING *)
      SELECT CASE WHEN EXISTS (SELECT FROM claimed) AND NOT EXISTS (SELECT FROM p)
                  THEN refuse(coalesce((${stateOfCard(payment)}), 'the payment link cannot be used any more')) END AS refused,
             (SELECT to_jsonb(p) FROM p) AS payment, (SELECT to_jsonb(o) FROM o) AS operation`;
    try {
      const [row] = await this.database.query<(RawHeld | Record<keyof RawHeld, null>)[]>(...statement.render());
      return row?.payment ? this.held(row) : undefined;
    } catch (error) {
      if (isRefused(error))
        throw new PaymentError(payment.savedCardId ? 'CARD_NOT_ACTIVE' : 'PAYMENT_LINK_CLOSED', error.message);
      throw error;
    }
  }

  /**
   * Concludes in one statement what nobody has touched since it was begun: move, history, events and the kept answer.
   * @returns undefined where the rows are not as they were, or the database is away: then it goes the slow way, with a lock
   */
  async concludeAtOnce(
    before: Held,
    { operation, notes, moved, extras }: Conclusion,
    answer: KeptAnswer | undefined,
  ): Promise<Held | undefined> {
    const statement = sql`
      WITH p AS (${updatePayment(moved.payment, extras, unchanged(before.payment))} RETURNING *),
           o AS (${updateOperation(operation, notes, asSent(before.operation), sql`FROM p`)} RETURNING operation.*),
           e AS (${insertEvents(moved.events)}),
           k AS (${answer ? keepAnswer(answer) : sql`SELECT`})
      SELECT CASE WHEN NOT (EXISTS (SELECT FROM p) AND EXISTS (SELECT FROM o) AND EXISTS (SELECT FROM k))
                  THEN refuse('not as begun') END AS refused,
             (SELECT to_jsonb(p) FROM p) AS payment, (SELECT to_jsonb(o) FROM o) AS operation`;
    const rows = await this.atOnce<RawHeld>(statement);
    return rows?.[0] && this.held(rows[0]);
  }

  /** @returns undefined where the statement refused, or the database is away */
  private async atOnce<Row>(statement: Sql): Promise<readonly Row[] | undefined> {
    try {
      return await this.database.query<Row[]>(...statement.render());
    } catch (error) {
      if (isRefused(error) || isDatabaseAway(error)) return undefined;
      throw error;
    }
  }

  standing(accountId: string, id: string): Promise<Standing | undefined> {
    return readStanding(this.database.manager, accountId, id);
  }

  /**
   * Writes what a look led to in one statement, where nobody has touched the payment since it was read.
   * @returns false otherwise, or where the database is away: then it goes the slow way, with a lock
   */
  async concludeLook({ version }: Pick<Standing, 'version'>, { moved, extras, intents }: Seen): Promise<boolean> {
    const [intent, ...others] = intents;
    if (others.length > 0) return false;
    const asRead = sql`payment.xmin::text = ${version}`;
    const changeIntent = intent
      ? sql`${updateOperation(intent.operation, intent.notes, asSent(intent.row), sql`FROM p`)} RETURNING 1`
      : sql`SELECT FROM p`;
    const rows = await this.atOnce<{ done: boolean }>(sql`
      WITH p AS (${updatePayment(moved.payment, extras, asRead)} RETURNING *),
           o AS (${changeIntent}),
           e AS (${insertEvents(moved.events)})
      SELECT CASE WHEN EXISTS (SELECT FROM p) AND NOT EXISTS (SELECT FROM o) THEN refuse('not as read') END AS refused,
             EXISTS (SELECT FROM p) AS done`);
    return rows?.[0]?.done ?? false;
  }

  /** The same under the payment's lock. */
  async recordLook(tx: Transaction, { moved, extras, intents }: Seen): Promise<void> {
    for (const { operation, notes } of intents) await this.operations.save(tx, operation, notes);
    await this.save(tx, moved, extras);
  }

  /** The same under the payment's lock. @returns both as they are now */
  async conclude(tx: Transaction, { operation, notes, moved, extras }: Conclusion): Promise<Held> {
    return { operation: await this.operations.save(tx, operation, notes), payment: await this.save(tx, moved, extras) };
  }

  /** @param kinds of what is acted on @returns undefined where there is no such payment */
  async footing(
    { accountId, paymentId }: { readonly accountId: string; readonly paymentId: string },
    kinds: readonly OperationKind[],
    tx: Transaction = this.database.manager,
  ): Promise<Footing | undefined> {
    const [row] = await tx.query<(Omit<RawHeld, 'operation'> & { operation: object | null; holdLasts: boolean })[]>(
      ...sql`
        SELECT to_jsonb(p) AS payment, to_jsonb(o) AS operation, coalesce(now() < p.hold_expires_at, false) AS "holdLasts"
        FROM payment p LEFT JOIN LATERAL (
          SELECT * FROM operation
          WHERE merchant_account_id = p.merchant_account_id AND subject_id = p.id AND status = 'succeeded'
            AND kind = ANY(${kinds}::text[])
          ORDER BY array_position(${kinds}::text[], kind), number DESC LIMIT 1) o ON true
        WHERE p.merchant_account_id = ${accountId} AND p.id = ${paymentId}`.render(),
    );
    if (!row) return undefined;
    const parent = row.operation && hydrate(tx, OperationEntity, row.operation);
    return { payment: hydrate(tx, PaymentEntity, row.payment), parent, holdLasts: row.holdLasts };
  }

  /**
   * Claims the key and writes ahead what acts on a payment, in one statement.
   * @returns `taken`: the key is · `changed`: the payment is not as it was read, so that it goes the slow way, with a lock
   */
  async reserve(
    claim: Claim,
    before: PaymentEntity,
    { operation, reason, moved }: Reservation,
  ): Promise<Held | 'taken' | 'changed'> {
    const statement = sql`
      WITH claimed AS (${claimKey(claim)}),
           p AS (${updatePayment(moved.payment, {}, unchanged(before), sql`FROM claimed`)} RETURNING payment.*),
           o AS (${insertOperation(operation, reason, sql`p`)} RETURNING *),
           e AS (${insertEvents(moved.events)})
      SELECT CASE WHEN EXISTS (SELECT FROM claimed) AND NOT EXISTS (SELECT FROM p)
                  THEN refuse('not as read') END AS refused,
             (SELECT to_jsonb(p) FROM p) AS payment, (SELECT to_jsonb(o) FROM o) AS operation`;
    try {
      const [row] = await this.database.query<(RawHeld | Record<keyof RawHeld, null>)[]>(...statement.render());
      return row?.payment ? this.held(row) : 'taken';
    } catch (error) {
      if (isRefused(error)) return 'changed';
      const written = isDatabaseAway(error) ? await this.writtenAllTheSame(operation) : undefined;
      if (written) return written;
      throw error;
    }
  }

  /** The answer to a statement was lost: what it wrote has an id that only this request knows. */
  private async writtenAllTheSame({ accountId, id, paymentId }: Operation): Promise<Held | undefined> {
    const operation = await this.operations.findOne(accountId, id).catch(() => null);
    const payment = operation && (await this.payments.find(accountId, paymentId));
    return payment ? { payment, operation } : undefined;
  }

  /** Saves a payment and appends the events of its change. @returns the row as it is now */
  async save(tx: Transaction, { payment, events }: Moved, extras: PaymentExtras = {}): Promise<PaymentEntity> {
    const [row] = await tx.query<Pick<RawHeld, 'payment'>[]>(
      ...sql`
        WITH p AS (${updatePayment(payment, extras, sql`true`)} RETURNING *), e AS (${insertEvents(events)})
        SELECT to_jsonb(p) AS payment FROM p`.render(),
    );
    if (!row) throw new Error(`payment ${payment.id} does not exist`);
    return hydrate(tx, PaymentEntity, row.payment);
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

const isRefused = (error: unknown): error is Error => (error as { readonly code?: unknown }).code === REFUSED;

/** Nobody has written the payment since it was read: every change of what it may do has an event. */
const unchanged = ({ status, eventSequence, amountRefunding, amountCapturing }: PaymentEntity): Sql => sql`
  status = ${status} AND event_sequence = ${eventSequence}::int
  AND amount_refunding = ${amountRefunding}::bigint AND amount_capturing = ${amountCapturing}::bigint`;

/** One row for the payment, while what it depends on may be used. */
function sourceOf(payment: NewPayment): Sql {
  if (payment.linkId !== undefined) return sql`claimed, ${openLink(payment)}`;
  return payment.savedCardId === undefined ? sql`claimed` : sql`claimed, ${activeCard(payment)}`;
}

/** One row while the card may pay; it is not suspended before what it pays is on record. */
const activeCard = ({ merchantAccountId, savedCardId }: NewPayment): Sql => sql`(
  SELECT FROM saved_card WHERE merchant_account_id = ${merchantAccountId} AND id = ${savedCardId} AND status = 'active'
  FOR SHARE) AS active_card`;

const stateOfCard = ({ merchantAccountId, savedCardId }: NewPayment): Sql => sql`
  SELECT 'the card is ' || status FROM saved_card
  WHERE merchant_account_id = ${merchantAccountId} AND id = ${savedCardId}`;

/** One row while the link may be used; it is not closed before what it is used for is on record. */
const openLink = ({ merchantAccountId, linkId }: NewPayment): Sql => sql`(
  SELECT FROM payment_link WHERE merchant_account_id = ${merchantAccountId} AND id = ${linkId} AND active
    AND (expires_at IS NULL OR expires_at > now()) FOR SHARE) AS open_link`;

/** Nobody has sent or concluded it since. */
const asSent = ({ status, sends }: OperationEntity): Sql =>
  sql`operation.status = ${status} AND operation.sends = ${sends}::int`;

const keepAnswer = ({ holder, statusCode, body }: KeptAnswer): Sql => sql`
  UPDATE idempotency_key SET status_code = ${statusCode}::int, response_body = ${body}, settled_at = now()
  FROM p
  WHERE idempotency_key.merchant_account_id = ${holder.accountId} AND key = ${holder.key} AND status_code IS NULL
  RETURNING 1`;

/** Of the payment that is a row of `p`: the events of one that was made by a link or under a subscription name that, too. */
const linkOf = sql`jsonb_strip_nulls(jsonb_build_object('paymentLinkId', p.link_id, 'subscriptionId', p.subscription_id))`;

/** Of the payment that is a row of `p`. */
export function insertEvents(events: readonly PaymentEvent[]): Sql {
  const rows = events.map(eventRow);
  return sql`
    INSERT INTO outbox_event (merchant_account_id, id, subject_type, subject_id, sequence, type, data)
    SELECT p.merchant_account_id, e.id, e."subjectType", p.id, e.sequence, e.type, e.data || ${linkOf}
    FROM p, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) 
      AS e (id text, "subjectType" text, sequence int, type text, data jsonb)`;
}

const eventRow = ({ subject, paymentId, sequence, type, about }: PaymentEvent) => ({
  id: newId('evt'),
  subjectType: subject,
  sequence,
  type,
  data: { [`${subject}Id`]: paymentId, ...(about ? { [`${about.kind}Id`]: about.id } : {}) },
});
