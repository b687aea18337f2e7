import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, nowColumn, optionalTime, textColumn } from '../../database/columns.js';

/** pending: it is or will be tried · delivered: a 2xx came · dead: given up, until somebody sends it again */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'dead'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** SQL of an id: deliveries are put down by the database, many at once. */
export const NEW_DELIVERY_ID = `'wd_' || replace(gen_random_uuid()::text, '-', '')`;

/** One event on its way to one endpoint. */
@Entity('webhook_delivery')
export class WebhookDeliveryEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  @Column(idColumn) endpointId!: string;
  @Column(idColumn) eventId!: string;
  @Column({ ...textColumn, default: 'pending' }) status!: DeliveryStatus;
  /** Attempts of the schedule it is on that have ended. */
  @Column({ type: 'int', default: 0 }) attempts!: number;
  /** Raised by whoever takes it: a worker that was overtaken records no failure. */
  @Column({ type: 'int', default: 0 }) claims!: number;
  @Column({ ...optionalTime, default: () => 'now()' }) nextAttemptAt!: Date | null;
  @Column(nowColumn) startedAt!: Date;
  @Column(nowColumn) createdAt!: Date;
}
