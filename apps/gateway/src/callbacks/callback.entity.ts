import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { idColumn, nowColumn, optionalText, optionalTime, textColumn } from '../database/columns.js';

/** Inbox: what the bank posted, verbatim but sealed, since it names the customer. */
@Entity('callback_inbox')
export class CallbackEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  @Column({ ...textColumn, default: 'payment' }) subjectType!: string;
  @Column(idColumn) subjectId!: string;
  /** SHA-256 of the body: the same delivery twice is one row. */
  @Column({ type: 'bytea' }) digest!: Buffer;
  @Column({ type: 'text' }) bodySealed!: Sealed;
  @Column({ type: 'int', default: 1 }) deliveries!: number;
  @Column(nowColumn) receivedAt!: Date;
  @Column(optionalTime) nextAttemptAt!: Date | null;
  @Column({ type: 'int', default: 0 }) attempts!: number;
  @Column(optionalText) outcome!: string | null;
  @Column(optionalTime) settledAt!: Date | null;
}
