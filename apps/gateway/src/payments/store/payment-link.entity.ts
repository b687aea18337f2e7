import { Column, Entity, PrimaryColumn } from 'typeorm';
import { amountColumn, idColumn, nowColumn, optionalText, optionalTime, textColumn } from '../../database/columns.js';
import { type Currency } from '../domain/money.js';
import { type IntentKind } from '../domain/operation.js';
import { type PageWishes } from '../domain/page.js';
import { type LinkUsage } from '../domain/payment-link.js';
import { type Method } from '../kinds/methods.js';

/** An address that a merchant hands out; every click makes a payment with these terms. */
@Entity('payment_link')
export class PaymentLinkEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** Order of lists: ids are made by the clocks of processes. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  @Column(textColumn) usage!: LinkUsage;
  @Column({ type: 'boolean', default: true }) active!: boolean;
  @Column({ type: 'boolean' }) livemode!: boolean;
  @Column(textColumn) kind!: IntentKind;
  @Column(textColumn) method!: Method;
  @Column(amountColumn) amount!: number;
  @Column(textColumn) currency!: Currency;
  @Column(optionalText) reference!: string | null;
  @Column(optionalText) description!: string | null;
  /** Null: the customer comes back to a page of ours. */
  @Column(optionalText) returnUrl!: string | null;
  @Column(textColumn) language!: string;
  @Column({ type: 'jsonb', default: {} }) metadata!: Record<string, string>;
  @Column({ type: 'jsonb', default: {} }) page!: PageWishes;
  @Column({ type: 'int', nullable: true }) holdHours!: number | null;
  /** Of each payment by it. */
  @Column({ type: 'int' }) expiresInMinutes!: number;
  @Column(optionalTime) expiresAt!: Date | null;
  @Column({ type: 'int', default: 0 }) eventSequence!: number;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
}
