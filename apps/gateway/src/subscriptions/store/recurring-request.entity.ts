import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, nowColumn, optionalText, optionalTime, textColumn, timeColumn } from '../../database/columns.js';
import { type RecurringStep, type RequestStatus } from '../domain/recurring-step.js';

/** A call of the bank about a plan or subscription, on record before it is sent. */
@Entity('recurring_request')
export class RecurringRequestEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  @Column(idColumn) subjectId!: string;
  @Column(textColumn) step!: RecurringStep;
  /** A subject has one unfinished request of a lane at a time. */
  @Column(textColumn) lane!: string;
  @Column(textColumn) status!: RequestStatus;
  @Column(idColumn) bankMerchantId!: string;
  /** Our id of it at the bank, where the call has one. */
  @Column({ ...idColumn, nullable: true }) merchantRequestId!: string | null;
  /** What it says; nothing that is secret. */
  @Column({ type: 'jsonb', default: {} }) input!: Record<string, unknown>;
  @Column({ type: 'int', default: 1 }) sends!: number;
  @Column(optionalText) failureCode!: string | null;
  @Column({ type: 'int', default: 0 }) queries!: number;
  @Column({ type: 'int', default: 0 }) notFounds!: number;
  @Column(optionalTime) notFoundAt!: Date | null;
  @Column(timeColumn) sentAt!: Date;
  @Column(optionalTime) nextAttemptAt!: Date | null;
  @Column(timeColumn) deadlineAt!: Date;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
}
