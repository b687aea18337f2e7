import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sql, type Sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';

export interface Claim {
  readonly accountId: string;
  readonly key: string;
  readonly fingerprint: Buffer;
  /** Id that the operation would get. No other request brings the same, so it also says who holds the key. */
  readonly operationId: string;
  /** What the request is about: the call with effect, or another name of ours where there is none. */
  readonly step: string;
  /** How long nobody else may work on it. */
  readonly leaseSeconds: number;
}

/** Names a key and, by the id it brought along, whoever holds it. */
export type Holder = Pick<Claim, 'accountId' | 'key' | 'operationId'>;

/** An earlier request under the same key. */
export interface EarlierRequest {
  readonly fingerprint: Buffer;
  readonly operationId: string;
  readonly statusCode: number | null;
  readonly responseBody: string | null;
  /** Seconds until whoever works on it is taken for dead; not positive when that is past. */
  readonly leaseSeconds: number;
}

/** INSERT that gives one row when the key was free, and none when it is taken. */
export const claimKey = ({ accountId, key, fingerprint, operationId, step, leaseSeconds }: Claim): Sql => sql`
  INSERT INTO idempotency_key (merchant_account_id, key, fingerprint, operation_id, step, holder, lease_until)
  VALUES (${accountId}, ${key}, ${fingerprint}, ${operationId}, ${step}, ${operationId},
          clock_timestamp() + make_interval(secs => ${leaseSeconds}))
  ON CONFLICT DO NOTHING RETURNING 1`;

@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: DataSource) {}

  /** @returns true when the key is ours now; waits for a concurrent claim of the same key to commit */
  async claim(tx: Transaction, claim: Claim): Promise<boolean> {
    const rows = await tx.query<unknown[]>(...claimKey(claim).render());
    return rows.length > 0;
  }

  async find(
    { accountId, key }: { accountId: string; key: string },
    tx: Transaction = this.database.manager,
  ): Promise<EarlierRequest | undefined> {
    const rows = await tx.query<EarlierRequest[]>(
      `SELECT fingerprint, operation_id AS "operationId", status_code AS "statusCode", response_body AS "responseBody",
              extract(epoch FROM lease_until - clock_timestamp())::float AS "leaseSeconds"
       FROM idempotency_key WHERE merchant_account_id = $1 AND key = $2`,
      [accountId, key],
    );
    return rows[0];
  }

  async name(
    tx: Transaction,
    { accountId, key }: { accountId: string; key: string },
    operationId: string,
  ): Promise<void> {
    await tx.query(`UPDATE idempotency_key SET operation_id = $3 WHERE merchant_account_id = $1 AND key = $2`, [
      accountId,
      key,
      operationId,
    ]);
  }

  /** Takes over a request whose lease is over. @returns false when somebody else was faster */
  async takeOver({ accountId, key, operationId, leaseSeconds }: Claim): Promise<boolean> {
    const [, taken] = await this.database.query<[unknown, number]>(
      `UPDATE idempotency_key SET holder = $3, lease_until = clock_timestamp() + make_interval(secs => $4)
       WHERE merchant_account_id = $1 AND key = $2 AND status_code IS NULL AND lease_until <= clock_timestamp()`,
      [accountId, key, operationId, leaseSeconds],
    );
    return taken === 1;
  }

  /** Sets what is left of the lease, but only for whoever holds the key. Zero frees it. */
  async setLease(
    { accountId, key, operationId }: Holder,
    leaseSeconds: number,
    tx: Transaction = this.database.manager,
  ): Promise<void> {
    await tx.query(
      `UPDATE idempotency_key SET lease_until = clock_timestamp() + make_interval(secs => $4)
       WHERE merchant_account_id = $1 AND key = $2 AND holder = $3 AND status_code IS NULL`,
      [accountId, key, operationId, leaseSeconds],
    );
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
