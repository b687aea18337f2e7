import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type PartitionedTable, waitBriefly } from '../../database/partitions.js';
import { systemCode } from '../../database/database-away.js';
import { sweep } from '../../database/sweep.js';
import { type RetentionRule } from '../domain/kept-data.js';
import { type KeptTable } from './kept-tables.js';

/** Whose rows of a table are too old, and from when on they are. */
export interface Limit {
  readonly accountId: string;
  readonly keepDays: number;
}

export interface Overdue {
  readonly rows: number;
  /** Of those rows. */
  readonly oldest: Date | null;
}

/** Rows that one statement deletes: some milliseconds, in which their locks are held. */
const AT_ONCE = 500;
/** Rows that are looked for at once. */
const FOUND_AT_ONCE = 20_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** Rows of one account that are too old and that nobody needs. `$1`: account, `$2`: days. */
const overdue = ({ age, found = age, free }: KeptTable): string => {
  const limit = `now() - make_interval(days => $2::int)`;
  const byIndex = found.includes('AT TIME ZONE') ? `${found} < (${limit}) AT TIME ZONE 'UTC'` : `${found} < ${limit}`;
  return `t.merchant_account_id = $1 AND ${byIndex} AND ${age} < ${limit} AND ${free}`;
};

const alone = ({ table }: KeptTable, chosen: string): string =>
  `gone AS (DELETE FROM ${table} t WHERE ${chosen} RETURNING 1)`;

/** Locked first, as everywhere; whoever is worked on at this moment waits for another day. */
const together = ({ table }: KeptTable, chosen: string, along: string): string =>
  `doomed AS (SELECT t.merchant_account_id, t.id FROM ${table} t WHERE ${chosen} FOR UPDATE SKIP LOCKED),
   ${along},
   gone AS (DELETE FROM ${table} t USING doomed
     WHERE t.merchant_account_id = doomed.merchant_account_id AND t.id = doomed.id RETURNING 1)`;

/** What time takes away. */
@Injectable()
export class RetentionRepository {
  constructor(private readonly database: DataSource) {}

  rules(): Promise<RetentionRule[]> {
    return this.database.query<RetentionRule[]>(
      `SELECT merchant_account_id AS "accountId", data, keep_days AS "keepDays", below_minimum AS "belowMinimum"
       FROM retention_rule ORDER BY merchant_account_id, data`,
    );
  }

  async setRule({ accountId, data, keepDays, belowMinimum }: RetentionRule): Promise<void> {
    await this.database.query(
      `INSERT INTO retention_rule (merchant_account_id, data, keep_days, below_minimum) VALUES ($1, $2, $3, $4)
       ON CONFLICT (merchant_account_id, data)
       DO UPDATE SET keep_days = excluded.keep_days, below_minimum = excluded.below_minimum, updated_at = now()`,
      [accountId, data, keepDays, belowMinimum],
    );
  }

  async accountIds(): Promise<string[]> {
    const rows = await this.database.query<{ id: string }[]>('SELECT id FROM merchant_account ORDER BY id');
    return rows.map(({ id }) => id);
  }

  /** What would go. */
  async count(kept: KeptTable, { accountId, keepDays }: Limit): Promise<Overdue> {
    const [row] = await sweep<Overdue[]>(
      this.database,
      `SELECT count(*)::int AS rows, min(${kept.age}) AS oldest FROM ${kept.table} t WHERE ${overdue(kept)}`,
      [accountId, keepDays],
    );
    return row ?? { rows: 0, oldest: null };
  }

  /** What the bank posted of customers who were erased meanwhile. It calls again for an hour and no longer. */
  async dropCallbacksOfErased(): Promise<void> {
    await sweep(
      this.database,
      `DELETE FROM callback_inbox t USING payment p
       WHERE p.erased_at IS NOT NULL AND t.merchant_account_id = p.merchant_account_id AND t.subject_id = p.id
         AND t.settled_at IS NOT NULL`,
    );
  }

  /** Keys of rows that may go. */
  async find(kept: KeptTable, { accountId, keepDays }: Limit): Promise<string[]> {
    const rows = await sweep<{ key: string }[]>(
      this.database,
      `SELECT DISTINCT key FROM (
         SELECT t.${kept.key}::text AS key FROM ${kept.table} t WHERE ${overdue(kept)} LIMIT ${FOUND_AT_ONCE}) AS found`,
      [accountId, keepDays],
    );
    return rows.map(({ key }) => key);
  }

