import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, nowColumn, optionalTime, textColumn } from '../database/columns.js';

/** An event that was committed with the state it speaks of and waits to be delivered. */
@Entity('outbox_event')
export class OutboxEventEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** Order of delivery. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  /** What the event is about; for now always a payment. */
  @Column({ ...textColumn, default: 'payment' }) subjectType!: string;
  @Column(idColumn) subjectId!: string;
  /** Order of the events of one subject, from 1, without gaps. */
  @Column({ type: 'int' }) sequence!: number;
  @Column(textColumn) type!: string;
  @Column({ type: 'jsonb' }) data!: Record<string, string>;
  @Column(nowColumn) createdAt!: Date;
  @Column(optionalTime) deliveredAt!: Date | null;
}
