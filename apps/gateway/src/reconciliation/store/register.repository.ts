import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { inTransaction, type Transaction } from '../../database/transaction.js';
import { dayOf } from '../domain/kyiv-time.js';
import { type RegisterLine } from '../domain/register-line.js';

export interface RegisterRow {
  readonly id: string;
  readonly accountId: string;
  readonly name: string | null;
  readonly status: 'reading' | 'taken' | 'replaced';
  readonly encoding: string | null;
  readonly separator: string | null;
  /** Days in Kyiv, both included. */
  readonly from: string | null;
  readonly to: string | null;
  readonly lines: number;
  readonly badLines: number;
  readonly createdAt: string;
  readonly takenAt: string | null;
}

export interface BadLine {
  readonly line: number;
  readonly problem: string;
}

/** What is known of a file once all of it has been read. */
export interface ReadFile {
  readonly digest: Buffer;
  readonly encoding: string;
  readonly separator: string;
  readonly from: string;
  readonly to: string;
  readonly lines: number;
  readonly badLines: number;
  /** The lines of older files stay beside its own. */
  readonly adds: boolean;
}

const COLUMNS = `id, merchant_account_id AS "accountId", name, status, encoding, separator, from_day::text AS "from",
  to_day::text AS "to", lines, bad_lines AS "badLines", created_at AS "createdAt", taken_at AS "takenAt"`;

/** After this long nobody is reading a file any more. */
const READ_WITHIN = '1 day';

