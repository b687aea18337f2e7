import { Injectable } from '@nestjs/common';
import { SWEEP_LIMITS, SWEEP_MARK } from '../../database/pool.js';
import { type Transaction } from '../../database/transaction.js';
import { type BankLine, type BookedOperation } from '../domain/match.js';

/** Days of a register, both included, in Kyiv, and their first and last moment. */
export interface Period {
  readonly from: string;
  readonly to: string;
  readonly begins: Date;
  /** Not included. */
  readonly ends: Date;
}

export interface Laid {
  readonly lines: readonly BankLine[];
  readonly operations: readonly BookedOperation[];
}

/** An order lives a day and a hold 28: what is listed on a day was begun no longer before it. */
const BEGUN_WITHIN = '45 days';
/** By an expression, as in its index: one on the time itself would be taken for lists that have a better one. */
const CREATED = `(o.created_at AT TIME ZONE 'UTC')`;
/** Lines that are laid beside our books at once. */
const PAGE = 5_000;

/** Kinds that a register lists. A hold moves nothing, and neither does its release. */
const LISTED = `('purchase', 'capture', 'refund')`;
const INTENTS = `('purchase', 'authorization', 'verification')`;

/** An operation of ours as it is compared; `o`, its payment `p`, and `parent`. */
const BOOKED = `
  o.id, o.subject_id AS payment_id, o.kind = 'refund' AS is_outgoing, o.status = 'succeeded' AS is_done,
  o.bank_merchant_id, o.kind, o.created_at,
  array_remove(ARRAY[o.bank_operation_id, o.evidence ->> 'ecomOperationId',
    CASE WHEN o.kind = 'refund' THEN nullif(o.evidence ->> 'operationId', paid.bank_id)
         ELSE o.evidence ->> 'operationId' END], NULL) AS bank_ids,
  CASE WHEN o.kind = 'refund' AND coalesce(o.evidence ->> 'operationId', paid.bank_id) = paid.bank_id
       THEN paid.bank_id END AS shared_id,
  CASE WHEN rrn.value ~ '^[0-9]{6,12}$' THEN lpad(rrn.value, 12, '0') END AS rrn,
  CASE WHEN o.kind = 'purchase' AND o.status = 'succeeded' THEN p.amount_captured
       WHEN o.kind = 'authorization' AND o.status = 'succeeded' THEN p.amount_authorized
       WHEN o.currency = 'UAH' THEN o.amount END AS amount,
  CASE WHEN o.kind = 'purchase' THEN (p.receipt ->> 'fee')::bigint END AS fee,
  coalesce(CASE WHEN o.kind IN ${INTENTS} THEN p.receipt ->> 'paidAt' END, o.evidence ->> 'processedAt')::timestamptz
    AS processed_at`;
const FROM_BOOKS = `
  FROM operation o
  JOIN payment p ON p.merchant_account_id = o.merchant_account_id AND p.id = o.subject_id
  LEFT JOIN operation parent ON parent.merchant_account_id = o.merchant_account_id AND parent.id = o.parent_id
  CROSS JOIN LATERAL (SELECT coalesce(parent.bank_operation_id, p.receipt ->> 'bankOperationId') AS bank_id) paid
  CROSS JOIN LATERAL (SELECT coalesce(o.evidence ->> 'rrn',
    CASE WHEN o.kind IN ${INTENTS} THEN p.receipt ->> 'rrn' END) AS value) rrn`;
/** Members of {@link BookedOperation}. */
const AS_BOOKED = `jsonb_build_object('id', ours.id, 'paymentId', ours.payment_id, 'isOutgoing', ours.is_outgoing,
  'bankIds', ours.bank_ids, 'sharedId', ours.shared_id, 'rrn', ours.rrn, 'amount', ours.amount, 'fee', ours.fee,
  'isDone', ours.is_done)`;

/** $1: account · $2, $3: days. Lines of those days, and lines that an open break is about. */
const SCOPE = `
  SELECT l.* FROM register_line l WHERE l.merchant_account_id = $1 AND l.is_live AND l.day BETWEEN $2 AND $3
  UNION
  SELECT l.* FROM reconciliation_break b
  JOIN register_line l ON l.merchant_account_id = $1 AND l.register_id = b.register_id AND l.line = b.line AND l.is_live
  WHERE b.merchant_account_id = $1 AND b.status = 'open'`;

