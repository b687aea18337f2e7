import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { sweep } from '../../database/sweep.js';
import { inTransaction } from '../../database/transaction.js';
import { ERASURES } from '../domain/personal-data.js';
import { OPERATION_OVER, OVER } from './kept-tables.js';

/** Whose data goes. */
export interface Found {
  readonly accountId: string;
  /** Ids of payments, verifications and payouts. */
  readonly payments: readonly string[];
  /** Of the merchant's own id of the customer, where that was asked for. */
  readonly digests: readonly Buffer[];
}

export interface Touched {
  readonly table: string;
  readonly rows: number;
}

export interface SealedCustomer {
  readonly id: string;
  readonly sealed: Sealed;
}

const SEALED_AT_ONCE = 500;

/** Customers, wherever they are. */
@Injectable()
export class CustomersRepository {
  constructor(private readonly database: DataSource) {}

  async byDigest(accountId: string, digest: Buffer): Promise<string[]> {
    return this.ids('customer_digest = $2', [accountId, digest]);
  }

  async byReference(accountId: string, reference: string): Promise<string[]> {
    return this.ids('reference = $2', [accountId, reference]);
  }

  /** In the order of ids, those after `after`. */
  sealedCustomers(accountId: string, after: string): Promise<SealedCustomer[]> {
    return sweep<SealedCustomer[]>(
      this.database,
      `SELECT id, customer_sealed AS sealed FROM payment
       WHERE merchant_account_id = $1 AND id > $2 AND customer_sealed IS NOT NULL ORDER BY id LIMIT ${SEALED_AT_ONCE}`,
      [accountId, after],
    );
  }

  /** Why a customer cannot be erased yet: what is open, by id. */
  async open({ accountId, payments, digests }: Found): Promise<string[]> {
    const rows = await sweep<{ what: string }[]>(
      this.database,
      `SELECT t.id || ' is ' || t.status AS what FROM payment t
       WHERE t.merchant_account_id = $1 AND t.id = ANY ($2::text[]) AND (
         t.status NOT IN ${OVER} OR t.flags <> '{}' OR t.amount_capturing > 0 OR t.amount_refunding > 0
         OR EXISTS (SELECT FROM operation o WHERE o.merchant_account_id = $1 AND o.subject_id = t.id
                    AND o.status NOT IN ${OPERATION_OVER})
         OR EXISTS (SELECT FROM callback_inbox c WHERE c.merchant_account_id = $1 AND c.subject_id = t.id
                    AND c.next_attempt_at IS NOT NULL))
       UNION ALL
       SELECT t.id || ' is ' || t.status FROM subscription t
       WHERE t.merchant_account_id = $1 AND t.customer_digest = ANY ($3::bytea[])
         AND t.status NOT IN ('completed', 'canceled', 'failed')
       UNION ALL
       SELECT t.id || ' is kept by the bank' FROM saved_card t
       WHERE t.merchant_account_id = $1 AND t.customer_digest = ANY ($3::bytea[]) AND t.status <> 'deleted'
       ORDER BY 1`,
      [accountId, payments, digests],
    );
    return rows.map(({ what }) => what);
  }

  async count(found: Found): Promise<Touched[]> {
    const touched: Touched[] = [];
    for (const { table, rows } of ERASURES) {
      const [row] = await sweep<{ rows: number }[]>(
        this.database,
        `WITH asked AS (${ASKED}) SELECT count(*)::int AS rows FROM ${table} t, asked
         WHERE t.merchant_account_id = $1 AND ${rows}`,
        parametersOf(found),
      );
      touched.push({ table, rows: row?.rows ?? 0 });
    }
    return touched;
  }

  /** All of it or nothing. */
  erase(found: Found): Promise<Touched[]> {
    return inTransaction(this.database, async (tx) => {
      const touched: Touched[] = [];
      for (const { table, rows, set } of ERASURES) {
        const change = set === undefined ? `DELETE FROM ${table} t` : `UPDATE ${table} t SET ${set}`;
        const [row] = await tx.query<{ rows: number }[]>(
          `WITH asked AS (${ASKED}), changed AS (${change}${set === undefined ? ' USING asked' : ' FROM asked'}
             WHERE t.merchant_account_id = $1 AND ${rows} RETURNING 1)
           SELECT count(*)::int AS rows FROM changed`,
          parametersOf(found),
        );
        touched.push({ table, rows: row?.rows ?? 0 });
      }
      return touched;
    });
  }

  private async ids(condition: string, values: unknown[]): Promise<string[]> {
    const rows = await this.database.query<{ id: string }[]>(
      `SELECT id FROM payment WHERE merchant_account_id = $1 AND ${condition} ORDER BY id`,
      values,
    );
    return rows.map(({ id }) => id);
  }
}

/** Names the type of every parameter, also of those that a table does not need. */
const ASKED = 'SELECT $1::text, $2::text[], $3::bytea[]';
const parametersOf = ({ accountId, payments, digests }: Found): unknown[] => [accountId, payments, digests];
