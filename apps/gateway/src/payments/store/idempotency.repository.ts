import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Transaction } from '../../database/transaction.js';

/** Longer than the slowest request: a renewal of the session, a call, its replay. Seconds. */
const LEASE_SECONDS = 120;

export interface Claim {
  readonly accountId: string;
  readonly key: string;
  readonly fingerprint: Buffer;
  /** Id that the created resource would get. */
  readonly resourceId: string;
}

/** An earlier request under the same key. */
export interface EarlierRequest {
  readonly fingerprint: Buffer;
  readonly resourceId: string;
  readonly statusCode: number | null;
  readonly responseBody: string | null;
  /** Seconds until whoever works on it is taken for dead; not positive when that is past. */
  readonly leaseSeconds: number;
}

/** CTE `claimed` of one row when the key was free, from four parameters, see {@link claimParameters}. */
export const claimCte = (first: number): string =>
  `claimed AS (
     INSERT INTO idempotency_key (merchant_account_id, key, fingerprint, resource_id, lease_until)
     VALUES ($${first}, $${first + 1}, $${first + 2}, $${first + 3}, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
     ON CONFLICT DO NOTHING RETURNING 1)`;

export function claimParameters({ accountId, key, fingerprint, resourceId }: Claim): unknown[] {
  return [accountId, key, fingerprint, resourceId];
}

@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: DataSource) {}

  /** @returns true when the key is ours now; waits for a concurrent claim of the same key to commit */
  async claim(tx: Transaction, claim: Claim): Promise<boolean> {
    const rows = await tx.query<unknown[]>(`WITH ${claimCte(1)} SELECT 1 FROM claimed`, claimParameters(claim));
    return rows.length > 0;
  }

  async find(
    accountId: string,
    key: string,
    tx: Transaction = this.database.manager,
  ): Promise<EarlierRequest | undefined> {
    const rows = await tx.query<EarlierRequest[]>(
      `SELECT fingerprint, resource_id AS "resourceId", status_code AS "statusCode", response_body AS "responseBody",
              extract(epoch FROM lease_until - clock_timestamp())::float AS "leaseSeconds"
       FROM idempotency_key WHERE merchant_account_id = $1 AND key = $2`,
      [accountId, key],
    );
    return rows[0];
  }

  /** Takes over a request whose worker died. @returns false when somebody else was faster */
  async takeOver(accountId: string, key: string): Promise<boolean> {
    const [, taken] = await this.database.query<[unknown, number]>(
      `UPDATE idempotency_key SET lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
       WHERE merchant_account_id = $1 AND key = $2 AND status_code IS NULL AND lease_until < clock_timestamp()`,
      [accountId, key],
    );
    return taken === 1;
  }

  /** Keeps the first answer for good. @returns false when there was one already */
  async settle(
    tx: Transaction,
    scope: { accountId: string; key: string },
    statusCode: number,
    body: string,
  ): Promise<boolean> {
    const [, settled] = await tx.query<[unknown, number]>(
      `UPDATE idempotency_key SET status_code = $3, response_body = $4, settled_at = now()
       WHERE merchant_account_id = $1 AND key = $2 AND status_code IS NULL`,
      [scope.accountId, scope.key, statusCode, body],
    );
    return settled === 1;
  }
}
