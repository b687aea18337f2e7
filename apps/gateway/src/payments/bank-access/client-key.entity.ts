import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { idColumn, nowColumn, textColumn } from '../../database/columns.js';

/** active: the bank encrypts to it · standby: it soon will, or lately did · retired: kept for the record, not used */
export type ClientKeyStatus = 'active' | 'standby' | 'retired';

/** A communication key pair of a merchant account. At most one is active; two can be valid while the bank switches. */
@Entity('client_key')
export class ClientKeyEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  /** `ck_` and the RFC 7638 thumbprint of the public half. */
  @PrimaryColumn(idColumn) id!: string;
  /** Private JWK. */
  @Column(textColumn) keySealed!: Sealed;
  @Column(textColumn) status!: ClientKeyStatus;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
}