/** Lines with whatever of ours they may name, those of one id of the bank one after the other. */
const LAID = `
  WITH lines AS MATERIALIZED (${SCOPE}),
  ours AS MATERIALIZED (
    SELECT ${BOOKED} ${FROM_BOOKS}
    WHERE o.merchant_account_id = $1
      AND ${CREATED} >= ((SELECT min(processed_at) FROM lines) - interval '${BEGUN_WITHIN}') AT TIME ZONE 'UTC'),
  our_keys AS (
    SELECT id, unnest(bank_ids || shared_id || ARRAY['rrn ' || rrn, id, payment_id]) AS key FROM ours),
  line_keys AS (
    SELECT register_id, line, unnest(our_ids || ARRAY[operation_id, 'rrn ' || rrn]) AS key FROM lines),
  pairs AS (
    SELECT DISTINCT register_id, line, id FROM line_keys JOIN our_keys USING (key))
  SELECT lines.register_id || ' ' || lines.line AS key, lines.operation_id AS "operationId", lines.rrn,
         lines.our_ids AS "ourIds", lines.amount::float8 AS amount, lines.is_outgoing AS "isOutgoing", lines.fee,
         lines.currency, lines.succeeded,
         coalesce(jsonb_agg(${AS_BOOKED}) FILTER (WHERE ours.id IS NOT NULL), '[]') AS operations
  FROM lines LEFT JOIN pairs USING (register_id, line) LEFT JOIN ours USING (id)
  GROUP BY lines.register_id, lines.line, lines.operation_id, lines.rrn, lines.our_ids, lines.amount, lines.is_outgoing,
           lines.fee, lines.currency, lines.succeeded
  ORDER BY coalesce(lines.operation_id, lines.rrn, lines.our_ids[1]), lines.register_id, lines.line`;

interface LaidRow extends Omit<BankLine, 'fee'> {
  readonly fee: string | null;
  readonly operations: readonly Omit<BookedOperation, 'isExpected' | 'isTaken'>[];
}

/** Operations of one payment, and of those that its order brought besides. */
export interface BooksOfPayment {
  readonly paymentId: string;
  readonly operations: readonly (Omit<BookedOperation, 'isExpected' | 'isTaken'> & { readonly isListed: boolean })[];
}

/** The bank's lines beside our operations, in bulk. */
@Injectable()
export class BooksRepository {
  /** What was matched before is matched anew. */
  async forget(tx: Transaction, accountId: string, { from, to }: Period): Promise<void> {
    await tx.query(`SET LOCAL statement_timeout = '${SWEEP_LIMITS.statementMs}'`);
    await tx.query(
      `${SWEEP_MARK} UPDATE register_line l SET booked_id = NULL FROM (${SCOPE}) s
       WHERE l.merchant_account_id = $1 AND l.register_id = s.register_id AND l.line = s.line AND l.booked_id IS NOT NULL`,
      [accountId, from, to],
    );
  }

  /** Page by page, so that a register of any length takes the memory of one. Lines that name the same are on one page. */
  async *laid(tx: Transaction, accountId: string, { from, to }: Period): AsyncGenerator<Laid> {
    await tx.query(`${SWEEP_MARK} DECLARE laid NO SCROLL CURSOR FOR ${LAID}`, [accountId, from, to]);
    let held: LaidRow[] = [];
    for (;;) {
      const rows = await tx.query<LaidRow[]>(`${SWEEP_MARK} FETCH ${PAGE} FROM laid`, []);
      const all = [...held, ...rows];
      const isLast = rows.length < PAGE;
      const lastId = all.at(-1)?.operationId;
      const cut = isLast ? all.length : all.findLastIndex(({ operationId }) => operationId !== lastId) + 1;
      held = all.slice(cut);
      if (cut > 0) yield this.page(tx, accountId, all.slice(0, cut));
      if (isLast) break;
    }
    await tx.query('CLOSE laid');
  }

  private async page(tx: Transaction, accountId: string, rows: readonly LaidRow[]): Promise<Laid> {
    const operations = new Map(rows.flatMap((row) => row.operations.map((one) => [one.id, one] as const)));
    // One look into the index for each: compared with a list, every line would be compared with all of it.
    const taken = await tx.query<{ id: string }[]>(
      `${SWEEP_MARK} SELECT ids.id FROM unnest($2::text[]) AS ids (id)
       WHERE EXISTS (SELECT FROM register_line l
         WHERE l.merchant_account_id = $1 AND l.booked_id = ids.id AND l.is_live)`,
      [accountId, [...operations.keys()]],
    );
    const isTaken = new Set(taken.map(({ id }) => id));
    return {
      lines: rows.map(lineOf),
      operations: [...operations.values()].map((one) => ({ ...one, isExpected: false, isTaken: isTaken.has(one.id) })),
    };
  }

