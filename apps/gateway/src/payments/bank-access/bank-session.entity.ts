import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { idColumn, nowColumn, optionalText, optionalTime, timeColumn } from '../../database/columns.js';

/** The bank session of a merchant account and the lease of whoever renews it, in one row, so that one UPDATE decides. */
@Entity('bank_session')
export class BankSessionEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  /** 0: there was never a session. Only grows. */
  @Column({ type: 'int', default: 0 }) version!: number;
  @Column(optionalText) sessionSealed!: Sealed | null;
  @Column(optionalTime) obtainedAt!: Date | null;
  @Column(optionalTime) expiresAt!: Date | null;
  @Column(optionalTime) publishedAt!: Date | null;
  /** Number of the latest attempt to renew; a loser's number is out of date. */
  @Column({ type: 'int', default: 0 }) renewalEpoch!: number;
  @Column({ ...timeColumn, default: () => "'-infinity'" }) leaseUntil!: Date;
  @Column({ type: 'int', default: 0 }) failures!: number;
  @Column({ ...timeColumn, default: () => "'-infinity'" }) retryAt!: Date;
  /** What is left of the bucket that renewals after a refusal draw on, as it was at `tokensCountedAt`. */
  @Column({ type: 'double precision', default: 5 }) renewalTokens!: number;
  @Column(nowColumn) tokensCountedAt!: Date;
  /** Renewals in a row, a minute apart, after which the bank still could not decrypt. */
  @Column({ type: 'int', default: 0 }) undecryptable!: number;
  @Column(optionalTime) undecryptableAt!: Date | null;
  @Column(optionalText) lastError!: string | null;
  /** Set while the account is out of use: by the bank (probed now and then) or by an operator (until lifted). */
  @Column(optionalText) blockedBy!: 'bank' | 'operator' | null;
  @Column(optionalText) blockedReason!: string | null;
  @Column(optionalTime) blockedAt!: Date | null;
  @Column(optionalTime) probeAt!: Date | null;
}
