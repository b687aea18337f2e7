import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { claimDueSql, type Room, roomParameters } from '../../database/claim-due.js';
import { dueIn } from '../../database/due-in.js';
import { hydrate } from '../../database/hydrate.js';
import { rawSql, sql, type Sql } from '../../database/sql.js';
import { inTransaction, type Transaction } from '../../database/transaction.js';
import { keptFailure } from '../domain/failures.js';
import { type Cause, type IntentKind } from '../domain/operation.js';
import { type Shown } from '../domain/order-verdict.js';
import { type Payment } from '../domain/payment.js';
import { type Receipt } from '../domain/receipt.js';
import { EXPIRY_GRACE_SECONDS, ORDER_REVIEW_SECONDS } from '../domain/schedule.js';
import { ENDED_PAYMENTS, type PaymentStatus } from '../domain/statuses.js';
import { changedSince, type ChangedSince, type Changes } from './changed-since.js';
import { createdBetween, type CreatedBetween } from './created-between.js';
import { hintSubjects, isNewOrder, noted, type Told } from './hints.js';
import { PaymentEntity } from './payment.entity.js';

export type NewPayment = Pick<
  PaymentEntity,
  | 'merchantAccountId'
  | 'id'
  | 'kind'
  | 'method'
  | 'amount'
  | 'currency'
  | 'livemode'
  | 'reference'
  | 'description'
  | 'returnUrl'
  | 'language'
  | 'metadata'
  | 'page'
  | 'expiresInMinutes'
  | 'customerSealed'
  | 'customerDigest'
> & {
  /** Of a hold: how long it lasts. */
  readonly holdHours: number | null;
  /** The payment link that it is made by; only while that may be used. */
  readonly linkId?: string | undefined;
  /** The card that is to pay; only while that may be used, too. */
  readonly savedCardId?: string | undefined;
};

export interface PaymentFilter extends CreatedBetween {
  readonly kinds: readonly IntentKind[];
  readonly limit: number;
  /** Id of the last payment of the page before. */
  readonly before: string | undefined;
  readonly status: PaymentStatus | undefined;
  readonly reference: string | undefined;
  readonly linkId?: string | undefined;
  readonly subscriptionId?: string | undefined;
  readonly customerDigest?: Buffer | undefined;
  /** An entry that they have. */
  readonly metadata?: readonly [key: string, value: string] | undefined;
}

/** Columns that a change of state may bring along. `nextSyncInSeconds`: null means that nothing is open any more. */
export interface PaymentExtras {
  readonly cause?: Cause | undefined;
  /** When it is written, where an answer is written beside it; otherwise it is the moment of the statement. */
  readonly at?: Date | undefined;
  readonly expiresAt?: Date | null | undefined;
  readonly hintQueries?: number | undefined;
  readonly shown?: Shown | null | undefined;
  /** What the bank tells of the operation that paid; laid over what it told before. */
  readonly receipt?: Receipt | undefined;
  /** Whether a success lacks a fact; the clock starts with the first time and ends with the last. */
  readonly incomplete?: boolean | undefined;
  /** Whether the bank said, after the grace, that it does not show the order; the clock works as above. */
  readonly gone?: boolean | undefined;
  readonly nextSyncInSeconds?: number | null | undefined;
  /** Money that comes although the payment was canceled is given back. */
  readonly refundLate?: boolean | undefined;
  /** The query failed for want of a bank session: the next session makes the payment due. */
  readonly awaitsSession?: boolean | undefined;
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
  /** One that was kept and could not be read yet: nobody knows whether it shows an attempt to pay. */
  readonly hasUnreadCallback: boolean;
  /** The time the merchant gave the customer has passed. */
  readonly pastExpiry: boolean;
  /** The bank, too, can no longer report a payment that was made in time. */
  readonly pastGrace: boolean;
  readonly pastDeadline: boolean;
  /** The bank has let go of a hold by now. */
  readonly pastHold: boolean;
  /** It may still be taken. */
  readonly holdLasts: boolean;
  /** Until {@link pastHold}; null where nothing is held. */
  readonly untilHoldEndsSeconds: number | null;
}

