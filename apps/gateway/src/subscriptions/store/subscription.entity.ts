import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { amountColumn, idColumn, nowColumn, optionalText, optionalTime, textColumn } from '../../database/columns.js';
import { type StartMethod, type SubscriptionStatus } from '../domain/subscription.js';

/** A customer who follows a plan. */
@Entity('subscription')
export class SubscriptionEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  @Column(idColumn) planId!: string;
  @Column(textColumn) status!: SubscriptionStatus;
  @Column(textColumn) method!: StartMethod;
  @Column({ type: 'boolean' }) livemode!: boolean;
  /** Personal data the bank asks for; only ever sent to the bank. */
  @Column(optionalText) customerSealed!: Sealed | null;
  /** HMAC of the merchant's own id of the customer, to list by. */
  @Column({ type: 'bytea' }) customerDigest!: Buffer;
  @Column(optionalText) reference!: string | null;
  @Column(optionalText) description!: string | null;
  @Column(optionalText) returnUrl!: string | null;
  @Column({ type: 'jsonb', default: {} }) metadata!: Record<string, string>;
  @Column(idColumn) bankMerchantId!: string;
  @Column(optionalText) bankOrderId!: string | null;
  /** Of the bank's page, or of 3-D Secure. */
  @Column(optionalText) redirectUrl!: string | null;
  /** Why the last try to begin came to nothing. */
  @Column(optionalText) failureCode!: string | null;
  /** When the bank is asked next. */
  @Column(optionalTime) nextLookAt!: Date | null;
  /** Looks since anything changed or was told. */
  @Column({ type: 'int', default: 0 }) looks!: number;
  @Column(optionalTime) lookedAt!: Date | null;
  @Column({ type: 'int', default: 0 }) eventSequence!: number;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
}

/** A payment of the bank's schedule, as it was last seen. */
@Entity('scheduled_payment')
export class ScheduledPaymentEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  /** The bank's. */
  @PrimaryColumn(idColumn) id!: string;
  @Column(idColumn) subscriptionId!: string;
  @Column({ type: 'int', nullable: true }) number!: number | null;
  /** The bank's number of the plan's version. */
  @Column({ type: 'int', nullable: true }) version!: number | null;
  /** The bank's status. */
  @Column(textColumn) word!: string;
  @Column(amountColumn) amount!: number;
  @Column(optionalTime) executionAt!: Date | null;
  @Column(optionalTime) retryAt!: Date | null;
  @Column({ type: 'int', default: 0 }) retries!: number;
  /** The payment that it was adopted as. */
  @Column({ ...idColumn, nullable: true }) paymentId!: string | null;
  /** The bank has shown the operation that charged it. */
  @Column({ type: 'boolean', default: false }) proven!: boolean;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
}

/** Where the bank's schedule is not as ours. */
@Entity('schedule_difference')
export class ScheduleDifferenceEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  @Column(idColumn) subscriptionId!: string;
  @Column(idColumn) scheduledId!: string;
  @Column(textColumn) kind!: string;
  @Column(textColumn) detail!: string;
  @Column(nowColumn) foundAt!: Date;
  @Column(optionalTime) settledAt!: Date | null;
  @Column(optionalText) settledBy!: 'bank' | 'operator' | null;
  @Column(optionalText) reason!: string | null;
}
