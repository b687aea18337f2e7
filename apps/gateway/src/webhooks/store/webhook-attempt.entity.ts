import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, optionalText } from '../../database/columns.js';

/** One try to deliver, for the log. */
@Entity('webhook_attempt')
export class WebhookAttemptEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  @Column(idColumn) deliveryId!: string;
  @Column({ type: 'int', nullable: true }) statusCode!: number | null;
  /** Why there was no answer. */
  @Column(optionalText) error!: string | null;
  /** The beginning of the answer. */
  @Column(optionalText) answer!: string | null;
  @Column({ type: 'int' }) durationMs!: number;
  /** The table is cut by its months. */
  @PrimaryColumn({ type: 'timestamptz', default: () => 'now()' }) at!: Date;
}