export interface DuePayment {
  readonly accountId: string;
  readonly id: string;
}

/** A clock that `true` starts unless it runs, `false` stops, and undefined leaves alone. */
const clock = (column: string, runs: boolean | undefined): Sql => {
  const name = rawSql(column);
  return sql`CASE ${runs}::boolean WHEN true THEN coalesce(${name}, now()) WHEN false THEN NULL ELSE ${name} END`;
};

/** INSERT of one payment for every row of `source`. */
export const insertPayment = (payment: NewPayment, source: Sql): Sql => sql`
  INSERT INTO payment (merchant_account_id, id, kind, method, status, amount, currency, livemode, reference, description,
                       return_url, language, metadata, page, expires_in_minutes, customer_sealed, hold_expires_at,
                       link_id, customer_digest, saved_card_id)
  SELECT ${payment.merchantAccountId}, ${payment.id}, ${payment.kind}, ${payment.method}, 'created',
         ${payment.amount}::bigint, ${payment.currency}, ${payment.livemode}::boolean, ${payment.reference},
         ${payment.description}, ${payment.returnUrl}, ${payment.language}, ${JSON.stringify(payment.metadata)}::jsonb,
         ${JSON.stringify(payment.page)}::jsonb, ${payment.expiresInMinutes}::int, ${payment.customerSealed},
         date_trunc('second', now()) + make_interval(hours => ${payment.holdHours}::int), ${payment.linkId},
         ${payment.customerDigest}::bytea, ${payment.savedCardId}
  FROM ${source}`;

const receiptText = ({ receipt }: PaymentExtras): string | undefined => receipt && JSON.stringify(receipt);

/** One text for every case, so that Postgres and its poolers see few different statements. */
export const updatePayment = (payment: Payment, extras: PaymentExtras, where: Sql, from: Sql = sql``): Sql => sql`
  UPDATE payment SET
    status = ${payment.status}, amount_authorized = ${payment.amountAuthorized}::bigint,
    cause = CASE WHEN status = ${payment.status} THEN cause ELSE ${extras.cause ?? 'bank'} END,
    amount_captured = ${payment.amountCaptured}::bigint, amount_refunded = ${payment.amountRefunded}::bigint,
    amount_capturing = ${payment.amountCapturing}::bigint, amount_refunding = ${payment.amountRefunding}::bigint,
    event_sequence = ${payment.eventSequence}::int,
    failure_code = ${payment.failure?.code}, failure_message = ${payment.failure?.message},
    expires_at = coalesce(${extras.expiresAt}, expires_at),
    hint_queries = coalesce(${extras.hintQueries}::int, hint_queries),
    refund_late = coalesce(${extras.refundLate}::boolean, refund_late),
    receipt = coalesce(receipt || ${receiptText(extras)}::jsonb, ${receiptText(extras)}::jsonb, receipt),
    next_sync_at = ${dueIn('next_sync_at', extras.nextSyncInSeconds)},
    session_awaited_at = CASE WHEN ${extras.awaitsSession ?? false}::boolean THEN clock_timestamp() END,
    flags = ${JSON.stringify(payment.flags)}::jsonb, flags_settled = ${JSON.stringify(payment.flagsSettled)}::jsonb,
    shown = coalesce(${extras.shown}, shown),
    incomplete_at = ${clock('incomplete_at', extras.incomplete)}, gone_at = ${clock('gone_at', extras.gone)},
    ended_at = CASE WHEN ${payment.status} = ANY(${ENDED_PAYMENTS}::text[]) THEN coalesce(ended_at, now()) END,
    updated_at = coalesce(${extras.at}, now())
  ${from}
  WHERE payment.merchant_account_id = ${payment.accountId} AND payment.id = ${payment.id} AND ${where}`;

/** Above every number of a payment: a cursor that leads nowhere is the first page. */
const NEVER_REACHED = '9223372036854775807';

