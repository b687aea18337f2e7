import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, nowColumn, optionalText, optionalTime, textColumn } from '../../database/columns.js';
import { type PlanCategory, type PlanStatus, type Rule } from '../domain/plan.js';

/** How often and how much the bank charges by itself; subscriptions follow it. */
@Entity('plan')
export class PlanEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** Order of lists: ids are made by the clocks of processes. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) number!: string;
  @Column(textColumn) status!: PlanStatus;
  @Column({ type: 'boolean' }) livemode!: boolean;
  @Column(textColumn) name!: string;
  @Column(optionalText) description!: string | null;
  @Column(textColumn) category!: PlanCategory;
  /** The terminal; it stays the plan's although the account may get another. */
  @Column(idColumn) bankMerchantId!: string;
  @Column(optionalText) bankPlanId!: string | null;
  @Column({ type: 'jsonb', default: {} }) metadata!: Record<string, string>;
  @Column({ type: 'int', default: 0 }) eventSequence!: number;
  @Column(nowColumn) createdAt!: Date;
  @Column(nowColumn) updatedAt!: Date;
}

/** A set of rules of a plan, as the bank has confirmed it. */
@Entity('plan_version')
export class PlanVersionEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) planId!: string;
  /** The bank's, from 1. */
  @PrimaryColumn({ type: 'int' }) number!: number;
  @Column({ type: 'jsonb' }) rules!: readonly Rule[];
  @Column(optionalTime) appliesFrom!: Date | null;
  @Column(optionalTime) appliesTo!: Date | null;
  @Column(nowColumn) createdAt!: Date;
}
