import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, nowColumn, optionalTime, textColumn } from '../database/columns.js';

@Entity('api_key')
export class ApiKeyEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** SHA-256 of the key. The key has 256 random bits, so a slow hash would add nothing. */
  @Column({ type: 'bytea' }) hash!: Buffer;
  /** First characters, to tell keys apart in a list. */
  @Column(textColumn) hint!: string;
  @Column(nowColumn) createdAt!: Date;
  @Column(optionalTime) revokedAt!: Date | null;
}
