import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, nowColumn, optionalText, optionalTime, textColumn, timeColumn } from '../../database/columns.js';

@Entity('idempotency_key')
export class IdempotencyKeyEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) key!: string;
  /** HMAC over the request; no content can be read or guessed from it. */
  @Column({ type: 'bytea' }) fingerprint!: Buffer;
  /** The operation that the request began, and the step of it that the request is about. */
  @Column(idColumn) operationId!: string;
  @Column(textColumn) step!: string;
  /** Fence: the id that the request which works on it brought along. */
  @Column(textColumn) holder!: string;
  /** The request is being worked on until then; afterwards whoever repeats it takes over. */
  @Column(timeColumn) leaseUntil!: Date;
  @Column({ type: 'int', nullable: true }) statusCode!: number | null;
  @Column(optionalText) responseBody!: string | null;
  @Column(nowColumn) createdAt!: Date;
  @Column(optionalTime) settledAt!: Date | null;
}
