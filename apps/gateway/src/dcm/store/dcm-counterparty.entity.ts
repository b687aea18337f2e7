import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, nowColumn, optionalText, timeColumn } from '../../database/columns.js';

/** A bank at DCM: the owner of everything in this room, and the state of its key rotation. */
@Entity('dcm_counterparty')
export class DcmCounterpartyEntity {
  @PrimaryColumn(idColumn) guid!: string;
  /** Grows with every lease: whoever lost it stores nothing more. */
  @Column({ type: 'int', default: 0 }) leaseEpoch!: number;
  @Column({ ...timeColumn, default: () => `'-infinity'` }) leaseUntil!: Date;
  /** Attempts in a row that failed. */
  @Column({ type: 'int', default: 0 }) failures!: number;
  @Column({ ...timeColumn, default: () => `'-infinity'` }) retryAt!: Date;
  @Column(optionalText) lastError!: string | null;
  @Column(nowColumn) createdAt!: Date;
}