/** Registers and their lines. A file counts nowhere until all of it has been read. */
@Injectable()
export class RegisterRepository {
  constructor(private readonly database: DataSource) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return inTransaction(this.database, work);
  }

  async begin(accountId: string, register: { id: string; name: string | null; unit: string }): Promise<void> {
    await this.database.query(
      `DELETE FROM register WHERE merchant_account_id = $1 AND status = 'reading'
         AND created_at < now() - interval '${READ_WITHIN}'`,
      [accountId],
    );
    await this.database.query(
      `INSERT INTO register (merchant_account_id, id, name, amount_unit) VALUES ($1, $2, $3, $4)`,
      [accountId, register.id, register.name, register.unit],
    );
  }

  async addLines(accountId: string, registerId: string, lines: readonly RegisterLine[]): Promise<void> {
    const rows = lines.map((line) => ({
      ...{ line: line.line, terminal: line.terminal, operation_id: line.operationId, rrn: line.rrn },
      ...{ our_ids: line.ourIds, amount: line.amount, is_outgoing: line.isOutgoing, fee: line.fee?.toString() ?? null },
      ...{ currency: line.currency, succeeded: line.succeeded, processed_at: line.processedAt },
      day: dayOf(line.processedAt),
    }));
    await this.database.query(
      `INSERT INTO register_line (merchant_account_id, register_id, line, terminal, day, processed_at, operation_id, rrn,
                                  our_ids, amount, is_outgoing, fee, currency, succeeded)
       SELECT $1, $2, line, terminal, day, processed_at, operation_id, rrn,
              ARRAY(SELECT jsonb_array_elements_text(our_ids)), amount, is_outgoing, fee, currency, succeeded
       FROM jsonb_to_recordset($3::jsonb) AS r (line int, terminal text, day date, processed_at timestamptz,
         operation_id text, rrn text, our_ids jsonb, amount bigint, is_outgoing boolean, fee bigint, currency text,
         succeeded boolean)`,
      [accountId, registerId, JSON.stringify(rows)],
    );
  }

  /** Thousands of new lines are not in the statistics yet, by which the comparison is planned. */
  async analyze(): Promise<void> {
    await this.database.query('ANALYZE register_line');
  }

  async addBadLines(accountId: string, registerId: string, bad: readonly BadLine[]): Promise<void> {
    await this.database.query(
      `INSERT INTO register_bad_line (merchant_account_id, register_id, line, problem)
       SELECT $1, $2, line, problem FROM jsonb_to_recordset($3::jsonb) AS r (line int, problem text)`,
      [accountId, registerId, JSON.stringify(bad)],
    );
  }

  async drop(accountId: string, registerId: string): Promise<void> {
    await this.database.query(
      `DELETE FROM register WHERE merchant_account_id = $1 AND id = $2 AND status = 'reading'`,
      [accountId, registerId],
    );
  }

  /** Whoever changes what an account's books are compared with does it alone. */
  async lock(tx: Transaction, accountId: string): Promise<void> {
    await tx.query('SELECT 1 FROM merchant_account WHERE id = $1 FOR NO KEY UPDATE', [accountId]);
  }

  async findTaken(tx: Transaction, accountId: string, digest: Buffer): Promise<RegisterRow | undefined> {
    const [row] = await tx.query<RegisterRow[]>(
      `SELECT ${COLUMNS} FROM register WHERE merchant_account_id = $1 AND digest = $2 AND status = 'taken'`,
      [accountId, digest],
    );
    return row;
  }

  /**
   * The lines of a file count from now on, in place of what older files had of its days and terminals.
   * @returns the registers of which nothing is left
   */
  async take(tx: Transaction, accountId: string, registerId: string, file: ReadFile): Promise<string[]> {
    const replaced = file.adds ? [] : await this.replace(tx, accountId, registerId, file);
    await tx.query(`UPDATE register_line SET is_live = true WHERE merchant_account_id = $1 AND register_id = $2`, [
      accountId,
      registerId,
    ]);
    await tx.query(
      `UPDATE register SET status = 'taken', taken_at = now(), digest = $3, encoding = $4, separator = $5, from_day = $6,
              to_day = $7, lines = $8, bad_lines = $9
       WHERE merchant_account_id = $1 AND id = $2`,
      [
        accountId,
        registerId,
        file.digest,
        file.encoding,
        file.separator,
        file.from,
        file.to,
        file.lines,
        file.badLines,
      ],
    );
    return replaced;
  }

  private async replace(tx: Transaction, accountId: string, registerId: string, file: ReadFile): Promise<string[]> {
    await tx.query(
      `DELETE FROM register_line old WHERE merchant_account_id = $1 AND register_id <> $2 AND is_live
         AND day BETWEEN $3 AND $4
         AND (terminal IN (SELECT DISTINCT terminal FROM register_line WHERE merchant_account_id = $1 AND register_id = $2)
           OR NOT EXISTS (SELECT FROM register_line WHERE merchant_account_id = $1 AND register_id = $2))`,
      [accountId, registerId, file.from, file.to],
    );
    const [rows] = await tx.query<[{ id: string }[], number]>(
      `UPDATE register r SET status = 'replaced', replaced_at = now()
       WHERE merchant_account_id = $1 AND id <> $2 AND status = 'taken' AND from_day >= $3 AND to_day <= $4
         AND NOT EXISTS (SELECT FROM register_line l WHERE l.merchant_account_id = $1 AND l.register_id = r.id)
       RETURNING id`,
      [accountId, registerId, file.from, file.to],
    );
    return rows.map(({ id }) => id);
  }

  list(accountId: string, limit: number): Promise<RegisterRow[]> {
    return this.database.query<RegisterRow[]>(
      `SELECT ${COLUMNS} FROM register WHERE merchant_account_id = $1 AND status <> 'reading' ORDER BY number DESC LIMIT $2`,
      [accountId, limit],
    );
  }

  async find(accountId: string, id: string): Promise<RegisterRow | undefined> {
    const [row] = await this.database.query<RegisterRow[]>(
      `SELECT ${COLUMNS} FROM register WHERE merchant_account_id = $1 AND id = $2 AND status <> 'reading'`,
      [accountId, id],
    );
    return row;
  }

  badLines(accountId: string, id: string, limit: number): Promise<BadLine[]> {
    return this.database.query<BadLine[]>(
      `SELECT line, problem FROM register_bad_line WHERE merchant_account_id = $1 AND register_id = $2 ORDER BY line LIMIT $3`,
      [accountId, id, limit],
    );
  }
}
