import { Column, Entity, PrimaryColumn } from 'typeorm';
import { amountColumn, idColumn, nowColumn, optionalText, optionalTime, textColumn } from '../../database/columns.js';
import { type FailureCode } from '../domain/failures.js';
import { type Shown } from '../domain/order-verdict.js';
import { type PaymentFlags } from '../domain/payment.js';
import { type PaymentStatus } from '../domain/statuses.js';

@Entity('payment')
export class PaymentEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  @Column(textColumn) status!: PaymentStatus;
  @Column(amountColumn) amount!: number;
  @Column(textColumn) currency!: string;
  @Column({ ...amountColumn, default: 0 }) amountAuthorized!: number;
  @Column({ ...amountColumn, default: 0 }) amountCaptured!: number;
  @Column({ ...amountColumn, default: 0 }) amountRefunded!: number;
  @Column({ type: 'boolean' }) livemode!: boolean;
  @Column(optionalText) reference!: string | null;
  @Column(optionalText) description!: string | null;
  @Column(textColumn) returnUrl!: string;
  @Column(textColumn) language!: string;
  @Column({ type: 'jsonb', default: {} }) metadata!: Record<string, string>;
  @Column({ type: 'int' }) expiresInMinutes!: number;
  /** Personal data the bank asks for; only ever sent to the bank. */
  @Column(textColumn) customerSealed!: string;
  @Column(optionalText) bankOrderId!: string | null;
  /** The order that a callback named while we knew of none; believed only once the bank shows it as ours. */
  @Column(optionalText) namedOrderId!: string | null;
  @Column(optionalText) redirectUrl!: string | null;
  @Column(optionalTime) expiresAt!: Date | null;
  @Column(optionalText) bankOperationId!: string | null;
  @Column(optionalText) failureCode!: FailureCode | null;
  @Column(optionalText) failureMessage!: string | null;
  /** Which answer of the bank the status rests on: ids, codes and when. */
  @Column({ type: 'jsonb', nullable: true }) evidence!: Record<string, unknown> | null;
  /** What a person must look at although the status stays, and why. */
  @Column({ type: 'jsonb', default: {} }) flags!: PaymentFlags;
  /** The most that any answer or callback of the bank ever showed; null while it was nothing but failures. */
  @Column(optionalText) shown!: Shown | null;
  /** Since when a success lacks a fact. */
  @Column(optionalTime) incompleteAt!: Date | null;
  /** First time the bank said, after the grace, that it does not show the order. */
  @Column(optionalTime) goneAt!: Date | null;
  /** When it ended; null while it is open. */
  @Column(optionalTime) endedAt!: Date | null;
  @Column({ type: 'int', default: 0 }) eventSequence!: number;
  /** When the bank is asked next; null when nothing is open. */
  @Column(optionalTime) nextSyncAt!: Date | null;
  /** Set where the last call failed for want of a bank session: the next session makes the row due. */
  @Column(optionalTime) sessionAwaitedAt!: Date | null;
  /** Queries since the last hint that something happened; 0 when there was none. */
  @Column({ type: 'int', default: 0 }) hintQueries!: number;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
}
