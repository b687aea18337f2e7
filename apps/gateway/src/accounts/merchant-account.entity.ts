import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { idColumn, nowColumn, optionalText, textColumn } from '../database/columns.js';

/** One merchant's contract and keys at one bank. Sealed columns are bound to `version`. */
@Entity('merchant_account')
export class MerchantAccountEntity {
  @PrimaryColumn(idColumn) id!: string;
  @Column(textColumn) name!: string;
  @Column(textColumn) environment!: 'test' | 'live';
  @Column(textColumn) baseUrl!: string;
  /** The bank's `merchantId` of this terminal. */
  @Column(textColumn) bankMerchantId!: string;
  /** That of its terminal for transfers between accounts; null: it has none. */
  @Column({ ...optionalText, name: 'a2a_merchant_id' }) a2aMerchantId!: string | null;
  @Column(textColumn) serviceCodeSealed!: Sealed;
  /** 32 random bytes: derives request ids and idempotency fingerprints. */
  @Column(textColumn) accountSecretSealed!: Sealed;
  /** The bank's public JWK for card data; it is public, so it lies open. */
  @Column({ type: 'jsonb', nullable: true }) paymentKey!: Record<string, string> | null;
  /** Whose pages may frame the card fields. */
  @Column({ type: 'text', array: true, nullable: true }) shopOrigins!: string[] | null;
  @Column({ ...textColumn, default: '1.0' }) protocolVersion!: '1.0' | '2.0';
  @Column({ type: 'text', array: true, default: ['hosted_page'] }) paymentTypes!: string[];
  /** HMAC of the environment that was applied last; null for an account that an operator created. */
  @Column(optionalText) provisionedMark!: string | null;
  @Column({ type: 'int' }) version!: number;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
}
