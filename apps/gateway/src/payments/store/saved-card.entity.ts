import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { idColumn, nowColumn, optionalText, textColumn } from '../../database/columns.js';
import { type CardOrigin, type CardStatus } from '../domain/saved-card.js';

/** A card that the bank keeps for a customer. Its number is known to the bank alone. */
@Entity('saved_card')
export class SavedCardEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** Order of lists: ids are made by the clocks of processes. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  /** HMAC of the merchant's own id of the customer. */
  @Column({ type: 'bytea' }) customerDigest!: Buffer;
  /** The terminal that may charge it. */
  @Column(idColumn) bankMerchantId!: string;
  /** The bank's token of it; null once it is deleted. */
  @Column(optionalText) tokenSealed!: Sealed | null;
  /** HMAC of the token: whether it is known, without opening any. */
  @Column({ type: 'bytea' }) tokenDigest!: Buffer;
  @Column(textColumn) status!: CardStatus;
  @Column(optionalText) cardMask!: string | null;
  @Column(optionalText) scheme!: string | null;
  @Column(textColumn) origin!: CardOrigin;
  /** The payment that it was saved by, where there is one. */
  @Column({ ...optionalText, collation: 'C' }) paymentId!: string | null;
  @Column({ type: 'boolean' }) livemode!: boolean;
  @Column({ type: 'int', default: 0 }) eventSequence!: number;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
}
