import { Column, Entity, PrimaryColumn } from 'typeorm';
import {
  amountColumn,
  idColumn,
  nowColumn,
  optionalText,
  optionalTime,
  textColumn,
  timeColumn,
} from '../../database/columns.js';
import { type FailureCode } from '../domain/failures.js';
import { type Currency } from '../domain/money.js';
import { type Cause, type OperationKind, type StepName } from '../domain/operation.js';
import { type OperationStatus } from '../domain/statuses.js';

@Entity('operation')
export class OperationEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** Which one is the latest does not depend on anybody's clock. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  @Column({ ...textColumn, default: 'payment' }) subjectType!: string;
  @Column(idColumn) subjectId!: string;
  /** The operation whose id at the bank it names. */
  @Column({ ...optionalText, collation: 'C' }) parentId!: string | null;
  @Column(textColumn) kind!: OperationKind;
  @Column(textColumn) step!: StepName;
  @Column(textColumn) protocol!: '1.0' | '2.0';
  @Column(textColumn) status!: OperationStatus;
  /** Who caused the last move. */
  @Column({ ...textColumn, default: 'merchant' }) cause!: Cause;
  /** As asked for; null where only the bank knows it. */
  @Column({ ...amountColumn, nullable: true }) amount!: number;
  @Column(textColumn) currency!: Currency;
  @Column({ ...textColumn, nullable: true }) merchantRequestId!: string;
  /** The terminal it was begun on. */
  @Column(idColumn) bankMerchantId!: string;
  @Column({ type: 'int', default: 1 }) attempt!: number;
  /** When the bank said that it has an order of this id although we never sent it: somebody else may hold its link. */
  @Column(optionalTime) knownElsewhereAt!: Date | null;
  /** In doubt when an older database was restored: somebody may hold the link of what was opened since the backup. */
  @Column(optionalTime) restoredAt!: Date | null;
  @Column(optionalText) reason!: string | null;
  @Column(optionalText) bankOrderId!: string | null;
  /** Where the customer pays. */
  @Column(optionalText) redirectUrl!: string | null;
  /** The address that the QR code of the National Bank holds. */
  @Column(optionalText) qrLink!: string | null;
  @Column(optionalText) bankOperationId!: string | null;
  @Column(optionalText) failureCode!: FailureCode | null;
  @Column(optionalText) failureMessage!: string | null;
  @Column({ type: 'jsonb', nullable: true }) evidence!: Record<string, unknown> | null;
  /** Latest moment at which a byte of the request can have left: ahead of now while it is being sent. */
  @Column(timeColumn) sentAt!: Date;
  @Column(timeColumn) deadlineAt!: Date;
  @Column(optionalTime) nextQueryAt!: Date | null;
  /** Set where the last call failed for want of a bank session: the next session makes the row due. */
  @Column(optionalTime) sessionAwaitedAt!: Date | null;
  @Column({ type: 'int', default: 0 }) queries!: number;
  /** How often sending it was put on record; of an order: without those times that nothing left. */
  @Column({ type: 'int', default: 1 }) sends!: number;
  /** It is certain that the last time nothing left. */
  @Column({ type: 'boolean', default: false }) unsent!: boolean;
  /** First time the bank showed that it knows the request id. */
  @Column(optionalTime) knownAt!: Date | null;
  /** The bank's code when it refused the request. */
  @Column(optionalText) refusalCode!: string | null;
  /** When the bank was first asked of those times that it said, by the not-found rule, that it has no such operation. */
  @Column(optionalTime) notFoundAt!: Date | null;
  /** Those times. */
  @Column({ type: 'int', default: 0 }) notFounds!: number;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
  /** When the API last showed a change; kept by a trigger. */
  @Column(nowColumn) changedAt!: Date;
}
