import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FOLLOW_UP_KINDS } from '../payments/domain/operation.js';
import { COUNTED_TO } from './backlog.repository.js';

/** What waits for a person. No row counts for more than {@link COUNTED_TO} of its kind. */
export interface Worklist {
  /** Payments, and refunds, captures and releases, in `needs_review`; `amount`: minor units. */
  readonly reviews: readonly {
    readonly kind: string;
    readonly currency: string;
    readonly count: number;
    readonly amount: number;
  }[];
  readonly flags: readonly { readonly flag: string; readonly count: number }[];
  /** Callbacks that are not tried any more, because nobody could read them or their payment is not there. */
  readonly callbacks: readonly { readonly reason: 'given_up' | 'unassigned'; readonly count: number }[];
  /** Open breaks between the bank's books and ours; `atRisk`: kopiyky. */
  readonly breaks: readonly { readonly type: string; readonly count: number; readonly atRisk: number }[];
  /** Of those, past their deadline. */
  readonly breaksOverdue: number;
  /** Open differences between the bank's schedules of subscriptions and ours. */
  readonly differences: readonly { readonly kind: string; readonly count: number }[];
  /** Since the oldest operation began whose outcome nobody knows; 0 where there is none. */
  readonly oldestDoubtSeconds: number;
}

const some = (columns: string, rows: string): string => `(SELECT ${columns} FROM ${rows} LIMIT ${COUNTED_TO})`;
const rowsOf = (query: string): string => `(SELECT coalesce(jsonb_agg(r), '[]') FROM (${query}) AS r)`;
const KINDS = FOLLOW_UP_KINDS.map((kind) => `'${kind}'`).join(', ');

const REVIEWS = `
  SELECT kind, currency, count(*)::int AS count, sum(amount)::float8 AS amount FROM (
    ${some("'payment' AS kind, currency, amount", "payment WHERE status = 'needs_review'")}
    UNION ALL
    ${some('kind, currency, amount', `operation WHERE status = 'needs_review' AND kind IN (${KINDS})`)}) AS reviews
  GROUP BY kind, currency`;
const FLAGS = `
  SELECT flag, count(*)::int AS count
  FROM ${some('flags', "payment WHERE flags <> '{}'")} AS flagged, jsonb_object_keys(flags) AS flag GROUP BY flag`;
const CALLBACKS = `
  SELECT CASE outcome WHEN 'unassigned' THEN 'unassigned' ELSE 'given_up' END AS reason, count(*)::int AS count
  FROM ${some('outcome', 'callback_inbox WHERE settled_at IS NULL AND next_attempt_at IS NULL')} AS unread GROUP BY 1`;
const OPEN_BREAKS = some('type, at_risk, deadline_at', "reconciliation_break WHERE status = 'open'");
const BREAKS = `
  SELECT type, count(*)::int AS count, sum(at_risk)::float8 AS "atRisk" FROM ${OPEN_BREAKS} AS breaks GROUP BY type`;
const DIFFERENCES = `
  SELECT kind, count(*)::int AS count
  FROM ${some('kind', 'schedule_difference WHERE settled_at IS NULL')} AS differences GROUP BY kind`;
/** The oldest of each status is the first of its part of the index. */
const OLDEST_DOUBT = ['unknown', 'needs_review']
  .map((status) => `(SELECT created_at FROM operation WHERE status = '${status}' ORDER BY created_at LIMIT 1)`)
  .join(', ');

@Injectable()
export class WorklistRepository {
  constructor(private readonly database: DataSource) {}

  async read(): Promise<Worklist> {
    const [row] = await this.database.query<Worklist[]>(
      `SELECT ${rowsOf(REVIEWS)} AS reviews, ${rowsOf(FLAGS)} AS flags, ${rowsOf(CALLBACKS)} AS callbacks,
              ${rowsOf(BREAKS)} AS breaks, ${rowsOf(DIFFERENCES)} AS differences,
              (SELECT count(*)::int FROM ${OPEN_BREAKS} AS open WHERE deadline_at < now()) AS "breaksOverdue",
              coalesce(extract(epoch FROM now() - least(${OLDEST_DOUBT})), 0)::float8 AS "oldestDoubtSeconds"`,
    );
    if (!row) throw new Error('what waits for a person cannot be read');
    return row;
  }
}
