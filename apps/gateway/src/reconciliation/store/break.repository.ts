import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newId } from '../../database/id.js';
import { type Transaction } from '../../database/transaction.js';
import { BREAK_ROWS, type BreakType } from '../domain/break-types.js';
import { type Break } from '../domain/match.js';

export type BreakStatus = 'open' | 'resolved' | 'settled';
/** What showed it: a register, or the bank's answers to our questions. */
export type BreakSource = 'register' | 'bank';

/** A break as it is to be written down. */
export interface FoundBreak extends Break {
  /** What it is about and what it found: the same is one row, however often it is seen. */
  readonly breakKey: string;
  readonly bankOperationId: string | null;
  readonly rrn: string | null;
}

export interface BreakRecord {
  readonly id: string;
  readonly type: BreakType;
  readonly source: BreakSource;
  readonly status: BreakStatus;
  readonly registerId: string | null;
  readonly line: number | null;
  readonly paymentId: string | null;
  readonly operationId: string | null;
  readonly bankOperationId: string | null;
  readonly rrn: string | null;
  /** Kopiyky. */
  readonly ours: number | null;
  readonly theirs: number | null;
  readonly atRisk: number;
  readonly note: string | null;
  readonly foundAt: string;
  readonly deadlineAt: string;
  readonly endedAt: string | null;
}

/** Which look it was. */
export interface Look {
  readonly accountId: string;
  readonly source: BreakSource;
  /** Unlike that of every other. */
  readonly id: string;
}

export interface BreakFilter {
  readonly status: BreakStatus | undefined;
  readonly type: BreakType | undefined;
  readonly limit: number;
}

const COLUMNS = `id, type, source, status, register_id AS "registerId", line, payment_id AS "paymentId",
  operation_id AS "operationId", bank_operation_id AS "bankOperationId", rrn, ours::float8 AS ours,
  theirs::float8 AS theirs, at_risk::float8 AS "atRisk", note, found_at AS "foundAt", deadline_at AS "deadlineAt",
  ended_at AS "endedAt"`;

/** The bank's own answer shows what a register has shown: it stays a matter of that register, whose next look may end it. */
const KEEPS_REGISTER = `(excluded.source = 'bank' AND b.source = 'register' AND b.status <> 'settled')`;

@Injectable()
export class BreakRepository {
  constructor(private readonly database: DataSource) {}

  /** @returns payments that a break names which was not open before */
  async save(
    tx: Transaction,
    { accountId, source, id: seenIn }: Look,
    found: readonly FoundBreak[],
  ): Promise<string[]> {
    if (found.length === 0) return [];
    const rows = found.map((one) => {
      const [registerId = null, line = null] = source === 'register' && one.line !== null ? one.line.split(' ') : [];
      const { breakKey, type, paymentId, operationId, bankOperationId, rrn, ours, theirs, atRisk } = one;
      return {
        ...{
          id: newId('brk'),
          break_key: breakKey,
          type,
          register_id: registerId,
          line: line === null ? null : Number(line),
        },
        ...{ payment_id: paymentId, operation_id: operationId, bank_operation_id: bankOperationId, rrn, ours, theirs },
        ...{ at_risk: atRisk, days: BREAK_ROWS[type].deadlineDays },
      };
    });
    // What a person has resolved stays so for as long as nothing else is found.
    const opened = await tx.query<{ paymentId: string | null }[]>(
      `WITH found AS (SELECT * FROM jsonb_to_recordset($4::jsonb) AS r (id text, break_key text, type text,
         register_id text, line int, payment_id text, operation_id text, bank_operation_id text, rrn text, ours bigint,
         theirs bigint, at_risk bigint, days int)),
       before AS (
         SELECT b.break_key FROM reconciliation_break b JOIN found USING (break_key)
         WHERE b.merchant_account_id = $1 AND b.status <> 'settled')
       INSERT INTO reconciliation_break AS b (merchant_account_id, id, break_key, type, source, register_id, line,
         payment_id, operation_id, bank_operation_id, rrn, ours, theirs, at_risk, seen_in, deadline_at)
       SELECT $1, id, break_key, type, $2, register_id, line, payment_id, operation_id, bank_operation_id, rrn, ours,
              theirs, at_risk, $3, now() + make_interval(days => days) FROM found
       ON CONFLICT (merchant_account_id, break_key) DO UPDATE SET
         source = CASE WHEN ${KEEPS_REGISTER} THEN b.source ELSE excluded.source END,
         register_id = CASE WHEN ${KEEPS_REGISTER} THEN b.register_id ELSE excluded.register_id END,
         line = CASE WHEN ${KEEPS_REGISTER} THEN b.line ELSE excluded.line END,
         seen_in = CASE WHEN ${KEEPS_REGISTER} THEN b.seen_in ELSE excluded.seen_in END,
         payment_id = coalesce(excluded.payment_id, b.payment_id), checked_at = now(),
         found_at = CASE b.status WHEN 'settled' THEN now() ELSE b.found_at END,
         deadline_at = CASE b.status WHEN 'settled' THEN excluded.deadline_at ELSE b.deadline_at END,
         ended_at = CASE b.status WHEN 'settled' THEN NULL ELSE b.ended_at END,
         status = CASE b.status WHEN 'settled' THEN 'open' ELSE b.status END
       RETURNING CASE WHEN break_key NOT IN (SELECT break_key FROM before) THEN b.payment_id END AS "paymentId"`,
      [accountId, source, seenIn, JSON.stringify(rows)],
    );
    return [...new Set(opened.flatMap(({ paymentId }) => paymentId ?? []))];
  }

