import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sweep } from '../../database/sweep.js';
import { inTransaction, type Transaction } from '../../database/transaction.js';

export interface SweepRow {
  readonly accountId: string;
  /** `2027-01-31`, in Kyiv. */
  readonly day: string;
  /** Payments that the bank was asked about, and those of which it said nothing. */
  readonly asked: number;
  readonly unanswered: number;
  readonly breaks: number;
  readonly startedAt: Date;
  /** Null while it is under way. */
  readonly doneAt: Date | null;
}

/** A sweep that this process works on for a while. */
export interface ClaimedSweep {
  readonly accountId: string;
  readonly day: string;
  readonly afterNumber: string;
}

/** What a batch of payments came to. */
export interface Batch {
  /** Undefined: there are no more. */
  readonly lastNumber: string | undefined;
  readonly asked: number;
  readonly unanswered: number;
  readonly breaks: number;
}

/** A batch of ten, each with several questions of 25 seconds at the worst, is written down by then. */
const LEASE = '15 minutes';
/** What was taken or given back on a day was begun no longer before it: an order lives a day and a hold 28. */
const BEGUN_WITHIN = '45 days';
const COLUMNS = `merchant_account_id AS "accountId", day::text AS day, asked, unanswered, breaks, started_at AS "startedAt",
  done_at AS "doneAt"`;

/** Payments worth asking about: begun on that day, moved on it, or not concluded. $1: account · $2, $3: its moments. */
const WORTH_ASKING = `
  p.merchant_account_id = $1 AND p.kind IN ('purchase', 'authorization')
  AND p.created_at >= $2::timestamptz - interval '${BEGUN_WITHIN}' AND p.created_at < $3
  AND (p.created_at >= $2
    OR p.status IN ('created', 'requires_confirmation', 'requires_action', 'processing', 'needs_review')
    OR EXISTS (SELECT FROM history h WHERE h.merchant_account_id = $1 AND h.subject_id = p.id AND h.at >= $2 AND h.at < $3)
    OR EXISTS (SELECT FROM operation o WHERE o.merchant_account_id = $1 AND o.subject_id = p.id
      AND o.status IN ('sending', 'pending', 'action_required', 'unknown', 'needs_review')))`;

@Injectable()
export class SweepRepository {
  constructor(private readonly database: DataSource) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return inTransaction(this.database, work);
  }

  /** One for each account and day, whichever process comes first. */
  async planAll(day: string): Promise<void> {
    await this.database.query(
      `INSERT INTO bank_sweep (merchant_account_id, day) SELECT id, $1 FROM merchant_account
       WHERE NOT EXISTS (SELECT FROM bank_sweep s WHERE s.merchant_account_id = merchant_account.id AND s.day = $1)
       ON CONFLICT DO NOTHING`,
      [day],
    );
  }

  /** From its beginning, also where it was done before; one that is under way goes on. */
  async plan(accountId: string, day: string): Promise<void> {
    await this.database.query(
      `INSERT INTO bank_sweep AS s (merchant_account_id, day) VALUES ($1, $2)
       ON CONFLICT (merchant_account_id, day) DO UPDATE SET
         after_number = 0, asked = 0, unanswered = 0, breaks = 0, started_at = now(), done_at = NULL, lease_until = now()
       WHERE s.done_at IS NOT NULL`,
      [accountId, day],
    );
  }

  /** The one that has waited longest. @param away accounts whose bank does not answer */
  async claim(lease: string, away: readonly string[]): Promise<ClaimedSweep | undefined> {
    const [rows] = await this.database.query<[ClaimedSweep[], number]>(
      `UPDATE bank_sweep SET lease = $1, lease_until = now() + interval '${LEASE}'
       WHERE (merchant_account_id, day) = (
         SELECT merchant_account_id, day FROM bank_sweep
         WHERE done_at IS NULL AND lease_until <= now() AND merchant_account_id <> ALL ($2)
         ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING merchant_account_id AS "accountId", day::text AS day, after_number AS "afterNumber"`,
      [lease, away],
    );
    return rows[0];
  }

  /** The next payments of the day, in the order in which they were made. */
  worthAsking(
    accountId: string,
    { begins, ends, after, limit }: { begins: Date; ends: Date; after: string; limit: number },
  ): Promise<{ readonly id: string; readonly number: string }[]> {
    return sweep(
      this.database,
      `SELECT p.id, p.number FROM payment p WHERE ${WORTH_ASKING} AND p.number > $4 ORDER BY p.number LIMIT $5`,
      [accountId, begins, ends, after, limit],
    );
  }

  /** @returns false where somebody else has it by now: then nothing of the batch counts */
  async advance(tx: Transaction, { accountId, day }: ClaimedSweep, lease: string, batch: Batch): Promise<boolean> {
    const { lastNumber = null, asked, unanswered, breaks } = batch;
    const [, count] = await tx.query<[unknown, number]>(
      `UPDATE bank_sweep SET after_number = coalesce($4, after_number), asked = asked + $5, unanswered = unanswered + $6,
              breaks = breaks + $7, done_at = CASE WHEN $4::bigint IS NULL THEN now() END, lease = NULL, lease_until = now()
       WHERE merchant_account_id = $1 AND day = $2 AND lease = $3`,
      [accountId, day, lease, lastNumber, asked, unanswered, breaks],
    );
    return count === 1;
  }

  /** Gives it back undone. */
  async release({ accountId, day }: ClaimedSweep, lease: string): Promise<void> {
    await this.database.query(
      `UPDATE bank_sweep SET lease = NULL, lease_until = now() WHERE merchant_account_id = $1 AND day = $2 AND lease = $3`,
      [accountId, day, lease],
    );
  }

  /** Newest first. */
  list(accountId: string, limit: number): Promise<SweepRow[]> {
    return this.database.query<SweepRow[]>(
      `SELECT ${COLUMNS} FROM bank_sweep WHERE merchant_account_id = $1 ORDER BY day DESC LIMIT $2`,
      [accountId, limit],
    );
  }

  async find(accountId: string, day: string): Promise<SweepRow | undefined> {
    const [row] = await this.database.query<SweepRow[]>(
      `SELECT ${COLUMNS} FROM bank_sweep WHERE merchant_account_id = $1 AND day = $2`,
      [accountId, day],
    );
    return row;
  }

  /** Payments of open breaks that the bank's answers showed, and that have moved since. */
  movedSince(limit: number): Promise<{ readonly accountId: string; readonly paymentId: string }[]> {
    return this.database.query(
      `SELECT DISTINCT b.merchant_account_id AS "accountId", b.payment_id AS "paymentId" FROM reconciliation_break b
       JOIN payment p ON p.merchant_account_id = b.merchant_account_id AND p.id = b.payment_id
       WHERE b.status = 'open' AND b.source = 'bank' AND p.updated_at > b.checked_at LIMIT $1`,
      [limit],
    );
  }
}
