import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { amountColumn, idColumn, nowColumn, optionalText, optionalTime, textColumn } from '../../database/columns.js';
import { type Currency } from '../domain/money.js';
import { type PageWishes } from '../domain/page.js';
import { type Receipt } from '../domain/receipt.js';
import { type Cause, type IntentKind } from '../domain/operation.js';
import { type Method } from '../kinds/methods.js';
import { type FailureCode } from '../domain/failures.js';
import { type Shown } from '../domain/order-verdict.js';
import { type PaymentFlags } from '../domain/payment.js';
import { type PaymentStatus } from '../domain/statuses.js';

@Entity('payment')
export class PaymentEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** Order of lists: ids are made by the clocks of processes. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  @Column(textColumn) kind!: IntentKind;
  @Column(textColumn) method!: Method;
  @Column(textColumn) status!: PaymentStatus;
  /** Who caused the last move. */
  @Column({ ...textColumn, default: 'merchant' }) cause!: Cause;
  @Column(amountColumn) amount!: number;
  @Column(textColumn) currency!: Currency;
  @Column({ ...amountColumn, default: 0 }) amountAuthorized!: number;
  @Column({ ...amountColumn, default: 0 }) amountCaptured!: number;
  @Column({ ...amountColumn, default: 0 }) amountRefunded!: number;
  /** Held by captures, releases and refunds that have not ended. */
  @Column({ ...amountColumn, default: 0 }) amountCapturing!: number;
  @Column({ ...amountColumn, default: 0 }) amountRefunding!: number;
  @Column({ type: 'boolean' }) livemode!: boolean;
  /** `api`: our request. Otherwise born of what the bank showed: under which subject, and by which of its ids. */
  @Column({ ...textColumn, default: 'api' }) origin!: string;
  @Column({ ...optionalText, collation: 'C' }) originId!: string | null;
  @Column(optionalText) originRef!: string | null;
  /** The payment link that it was made by. */
  @Column({ ...optionalText, collation: 'C' }) linkId!: string | null;
  /** The card that the bank keeps: it paid, or was saved by it. */
  @Column({ ...optionalText, collation: 'C' }) savedCardId!: string | null;
  /** The subscription that it is a charge of. */
  @Column({ ...optionalText, collation: 'C' }) subscriptionId!: string | null;
  @Column(optionalText) reference!: string | null;
  @Column(optionalText) description!: string | null;
  @Column(optionalText) returnUrl!: string | null;
  @Column(optionalText) language!: string | null;
  @Column({ type: 'jsonb', default: {} }) metadata!: Record<string, string>;
  /** How the customer is asked to pay, as the merchant wished. */
  @Column({ type: 'jsonb', default: {} }) page!: PageWishes;
  /** What the bank told of the operation that paid; members may still come. */
  @Column({ type: 'jsonb', nullable: true }) receipt!: Receipt | null;
  @Column({ type: 'int' }) expiresInMinutes!: number;
  /** Personal data the bank asks for; only ever sent to the bank. */
  @Column(optionalText) customerSealed!: Sealed | null;
  /** HMAC of the merchant's own id of the customer, to list by. */
  @Column({ type: 'bytea', nullable: true }) customerDigest!: Buffer | null;
  @Column(optionalTime) expiresAt!: Date | null;
  /** When the bank lets go of a hold by itself. */
  @Column(optionalTime) holdExpiresAt!: Date | null;
  /** Money that comes although the payment was canceled is given back. */
  @Column({ type: 'boolean', default: false }) refundLate!: boolean;
  /** Orders that callbacks named and that are none of this payment's yet; believed only once the bank shows them as ours. */
  @Column({ type: 'text', array: true, default: '{}' }) namedOrderIds!: string[];
  @Column(optionalText) failureCode!: FailureCode | null;
  @Column(optionalText) failureMessage!: string | null;
  /** What a person must look at although the status stays, and why. */
  @Column({ type: 'jsonb', default: {} }) flags!: PaymentFlags;
  /** Of those, what a person has looked at, and what the bank said then. */
  @Column({ type: 'jsonb', default: {} }) flagsSettled!: PaymentFlags;
  /** The most that any answer or callback of the bank ever showed; null while it was nothing but failures. */
  @Column(optionalText) shown!: Shown | null;
  /** Since when a success lacks a fact. */
  @Column(optionalTime) incompleteAt!: Date | null;
  /** First time the bank said, after the grace, that it does not show the order; of a charge, that its second call has not arrived. */
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
  /** Since when nothing is kept of its customer. */
  @Column(optionalTime) erasedAt!: Date | null;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
  /** When the API last showed a change; kept by a trigger. */
  @Column(nowColumn) changedAt!: Date;
}
