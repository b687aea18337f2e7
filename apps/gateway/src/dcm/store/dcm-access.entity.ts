import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { idColumn, nowColumn, optionalText, optionalTime, textColumn } from '../../database/columns.js';

/** Who may ask: an employee by his log-in, or a technical user by its name. Never removed, so that old decisions stay readable. */
@Entity('dcm_subject')
export class DcmSubjectEntity {
  @PrimaryColumn(idColumn) counterpartyGuid!: string;
  /** `sub` of the tokens. */
  @PrimaryColumn(idColumn) id!: string;
  @Column(textColumn) kind!: 'employee' | 'technical';
  @Column(nowColumn) createdAt!: Date;
  @Column(optionalTime) disabledAt!: Date | null;
}

/** About whom: a customer or a key keeper. Never removed, for its secret must be the same for life. */
@Entity('dcm_object')
export class DcmObjectEntity {
  @PrimaryColumn(idColumn) counterpartyGuid!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** `obj` of /user_auth. */
  @Column({ ...textColumn, collation: 'C' }) login!: string;
  /** `obj` of /key and /external_id. */
  @Column({ ...textColumn, collation: 'C' }) externalId!: string;
  /** 32 random bytes, base64url. Opened for DCM alone. */
  @Column(textColumn) keySealed!: Sealed;
  /** Names, e-mail and phone as JSON. */
  @Column(optionalText) profileSealed!: Sealed | null;
  @Column(nowColumn) createdAt!: Date;
  @Column(optionalTime) disabledAt!: Date | null;
}

/** Who may do which flow to whom; `*` stands for every known subject or object. */
@Entity('dcm_rule')
export class DcmRuleEntity {
  @PrimaryColumn(idColumn) counterpartyGuid!: string;
  @PrimaryColumn(idColumn) id!: string;
  @Column({ ...textColumn, collation: 'C' }) subjectId!: string;
  @Column(textColumn) flow!: string;
  @Column({ ...textColumn, collation: 'C' }) objectId!: string;
  @Column(nowColumn) createdAt!: Date;
}