  /** Both books are equal now in what this look did not find again. @returns how many breaks ended */
  async settle(tx: Transaction, look: Look): Promise<number> {
    const [, count] = await tx.query<[unknown, number]>(
      `UPDATE reconciliation_break SET status = 'settled', ended_at = now(), checked_at = now()
       WHERE merchant_account_id = $1 AND source = $2 AND status = 'open' AND seen_in <> $3`,
      [look.accountId, look.source, look.id],
    );
    return count;
  }

  /** As {@link settle}, of what the bank's answers about these payments did not show again. */
  async settleOf(tx: Transaction, { accountId, source, id }: Look, paymentIds: readonly string[]): Promise<number> {
    const [, count] = await tx.query<[unknown, number]>(
      `UPDATE reconciliation_break SET status = 'settled', ended_at = now(), checked_at = now()
       WHERE merchant_account_id = $1 AND source = $2 AND status = 'open' AND seen_in <> $3 AND payment_id = ANY ($4)`,
      [accountId, source, id, paymentIds],
    );
    return count;
  }

  /** What is open is laid beside our books once more where a payment that it names has moved since. @returns accounts */
  async accountsToLookAt(): Promise<string[]> {
    const rows = await this.database.query<{ id: string }[]>(
      `SELECT DISTINCT b.merchant_account_id AS id FROM reconciliation_break b
       JOIN payment p ON p.merchant_account_id = b.merchant_account_id AND p.id = b.payment_id
       WHERE b.status = 'open' AND b.source = 'register' AND p.updated_at > b.checked_at`,
    );
    return rows.map(({ id }) => id);
  }

  list(accountId: string, { status, type, limit }: BreakFilter): Promise<BreakRecord[]> {
    return this.database.query<BreakRecord[]>(
      `SELECT ${COLUMNS} FROM reconciliation_break
       WHERE merchant_account_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR type = $3)
       ORDER BY number DESC LIMIT $4`,
      [accountId, status ?? null, type ?? null, limit],
    );
  }

  async find(accountId: string, id: string): Promise<BreakRecord | undefined> {
    const [row] = await this.database.query<BreakRecord[]>(
      `SELECT ${COLUMNS} FROM reconciliation_break WHERE merchant_account_id = $1 AND id = $2`,
      [accountId, id],
    );
    return row;
  }

  /** @returns false where it is not open */
  async resolve(accountId: string, id: string, note: string): Promise<boolean> {
    const [, count] = await this.database.query<[unknown, number]>(
      `UPDATE reconciliation_break SET status = 'resolved', note = $3, ended_at = now()
       WHERE merchant_account_id = $1 AND id = $2 AND status = 'open'`,
      [accountId, id, note],
    );
    return count > 0;
  }
}