const OF_ACCOUNT = 'FROM payment WHERE merchant_account_id = :accountId';

const HAS_METADATA = `payment.number IN (
  SELECT number FROM payment_metadata
  WHERE merchant_account_id = :accountId AND digest = metadata_digest(:metadataKey, :metadataValue))`;

const CLAIM_DUE = claimDueSql({
  table: 'payment',
  column: 'next_sync_at',
  urgent: 't.hint_queries > 0', // a callback or a returning customer
  also: 'session_awaited_at = NULL',
  returning: 'merchant_account_id AS "accountId", id',
});

/** `p`: payments, each with the end of the time that the customer has. */
export const AGED_PAYMENT = sql`(
  SELECT *, xmin::text AS version, coalesce(expires_at, created_at + make_interval(mins => expires_in_minutes)) AS expiry
  FROM payment) p`;

/** The members of {@link PaymentAges}, of a row of {@link AGED_PAYMENT}. */
export const AGES = sql`
  now() AS now, extract(epoch FROM now() - p.created_at)::float AS "sinceCreatedSeconds",
  extract(epoch FROM p.expiry - now())::float AS "untilExpirySeconds",
  extract(epoch FROM now() - p.ended_at)::float AS "sinceEndedSeconds",
  extract(epoch FROM now() - p.incomplete_at)::float AS "sinceIncompleteSeconds",
  extract(epoch FROM now() - p.gone_at)::float AS "sinceGoneSeconds",
  EXISTS (SELECT FROM callback_inbox c WHERE c.merchant_account_id = p.merchant_account_id AND c.subject_id = p.id
          AND c.settled_at IS NULL) AS "hasUnreadCallback",
  now() > p.expiry AS "pastExpiry",
  now() > p.expiry + make_interval(secs => ${EXPIRY_GRACE_SECONDS}::int) AS "pastGrace",
  now() > p.expiry + make_interval(secs => ${ORDER_REVIEW_SECONDS}::int) AS "pastDeadline",
  coalesce(now() > p.hold_expires_at + make_interval(secs => ${EXPIRY_GRACE_SECONDS}::int), false) AS "pastHold",
  coalesce(now() < p.hold_expires_at, false) AS "holdLasts",
  extract(epoch FROM p.hold_expires_at + make_interval(secs => ${EXPIRY_GRACE_SECONDS}::int) - now())::float
    AS "untilHoldEndsSeconds"`;

@Injectable()
export class PaymentRepository {
  constructor(private readonly database: DataSource) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return inTransaction(this.database, work);
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

  /** Newest first. `now`: on the database's clock. */
  async list(accountId: string, filter: PaymentFilter): Promise<{ found: PaymentEntity[]; now: Date }> {
    const query = this.database
      .createQueryBuilder(PaymentEntity, 'payment')
      .where('payment.merchantAccountId = :accountId', { accountId })
      .andWhere('payment.kind IN (:...kinds)', { kinds: filter.kinds })
      .orderBy('payment.number', 'DESC')
      .limit(filter.limit);
    if (filter.before !== undefined) {
      const before = `SELECT number FROM payment WHERE merchant_account_id = :accountId AND id = :before`;
      query.andWhere(`payment.number < coalesce((${before}), ${NEVER_REACHED})`, { before: filter.before });
    }
    for (const member of ['status', 'reference', 'linkId', 'subscriptionId'] as const)
      if (filter[member] !== undefined) query.andWhere(`payment.${member} = :${member}`, { [member]: filter[member] });
    if (filter.customerDigest !== undefined)
      query.andWhere('payment.customerDigest = :digest', { digest: filter.customerDigest });
    if (filter.metadata !== undefined) {
      const [metadataKey, metadataValue] = filter.metadata;
      query.andWhere(HAS_METADATA, { metadataKey, metadataValue });
    }
    for (const { text, parameters } of createdBetween('payment', OF_ACCOUNT, filter)) query.andWhere(text, parameters);
    const { entities, raw } = await query.addSelect('now()', 'now').getRawAndEntities<{ now: Date }>();
    return { found: entities, now: raw[0]?.now ?? new Date() };
  }

