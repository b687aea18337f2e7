import { Column, Entity, PrimaryColumn } from 'typeorm';
import { amountColumn, idColumn, nowColumn, optionalText, optionalTime, textColumn } from '../database/columns.js';
import { type Scope } from './scopes.js';

@Entity('api_key')
export class ApiKeyEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** SHA-256 of the key. The key has 256 random bits, so a slow hash would add nothing. */
  @Column({ type: 'bytea' }) hash!: Buffer;
  /** First characters, to tell keys apart in a list. */
  @Column(textColumn) hint!: string;
  /** For people: which program has it. */
  @Column(optionalText) name!: string | null;
  @Column({ type: 'text', array: true }) scopes!: Scope[];
  /** Addresses and ranges that it may be used from; null: any. */
  @Column({ type: 'text', array: true, nullable: true }) addresses!: string[] | null;
  /** Kopiyky that it may send with one payout; null: what the bank sends. */
  @Column({ ...amountColumn, nullable: true }) payoutLimit!: number | null;
  @Column(optionalTime) expiresAt!: Date | null;
  @Column(nowColumn) createdAt!: Date;
  @Column(optionalTime) revokedAt!: Date | null;
}
