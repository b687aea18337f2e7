import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newId } from '../../database/id.js';
import { hydrate } from '../../database/hydrate.js';
import { sql, type Sql } from '../../database/sql.js';
import { inTransaction, type Transaction } from '../../database/transaction.js';
import { type EventType } from '../../outbox/event-types.js';
import { type PlanStatus, type Version } from '../domain/plan.js';
import { PlanEntity, PlanVersionEntity } from './plan.entity.js';

export type NewPlanRow = Pick<
  PlanEntity,
  'merchantAccountId' | 'id' | 'livemode' | 'name' | 'description' | 'category' | 'bankMerchantId' | 'metadata'
>;

/** A plan with the rules that the bank has confirmed, oldest first. */
export interface PlanWithVersions {
  readonly plan: PlanEntity;
  readonly versions: readonly PlanVersionEntity[];
}

export interface PlanFilter {
  readonly limit: number;
  /** Id of the last plan of the page before. */
  readonly before: string | undefined;
  readonly status: PlanStatus | undefined;
}

/** Of the plan that is a row of `p`. */
const tell = (type: EventType): Sql => sql`
  INSERT INTO outbox_event (merchant_account_id, id, subject_type, subject_id, sequence, type, data)
  SELECT merchant_account_id, ${newId('evt')}, 'plan', id, event_sequence, ${type}, jsonb_build_object('planId', id) FROM p`;

@Injectable()
export class PlanRepository {
  constructor(private readonly database: DataSource) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return inTransaction(this.database, work);
  }

  async add(tx: Transaction, plan: NewPlanRow): Promise<void> {
    await tx.query(
      ...sql`
        INSERT INTO plan (merchant_account_id, id, status, livemode, name, description, category, bank_merchant_id, metadata)
        VALUES (${plan.merchantAccountId}, ${plan.id}, 'created', ${plan.livemode}::boolean, ${plan.name},
                ${plan.description}, ${plan.category}, ${plan.bankMerchantId},
                ${JSON.stringify(plan.metadata)}::jsonb)`.render(),
    );
  }

  /** Holds the row until the transaction ends. */
  lock(tx: Transaction, accountId: string, id: string): Promise<PlanEntity | null> {
    return tx.findOne(PlanEntity, {
      where: { merchantAccountId: accountId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async find(accountId: string, id: string, tx: Transaction = this.database.manager): Promise<PlanWithVersions | null> {
    const plan = await tx.findOneBy(PlanEntity, { merchantAccountId: accountId, id });
    return plan && { plan, versions: await this.versions(tx, accountId, id) };
  }

  /** Newest first. */
  async list(accountId: string, { limit, before, status }: PlanFilter): Promise<PlanWithVersions[]> {
    const place = sql`(SELECT number FROM plan WHERE merchant_account_id = ${accountId} AND id = ${before})`;
    const rows = await this.database.query<object[]>(
      ...sql`
        SELECT * FROM plan
        WHERE merchant_account_id = ${accountId} AND (${before}::text IS NULL OR number < ${place})
          AND (${status}::text IS NULL OR status = ${status})
        ORDER BY number DESC LIMIT ${limit}::int`.render(),
    );
    const plans = rows.map((row) => hydrate(this.database.manager, PlanEntity, row));
    const versions = await this.database.query<object[]>(
      ...sql`
        SELECT * FROM plan_version WHERE merchant_account_id = ${accountId} AND plan_id = ANY(${plans.map(({ id }) => id)}::text[])
        ORDER BY number`.render(),
    );
    const known = versions.map((row) => hydrate(this.database.manager, PlanVersionEntity, row));
    return plans.map((plan) => ({ plan, versions: known.filter(({ planId }) => planId === plan.id) }));
  }

  /** The plan is at the bank as these facts say, and whoever listens is told. */
  async change(
    tx: Transaction,
    { merchantAccountId, id }: Pick<PlanEntity, 'merchantAccountId' | 'id'>,
    change: { readonly status?: PlanStatus; readonly bankPlanId?: string; readonly told: EventType },
  ): Promise<void> {
    await tx.query(
      ...sql`
        WITH p AS (
          UPDATE plan SET status = coalesce(${change.status}, status), bank_plan_id = coalesce(${change.bankPlanId}, bank_plan_id),
            event_sequence = event_sequence + 1, updated_at = now()
          WHERE merchant_account_id = ${merchantAccountId} AND id = ${id} RETURNING *)
        ${tell(change.told)}`.render(),
    );
  }

  /** As the bank shows them; the end of an earlier one may have been moved by a later one. */
  async keepVersions(
    tx: Transaction,
    { merchantAccountId, id }: Pick<PlanEntity, 'merchantAccountId' | 'id'>,
    versions: readonly Version[],
  ): Promise<void> {
    for (const { number, rules, appliesFrom, appliesTo } of versions)
      await tx.query(
        ...sql`
          INSERT INTO plan_version (merchant_account_id, plan_id, number, rules, applies_from, applies_to)
          VALUES (${merchantAccountId}, ${id}, ${number}::int, ${JSON.stringify(rules)}::jsonb, ${appliesFrom}::timestamptz,
                  ${appliesTo}::timestamptz)
          ON CONFLICT (merchant_account_id, plan_id, number) DO UPDATE
            SET rules = excluded.rules, applies_from = excluded.applies_from, applies_to = excluded.applies_to`.render(),
      );
  }

  private versions(tx: Transaction, accountId: string, planId: string): Promise<PlanVersionEntity[]> {
    return tx.find(PlanVersionEntity, { where: { merchantAccountId: accountId, planId }, order: { number: 'ASC' } });
  }
}
