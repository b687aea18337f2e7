import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { hydrate } from '../../database/hydrate.js';
import { newId } from '../../database/id.js';
import { sql, type Sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';
import { type EventType } from '../../outbox/event-types.js';
import { type CardStatus } from '../domain/saved-card.js';
import { SavedCardEntity } from './saved-card.entity.js';

export type NewSavedCard = Omit<
  SavedCardEntity,
  'number' | 'status' | 'tokenSealed' | 'eventSequence' | 'createdAt' | 'updatedAt'
> & { readonly tokenSealed: Sealed };

/** Whose cards, of one merchant account. */
export interface CardOwner {
  readonly accountId: string;
  readonly customerDigest: Buffer;
}

export interface CardFilter {
  readonly limit: number;
  /** Id of the last card of the page before. */
  readonly before: string | undefined;
  readonly status: CardStatus | undefined;
}

/** What a card that is a row of `c` was saved by. */
const SAVED_BY = sql`origin || 'Id', payment_id`;
/** Of the card that is a row of `c`. */
const tell = (type: EventType): Sql => sql`
  INSERT INTO outbox_event (merchant_account_id, id, subject_type, subject_id, sequence, type, data)
  SELECT merchant_account_id, ${newId('evt')}, 'card', id, event_sequence, ${type},
         jsonb_strip_nulls(jsonb_build_object('cardId', id, ${SAVED_BY})) FROM c`;

/** What a change is told as. */
const EVENT_OF: Readonly<Record<CardStatus, EventType>> = {
  active: 'card.resumed',
  suspended: 'card.suspended',
  expired: 'card.expired',
  deleted: 'card.deleted',
};

const insertCard = (card: NewSavedCard): Sql => sql`
  INSERT INTO saved_card (merchant_account_id, id, customer_digest, bank_merchant_id, token_sealed, token_digest, status,
                          card_mask, scheme, origin, payment_id, livemode, event_sequence)
  VALUES (${card.merchantAccountId}, ${card.id}, ${card.customerDigest}::bytea, ${card.bankMerchantId},
          ${card.tokenSealed}, ${card.tokenDigest}::bytea, 'active', ${card.cardMask}, ${card.scheme}, ${card.origin},
          ${card.paymentId}, ${card.livemode}::boolean, 1)
  ON CONFLICT (merchant_account_id, customer_digest, token_digest) DO NOTHING`;

/** Cards that the bank keeps. Those of another account or customer are not there. */
@Injectable()
export class SavedCardRepository {
  constructor(private readonly database: DataSource) {}

  /** Whether the bank's token is known already. @returns its card */
  async known(owner: CardOwner, tokenDigest: Buffer, tx?: Transaction): Promise<SavedCardEntity | undefined> {
    return this.one(sql`${ofOwner(owner)} AND token_digest = ${tokenDigest}::bytea`, tx);
  }

  /** Writes a card and its event, unless the bank's token is known; names it at what it was saved by. */
  async add(card: NewSavedCard, tx: Transaction = this.database.manager): Promise<void> {
    const { merchantAccountId: accountId, paymentId } = card;
    const known = sql`
      SELECT id FROM c UNION ALL
      SELECT id FROM saved_card WHERE ${ofOwner({ accountId, customerDigest: card.customerDigest })}
        AND token_digest = ${card.tokenDigest}::bytea LIMIT 1`;
    await tx.query(
      ...sql`
        WITH c AS (${insertCard(card)} RETURNING *), e AS (${tell('card.saved')}), k AS (${known})
        UPDATE payment SET saved_card_id = k.id FROM k
        WHERE payment.merchant_account_id = ${accountId} AND payment.id = ${paymentId} AND saved_card_id IS NULL`.render(),
    );
  }

  async find(owner: CardOwner, id: string): Promise<SavedCardEntity | undefined> {
    return this.one(sql`${ofOwner(owner)} AND id = ${id}`);
  }

  /** Newest first; without those that are deleted, unless they are asked for. */
  async list(owner: CardOwner, { limit, before, status }: CardFilter): Promise<SavedCardEntity[]> {
    const place = sql`(SELECT number FROM saved_card WHERE ${ofOwner(owner)} AND id = ${before})`;
    const rows = await this.database.query<object[]>(
      ...sql`
        SELECT * FROM saved_card
        WHERE ${ofOwner(owner)} AND (${before}::text IS NULL OR number < ${place})
          AND CASE WHEN ${status}::text IS NULL THEN status <> 'deleted' ELSE status = ${status} END
        ORDER BY number DESC LIMIT ${limit}::int`.render(),
    );
    return rows.map((row) => hydrate(this.database.manager, SavedCardEntity, row));
  }

  /** One event where the status is another one then; the token of a deleted card is forgotten. */
  async change({ merchantAccountId, id }: SavedCardEntity, to: CardStatus): Promise<void> {
    await this.database.query(
      ...sql`
        WITH c AS (
          UPDATE saved_card SET
            status = ${to}, token_sealed = CASE WHEN ${to}::text = 'deleted' THEN NULL ELSE token_sealed END,
            event_sequence = event_sequence + 1, updated_at = now()
          WHERE merchant_account_id = ${merchantAccountId} AND id = ${id} AND status NOT IN (${to}, 'deleted') RETURNING *)
        ${tell(EVENT_OF[to])}`.render(),
    );
  }

  private async one(where: Sql, tx: Transaction = this.database.manager): Promise<SavedCardEntity | undefined> {
    const [row] = await tx.query<object[]>(...sql`SELECT * FROM saved_card WHERE ${where}`.render());
    return row && hydrate(this.database.manager, SavedCardEntity, row);
  }
}

const ofOwner = ({ accountId, customerDigest }: CardOwner): Sql =>
  sql`merchant_account_id = ${accountId} AND customer_digest = ${customerDigest}::bytea`;