  /** See {@link changedSince}. */
  changed(accountId: string, kinds: readonly IntentKind[], since: ChangedSince): Promise<Changes<PaymentEntity>> {
    const rows = sql`
      FROM payment t WHERE t.merchant_account_id = ${accountId} AND t.kind = ANY(${kinds}::text[]) AND t.status <> 'created'`;
    return changedSince(this.database.manager, { entity: PaymentEntity, rows }, since);
  }

  /** @returns the row as it is now */
  async save(tx: Transaction, payment: Payment, extras: PaymentExtras = {}): Promise<PaymentEntity> {
    const update = sql`${updatePayment(payment, extras, sql`true`)} RETURNING *`;
    const [[row]] = await tx.query<[object[], number]>(...update.render());
    if (!row) throw new Error(`payment ${payment.id} does not exist`);
    return hydrate(tx, PaymentEntity, row);
  }

  async ages(tx: Transaction, accountId: string, id: string): Promise<PaymentAges> {
    const [ages] = await tx.query<PaymentAges[]>(
      ...sql`SELECT ${AGES} FROM ${AGED_PAYMENT} WHERE p.merchant_account_id = ${accountId} AND p.id = ${id}`.render(),
    );
    if (!ages) throw new Error(`payment ${id} does not exist`);
    return ages;
  }

  /** See {@link hintSubjects}. */
  async hint(accountId: string, id: string): Promise<void> {
    const payment = sql`(SELECT ${accountId}::text AS merchant_account_id, ${id}::text AS subject_id, false AS is_new)`;
    await this.database.query(...sql`WITH ${hintSubjects(payment)} SELECT`.render());
  }

  /**
   * What a callback says: that somebody tried to pay, which forbids to call the order untouched, and an order that may be
   * ours. Where that is news, the bank is asked again.
   */
  async noteTold(accountId: string, id: string, told: Told): Promise<void> {
    await this.database.query(
      ...sql`
        UPDATE payment SET ${noted(told)}, hint_queries = 1, next_sync_at = now()
        WHERE merchant_account_id = ${accountId} AND id = ${id}
          AND (${isNewOrder(told)} OR (${told.showsAttempt}::boolean AND shown IS NULL))`.render(),
    );
  }

  /** The bank has been asked for an order that a callback named, and its answer was clear. */
  async forgetName(tx: Transaction, { merchantAccountId, id }: PaymentEntity, orderId: string): Promise<void> {
    await tx.query(
      `UPDATE payment SET named_order_ids = array_remove(named_order_ids, $3) WHERE merchant_account_id = $1 AND id = $2`,
      [merchantAccountId, id, orderId],
    );
  }

  /** See {@link claimDueSql}. */
  async claimDue(room: Room | number, leaseSeconds: number): Promise<DuePayment[]> {
    const [rows] = await this.database.query<[DuePayment[], number]>(CLAIM_DUE, roomParameters(room, leaseSeconds));
    return rows;
  }
}

/** When the time is over that the customer has. */
export const expiryOf = ({ expiresAt, createdAt, expiresInMinutes }: PaymentEntity): Date =>
  expiresAt ?? new Date(createdAt.getTime() + expiresInMinutes * 60_000);

export const paymentOf = (row: PaymentEntity): Payment => ({
  accountId: row.merchantAccountId,
  id: row.id,
  kind: row.kind,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  amountAuthorized: row.amountAuthorized,
  amountCaptured: row.amountCaptured,
  amountRefunded: row.amountRefunded,
  amountCapturing: row.amountCapturing,
  amountRefunding: row.amountRefunding,
  livemode: row.livemode,
  ...(row.subscriptionId !== null && row.status === 'processing' ? { isUnproven: true } : {}),
  failure: keptFailure(row),
  flags: row.flags,
  flagsSettled: row.flagsSettled,
  eventSequence: row.eventSequence,
});
