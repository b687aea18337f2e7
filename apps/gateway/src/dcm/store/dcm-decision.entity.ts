import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, optionalText, timeColumn } from '../../database/columns.js';

/** One answer of the Bank Auth Service. Holds no token and no secret. */
@Entity('dcm_decision')
export class DcmDecisionEntity {
  @PrimaryColumn(idColumn) counterpartyGuid!: string;
  @PrimaryColumn(idColumn) id!: string;
  @Column(timeColumn) at!: Date;
  /** `user_auth`, `key` or `external_id`; null where the token was refused. */
  @Column(optionalText) call!: string | null;
  /** `sub` of the verified token. */
  @Column(optionalText) subject!: string | null;
  @Column(optionalText) flow!: string | null;
  /** Id of the object; `sha256:…` of a name that is no object of ours. */
  @Column(optionalText) object!: string | null;
  /** Thumbprint of a refused token. */
  @Column(optionalText) token!: string | null;
  @Column({ type: 'boolean' }) allowed!: boolean;
  /** Which check failed. */
  @Column(optionalText) reason!: string | null;
  /** Above 1 only for requests that were refused unseen, for there were too many. */
  @Column({ type: 'int', default: 1 }) times!: number;
}

/** That we issued a token for (sub, obj, flow), not the token. */
@Entity('dcm_issued_token')
export class DcmIssuedTokenEntity {
  @PrimaryColumn(idColumn) counterpartyGuid!: string;
  /** SHA-256 of the three. */
  @PrimaryColumn({ type: 'bytea' }) digest!: Buffer;
  @Column(timeColumn) until!: Date;
}