  /**
   * Deletes those of them that may still go, in one transaction with what belongs to them. Rows that somebody works on are
   * left for the next time.
   */
  async delete(kept: KeptTable, { accountId, keepDays }: Limit, keys: readonly string[]): Promise<number> {
    const type = kept.key === 'number' ? 'bigint' : 'text';
    const chosen = `${overdue(kept)} AND t.${kept.key} = ANY ($3::${type}[])`;
    const [row] = await sweep<{ rows: number }[]>(
      this.database,
      `WITH ${kept.along === undefined ? alone(kept, chosen) : together(kept, chosen, kept.along)}
       SELECT count(*)::int AS rows FROM gone`,
      [accountId, keepDays, keys],
    );
    return row?.rows ?? 0;
  }

  /** Months of a table that are over, oldest first. */
  async pastMonths({ table }: PartitionedTable): Promise<string[]> {
    const rows = await this.database.query<{ name: string }[]>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = $1::regclass AND c.relname < $1 || to_char(now() AT TIME ZONE 'UTC', '"_y"YYYY"m"MM')
         AND c.relname ~ ($1 || '_y[0-9]{4}m[0-9]{2}$') ORDER BY 1`,
      [table],
    );
    return rows.map(({ name }) => name);
  }

  /** Rows of a month by account; undefined where one of them is still kept. */
  async rowsIfAllGo(
    kept: KeptTable,
    month: string,
    limits: readonly Limit[],
  ): Promise<ReadonlyMap<string, number> | undefined> {
    const values = [limits.map(({ accountId }) => accountId), limits.map(({ keepDays }) => keepDays)];
    const [kind] = await sweep<{ keeps: boolean }[]>(
      this.database,
      `SELECT EXISTS (
         SELECT FROM ${month} t LEFT JOIN unnest($1::text[], $2::int[]) AS l (account, days) ON l.account = t.merchant_account_id
         WHERE l.days IS NULL OR NOT (${kept.age} < now() - make_interval(days => l.days)) OR NOT (${kept.free})) AS keeps`,
      values,
    );
    if (kind?.keeps !== false) return undefined;
    const rows = await sweep<{ account: string; rows: number }[]>(
      this.database,
      `SELECT merchant_account_id AS account, count(*)::int AS rows FROM ${month} GROUP BY 1`,
    );
    return new Map(rows.map(({ account, rows: count }) => [account, count]));
  }

  /** @returns false where somebody was in the way for longer than a moment */
  async dropMonth(month: string): Promise<boolean> {
    try {
      await this.database.transaction(async (tx) => {
        await waitBriefly(tx);
        await tx.query(`DROP TABLE ${month}`);
      });
      return true;
    } catch (error) {
      if (systemCode(error) === LOCK_NOT_AVAILABLE) return false;
      throw error;
    }
  }

  /**
   * One at a time, of all processes. @param onlyIfDue not before a day after the last time
   * @returns what {@link extendTurn} wants to see; undefined where somebody else has it
   */
  async takeTurn(onlyIfDue: boolean, leaseSeconds: number): Promise<number | undefined> {
    const [rows] = await this.database.query<[{ epoch: number }[], number]>(
      `UPDATE retention_turn SET epoch = epoch + 1, lease_until = now() + make_interval(secs => $2)
       WHERE lease_until <= now() AND (NOT $1::boolean OR next_at <= now()) RETURNING epoch`,
      [onlyIfDue, leaseSeconds],
    );
    return rows[0]?.epoch;
  }

  /** @returns false where somebody else has it by now */
  async extendTurn(epoch: number, leaseSeconds: number): Promise<boolean> {
    const [, changed] = await this.database.query<[unknown, number]>(
      `UPDATE retention_turn SET lease_until = now() + make_interval(secs => $2) WHERE epoch = $1`,
      [epoch, leaseSeconds],
    );
    return changed === 1;
  }

  /** @param isDone the next one is due a day later; otherwise as soon as somebody looks */
  async endTurn(epoch: number, isDone: boolean): Promise<void> {
    await this.database.query(
      `UPDATE retention_turn SET lease_until = '-infinity',
              next_at = CASE WHEN $2::boolean THEN now() + interval '1 day' ELSE next_at END WHERE epoch = $1`,
      [epoch, isDone],
    );
  }
}

export const rowsAtOnce = ({ atOnce = AT_ONCE }: KeptTable): number => atOnce;
