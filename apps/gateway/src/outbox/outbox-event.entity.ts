import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, nowColumn, textColumn } from '../database/columns.js';

/** An event that was committed with the state it speaks of. */
@Entity('outbox_event')
export class OutboxEventEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** Order in which events were written; they may be committed in another. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  /** What the event is about. */
  @Column({ ...textColumn, default: 'payment' }) subjectType!: string;
  @Column(idColumn) subjectId!: string;
  /** Order of the events of one subject, from 1, without gaps. */
  @Column({ type: 'int' }) sequence!: number;
  /** A key of `EVENT_TYPES`. */
  @Column(textColumn) type!: string;
  @Column({ type: 'jsonb' }) data!: Record<string, string>;
  /** Place in the account's feed, from 1; null until it is published, see `publish-events.job.ts`. */
  @Column({ type: 'bigint', nullable: true }) position!: string | null;
  @Column(nowColumn) createdAt!: Date;
  /** First day of the month in which it was written, in UTC: the table is cut by it. */
  @PrimaryColumn({ type: 'date', default: () => "(date_trunc('month', (now() AT TIME ZONE 'UTC')))" }) month!: string;
}
