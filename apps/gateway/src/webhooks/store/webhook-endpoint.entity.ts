import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, nowColumn, optionalText, optionalTime, textColumn } from '../../database/columns.js';

/** merchant: switched off by its owner · gone: it answered 410 */
export type DisabledReason = 'merchant' | 'gone';

/** Where a merchant wants to be told of events. */
@Entity('webhook_endpoint')
export class WebhookEndpointEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  @Column(textColumn) url!: string;
  /** Empty for all. */
  @Column({ type: 'text', array: true, default: '{}' }) eventTypes!: string[];
  @Column(optionalText) description!: string | null;
  @Column(optionalTime) disabledAt!: Date | null;
  @Column(optionalText) disabledReason!: DisabledReason | null;
  /** Since when no delivery to it has worked. */
  @Column(optionalTime) failingSince!: Date | null;
  /** Test events so far. */
  @Column({ type: 'int', default: 0 }) eventSequence!: number;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
}
