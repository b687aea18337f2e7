import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { idColumn, nowColumn, optionalText, optionalTime, textColumn } from '../../database/columns.js';
import { type KeyStatus, type Slot } from '../domain/key-lifecycle.js';

/** An RSA pair of ours. At most one signs, at most one is on its way in. */
@Entity('dcm_signing_key')
export class DcmSigningKeyEntity {
  @PrimaryColumn(idColumn) counterpartyGuid!: string;
  /** The `kid`: environment, purpose and thumbprint, so that it never stands for two keys. */
  @PrimaryColumn(idColumn) id!: string;
  @Column(textColumn) slot!: Slot;
  /** Of the record at DCM, once known. */
  @Column(optionalText) recordGuid!: string | null;
  /** PKCS #8. Gone when the key is retired. */
  @Column(optionalText) privateSealed!: Sealed | null;
  @Column({ type: 'jsonb' }) publicJwk!: Readonly<Record<string, string>>;
  @Column(textColumn) status!: KeyStatus;
  @Column(nowColumn) createdAt!: Date;
  @Column(optionalTime) publishedAt!: Date | null;
  @Column(optionalTime) signingAt!: Date | null;
  @Column(optionalTime) retiringAt!: Date | null;
  @Column(optionalTime) retiredAt!: Date | null;
}
