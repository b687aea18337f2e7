import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sweep } from '../../database/sweep.js';
import { type BreakType } from '../domain/break-types.js';

/** A day as it stands in the database; sums are kopiyky, fees of lines in ten-thousandths of one, in decimal digits. */
export interface DayRow {
  readonly takenCount: number;
  readonly taken: string;
  readonly refundedCount: number;
  readonly refunded: string;
  readonly fees: string;
  readonly lines: number;
  readonly listedTaken: string;
  readonly listedRefunded: string;
  readonly listedFees: string;
  /** How far the bank was asked about the day; null: not at all. */
  readonly sweep: { readonly asked: number; readonly unanswered: number; readonly doneAt: string | null } | null;
  readonly openBreaks: readonly { readonly type: BreakType; readonly count: number; readonly atRisk: string }[];
  readonly openDoubts: readonly { readonly status: string; readonly count: number; readonly kopiyky: string }[];
}

/** An order lives a day and a hold 28: what is done on a day was begun no longer before it. */
const BEGUN_WITHIN = '45 days';

/** $1: account · $2, $3: first and last moment · $4: day. */
const DAY = `
  WITH done AS (
    SELECT o.kind, CASE o.kind WHEN 'purchase' THEN p.amount_captured ELSE o.amount END AS kopiyky,
           CASE o.kind WHEN 'purchase' THEN (p.receipt ->> 'fee')::numeric END AS fee,
           coalesce((CASE o.kind WHEN 'purchase' THEN p.receipt ->> 'paidAt' END)::timestamptz,
             (o.evidence ->> 'processedAt')::timestamptz,
             (SELECT max(h.at) FROM history h WHERE h.merchant_account_id = $1 AND h.subject_id = o.subject_id
                AND h.operation_id = o.id AND h.to_status = 'succeeded' AND h.at >= o.created_at - interval '1 day'), o.created_at)
               AS at
    FROM operation o JOIN payment p ON p.merchant_account_id = o.merchant_account_id AND p.id = o.subject_id
    WHERE o.merchant_account_id = $1 AND o.status = 'succeeded' AND o.kind IN ('purchase', 'capture', 'refund')
      AND o.created_at >= $2::timestamptz - interval '${BEGUN_WITHIN}'),
  ours AS (SELECT * FROM done WHERE at >= $2 AND at < $3),
  listed AS (
    SELECT l.*, coalesce(o.kind = 'refund', l.is_outgoing) AS goes_back
    FROM register_line l LEFT JOIN operation o ON o.merchant_account_id = $1 AND o.id = l.booked_id
    WHERE l.merchant_account_id = $1 AND l.is_live AND l.day = $4::date AND l.succeeded AND l.currency = 'UAH')
  SELECT (SELECT count(*)::int FROM ours WHERE kind <> 'refund') AS "takenCount",
         (SELECT coalesce(sum(kopiyky), 0)::text FROM ours WHERE kind <> 'refund') AS taken,
         (SELECT count(*)::int FROM ours WHERE kind = 'refund') AS "refundedCount",
         (SELECT coalesce(sum(kopiyky), 0)::text FROM ours WHERE kind = 'refund') AS refunded,
         (SELECT coalesce(round(sum(fee)), 0)::text FROM ours) AS fees,
         (SELECT count(*)::int FROM listed) AS lines,
         (SELECT coalesce(sum(amount), 0)::text FROM listed WHERE NOT goes_back) AS "listedTaken",
         (SELECT coalesce(sum(amount), 0)::text FROM listed WHERE goes_back) AS "listedRefunded",
         (SELECT coalesce(sum(fee), 0)::text FROM listed) AS "listedFees",
         (SELECT jsonb_build_object('asked', asked, 'unanswered', unanswered, 'doneAt', done_at) FROM bank_sweep
          WHERE merchant_account_id = $1 AND day = $4::date) AS sweep,
         (SELECT coalesce(jsonb_agg(b ORDER BY b.type), '[]') FROM (
            SELECT type, count(*)::int AS count, sum(at_risk)::text AS "atRisk" FROM reconciliation_break
            WHERE merchant_account_id = $1 AND status = 'open' GROUP BY type) b) AS "openBreaks",
         (SELECT coalesce(jsonb_agg(d ORDER BY d.status), '[]') FROM (
            SELECT status, count(*)::int AS count, coalesce(sum(amount), 0)::text AS kopiyky FROM operation
            WHERE merchant_account_id = $1 AND status IN ('unknown', 'needs_review') GROUP BY status) d) AS "openDoubts"`;

@Injectable()
export class ReportRepository {
  constructor(private readonly database: DataSource) {}

  /** @param day `2027-01-31`, in Kyiv, with its first moment and that of the day after */
  async day(accountId: string, day: string, begins: Date, ends: Date): Promise<DayRow> {
    const [row] = await sweep<DayRow[]>(this.database, DAY, [accountId, begins, ends, day]);
    if (!row) throw new Error(`the report of ${day} cannot be read`);
    return row;
  }
}
