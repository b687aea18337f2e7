import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { idColumn, nowColumn, optionalText, optionalTime, textColumn, timeColumn } from '../../database/columns.js';

/** What DCM told us: its claims, sealed, since they name accounts. One row for each kind and subject, however often it comes. */
@Entity('dcm_callback')
export class DcmCallbackEntity {
  @PrimaryColumn(idColumn) counterpartyGuid!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** A name of the table CALLBACKS of libs/dcm. */
  @Column(textColumn) kind!: string;
  /** Of a payment message, an order, a register with its status, or a transfer. */
  @Column({ ...textColumn, collation: 'C' }) subject!: string;
  /** SHA-256 of the claims, whatever the order of their members. */
  @Column({ type: 'bytea' }) digest!: Buffer;
  @Column(textColumn) bodySealed!: Sealed;
  @Column({ type: 'int', default: 1 }) deliveries!: number;
  /** Deliveries that said something else, which were refused. */
  @Column({ type: 'int', default: 0 }) differing!: number;
  @Column(nowColumn) receivedAt!: Date;
  /** When DCM is to be asked whether it is true; null for never. */
  @Column(optionalTime) nextAttemptAt!: Date | null;
  @Column({ type: 'int', default: 0 }) attempts!: number;
  /** `verified`, `confirmed`, `refuted …`, `open …`, `given up …`. */
  @Column(optionalText) outcome!: string | null;
  @Column(optionalTime) settledAt!: Date | null;
}

/** That a request token was used, not the token. */
@Entity('dcm_used_token')
export class DcmUsedTokenEntity {
  @PrimaryColumn(idColumn) counterpartyGuid!: string;
  /** SHA-256 of signer, kid and jti. */
  @PrimaryColumn({ type: 'bytea' }) digest!: Buffer;
  @Column(timeColumn) until!: Date;
}

/** An account of ours whose owner's name and tax number other banks may be told. Never removed. */
@Entity('dcm_receiver')
export class DcmReceiverEntity {
  @PrimaryColumn(idColumn) counterpartyGuid!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** IBAN. */
  @Column({ ...textColumn, collation: 'C' }) account!: string;
  /** Name and tax number as JSON. */
  @Column(textColumn) dataSealed!: Sealed;
  @Column(nowColumn) createdAt!: Date;
  @Column(optionalTime) disabledAt!: Date | null;
}
