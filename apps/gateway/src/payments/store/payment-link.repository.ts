import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { hydrate } from '../../database/hydrate.js';
import { newId } from '../../database/id.js';
import { sql, type Sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';
import { type EventType } from '../../outbox/event-types.js';
import { type LatestPayment } from '../domain/payment-link.js';
import { PAID_PAYMENTS } from '../domain/statuses.js';
import { PaymentLinkEntity } from './payment-link.entity.js';

export type NewPaymentLink = Omit<PaymentLinkEntity, 'number' | 'active' | 'eventSequence' | 'createdAt' | 'updatedAt'>;

/** A link as it stands on the database's clock. */
export interface StandingLink {
  readonly link: PaymentLinkEntity;
  readonly isExpired: boolean;
  /** A single one, and there is money for it. */
  readonly isUsed: boolean;
}

/** What was paid by a link so far. */
export interface LinkPayments {
  readonly payments: number;
  /** Made within the last minute. */
  readonly lately: number;
  readonly latest: LatestPayment | undefined;
}

/** What is undefined stays as it is. */
export interface LinkChanges {
  readonly active?: boolean | undefined;
  readonly expiresAt?: Date | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

type RawStanding = Omit<StandingLink, 'link'> & { readonly link: object };

const STANDING = sql`
  to_jsonb(l) AS link, coalesce(l.expires_at <= now(), false) AS "isExpired",
  l.usage = 'single' AND EXISTS (
    SELECT FROM payment p WHERE p.merchant_account_id = l.merchant_account_id AND p.link_id = l.id
      AND p.status = ANY(${PAID_PAYMENTS}::text[])) AS "isUsed"`;

/** Of the link that is a row of `l`. */
const tell = (type: EventType): Sql => sql`
  INSERT INTO outbox_event (merchant_account_id, id, subject_type, subject_id, sequence, type, data)
  SELECT merchant_account_id, ${newId('evt')}, 'payment_link', id, event_sequence, ${type},
         jsonb_build_object('paymentLinkId', id) FROM l`;

@Injectable()
export class PaymentLinkRepository {
  constructor(private readonly database: DataSource) {}

  async add(tx: Transaction, link: NewPaymentLink): Promise<StandingLink> {
    const { merchantAccountId: accountId, id } = link;
    const insert = sql`
      INSERT INTO payment_link (merchant_account_id, id, usage, livemode, kind, method, amount, currency, reference,
                                description, return_url, language, metadata, page, hold_hours, expires_in_minutes,
                                expires_at, event_sequence)
      VALUES (${accountId}, ${id}, ${link.usage}, ${link.livemode}::boolean, ${link.kind}, ${link.method},
              ${link.amount}::bigint, ${link.currency}, ${link.reference}, ${link.description}, ${link.returnUrl},
              ${link.language}, ${JSON.stringify(link.metadata)}::jsonb, ${JSON.stringify(link.page)}::jsonb,
              ${link.holdHours}::int, ${link.expiresInMinutes}::int, ${link.expiresAt}::timestamptz, 1)
      RETURNING *`;
    const added = await this.write(tx, insert, 'payment_link.created');
    if (!added) throw new Error(`payment link ${id} was not written`);
    return added;
  }

  /** @returns undefined where there is no such link */
  async find(accountId: string, id: string): Promise<StandingLink | undefined> {
    return this.one(sql`l.merchant_account_id = ${accountId} AND l.id = ${id}`);
  }

  /** Whoever has the address knows the id, and nothing else. */
  async findById(id: string): Promise<StandingLink | undefined> {
    return this.one(sql`l.id = ${id}`);
  }

  /** Newest first. @param before id of the last link of the page before */
  async list(accountId: string, limit: number, before: string | undefined): Promise<StandingLink[]> {
    const place = sql`(SELECT number FROM payment_link WHERE merchant_account_id = ${accountId} AND id = ${before})`;
    const rows = await this.database.query<RawStanding[]>(
      ...sql`
        SELECT ${STANDING} FROM payment_link l
        WHERE l.merchant_account_id = ${accountId} AND (${before}::text IS NULL OR l.number < ${place})
        ORDER BY l.number DESC LIMIT ${limit}::int`.render(),
    );
    return rows.map((row) => this.standing(row));
  }

  /** @returns undefined where there is no such link */
  async change(accountId: string, id: string, changes: LinkChanges): Promise<StandingLink | undefined> {
    const { active, expiresAt, metadata } = changes;
    const update = sql`
      UPDATE payment_link SET
        active = coalesce(${active}::boolean, active),
        expires_at = CASE WHEN ${expiresAt !== undefined}::boolean THEN ${expiresAt}::timestamptz ELSE expires_at END,
        metadata = coalesce(${metadata && JSON.stringify(metadata)}::jsonb, metadata),
        event_sequence = event_sequence + 1, updated_at = now()
      WHERE merchant_account_id = ${accountId} AND id = ${id} RETURNING *`;
    return this.write(this.database.manager, update, 'payment_link.updated');
  }

  /** @param most that are counted */
  async paymentsOf({ merchantAccountId, id }: PaymentLinkEntity, most: number): Promise<LinkPayments> {
    const newest = sql`
      SELECT id, status, created_at, expires_at, expires_in_minutes FROM payment
      WHERE merchant_account_id = ${merchantAccountId} AND link_id = ${id} ORDER BY number DESC LIMIT ${most}::int`;
    const expiry = sql`coalesce(expires_at, created_at + make_interval(mins => expires_in_minutes))`;
    const [row] = await this.database.query<(Omit<LinkPayments, 'latest'> & { latest: LatestPayment | null })[]>(
      ...sql`
        WITH newest AS (${newest})
        SELECT count(*)::int AS payments, count(*) FILTER (WHERE created_at > now() - interval '1 minute')::int AS lately,
               (SELECT json_build_object('id', id, 'status', status,
                                         'sinceExpirySeconds', extract(epoch FROM now() - ${expiry}))
                FROM newest LIMIT 1) AS latest
        FROM newest`.render(),
    );
    return { payments: row?.payments ?? 0, lately: row?.lately ?? 0, latest: row?.latest ?? undefined };
  }

  private async one(where: Sql): Promise<StandingLink | undefined> {
    const [row] = await this.database.query<RawStanding[]>(
      ...sql`SELECT ${STANDING} FROM payment_link l WHERE ${where}`.render(),
    );
    return row && this.standing(row);
  }

  private async write(tx: Transaction, statement: Sql, type: EventType): Promise<StandingLink | undefined> {
    const [row] = await tx.query<RawStanding[]>(
      ...sql`WITH l AS (${statement}), e AS (${tell(type)}) SELECT ${STANDING} FROM l`.render(),
    );
    return row && this.standing(row);
  }

  private standing({ link, ...facts }: RawStanding): StandingLink {
    return { link: hydrate(this.database.manager, PaymentLinkEntity, link), ...facts };
  }
}