  /** @param asked payments with the version that their rows had; those that were written to since are left out */
  async ofPayments(
    tx: Transaction,
    accountId: string,
    asked: readonly { readonly paymentId: string; readonly version: string }[],
  ): Promise<BooksOfPayment[]> {
    return tx.query<BooksOfPayment[]>(
      `${SWEEP_MARK} WITH asked AS (
         SELECT a.id FROM unnest($2::text[], $3::text[]) AS a (id, version)
         JOIN payment p ON p.merchant_account_id = $1 AND p.id = a.id AND p.xmin::text = a.version),
       members AS (
         SELECT id AS asked_id, id AS payment_id FROM asked
         UNION SELECT asked.id, p.id FROM asked JOIN payment p ON p.merchant_account_id = $1 AND p.origin_id = asked.id
           AND p.origin_ref IS NOT NULL)
       SELECT members.asked_id AS "paymentId",
              jsonb_agg(${AS_BOOKED} || jsonb_build_object('isListed', ours.kind IN ${LISTED}) ORDER BY ours.id) AS operations
       FROM members JOIN (SELECT ${BOOKED} ${FROM_BOOKS} WHERE o.merchant_account_id = $1
         AND o.subject_id IN (SELECT payment_id FROM members)) ours ON ours.payment_id = members.payment_id
       GROUP BY members.asked_id`,
      [accountId, asked.map(({ paymentId }) => paymentId), asked.map(({ version }) => version)],
    );
  }

  async saveMatches(
    tx: Transaction,
    accountId: string,
    matches: readonly { readonly line: string; readonly operationId: string }[],
  ): Promise<void> {
    const places = matches.map(({ line }) => line.split(' ') as [string, string]);
    await tx.query(
      `${SWEEP_MARK} UPDATE register_line l SET booked_id = m.operation_id
       FROM unnest($2::text[], $3::int[], $4::text[]) AS m (register_id, line, operation_id)
       WHERE l.merchant_account_id = $1 AND l.register_id = m.register_id AND l.line = m.line`,
      [accountId, places.map(([id]) => id), places.map(([, line]) => line), matches.map((one) => one.operationId)],
    );
  }

  /**
   * Done by our books within the period, or thought to be missing before, and listed by no line. Only of terminals that the
   * lines of the period are about: another may have a register of its own.
   */
  async unlisted(tx: Transaction, accountId: string, { from, to, begins, ends }: Period): Promise<BookedOperation[]> {
    const rows = await tx.query<{ operation: BookedOperation }[]>(
      `${SWEEP_MARK} WITH covered AS (
         SELECT DISTINCT o.bank_merchant_id FROM register_line l
         JOIN operation o ON o.merchant_account_id = $1 AND o.id = l.booked_id
         WHERE l.merchant_account_id = $1 AND l.is_live AND l.day BETWEEN $2 AND $3),
       thought AS (
         SELECT operation_id FROM reconciliation_break
         WHERE merchant_account_id = $1 AND status = 'open' AND source = 'register' AND type = 'missing_there'),
       ours AS (
         SELECT ${BOOKED} ${FROM_BOOKS}
         WHERE o.merchant_account_id = $1 AND o.status = 'succeeded' AND o.kind IN ${LISTED}
           AND (${CREATED} >= ($4::timestamptz - interval '${BEGUN_WITHIN}') AT TIME ZONE 'UTC'
             OR o.id IN (SELECT operation_id FROM thought))),
       dated AS (
         SELECT ours.*, coalesce(processed_at, (
           SELECT max(h.at) FROM history h
           WHERE h.merchant_account_id = $1 AND h.subject_id = ours.payment_id AND h.operation_id = ours.id
             AND h.to_status = 'succeeded' AND h.at >= ours.created_at - interval '1 day'), ours.created_at) AS at
         FROM ours
         WHERE NOT EXISTS (SELECT FROM register_line l
           WHERE l.merchant_account_id = $1 AND l.booked_id = ours.id AND l.is_live))
       SELECT ${AS_BOOKED} AS operation FROM dated AS ours
       WHERE id IN (SELECT operation_id FROM thought)
          OR (at >= $4 AND at < $5
            AND (bank_merchant_id IN (SELECT bank_merchant_id FROM covered) OR NOT EXISTS (SELECT FROM covered)))
       ORDER BY id`,
      [accountId, from, to, begins, ends],
    );
    return rows.map(({ operation }) => ({ ...operation, isExpected: true, isTaken: false }));
  }
}

const lineOf = ({
  key,
  operationId,
  rrn,
  ourIds,
  amount,
  isOutgoing,
  fee,
  currency,
  succeeded,
}: LaidRow): BankLine => ({
  ...{ key, operationId, rrn, ourIds, amount, isOutgoing, currency, succeeded },
  fee: fee === null ? null : BigInt(fee),
});
