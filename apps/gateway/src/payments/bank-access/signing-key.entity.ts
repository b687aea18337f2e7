import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { idColumn, nowColumn, textColumn } from '../../database/columns.js';

/** What a merchant account signs requests of the bank's Authorization 2.0 with. */
@Entity('signing_key')
export class SigningKeyEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  /** The bank's id of the key (`kid`). */
  @PrimaryColumn(idColumn) id!: string;
  /** Private JWK. */
  @Column(textColumn) keySealed!: Sealed;
  /** Whether requests are signed with it; another one takes its place when it comes. */
  @Column({ type: 'boolean' }) active!: boolean;
  @Column(nowColumn) createdAt!: Date;
}
