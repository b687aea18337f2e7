import { sql, type Sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';
import { type Operation } from '../domain/operation.js';
import { type Moved } from '../domain/payment.js';
import { stepOf } from '../kinds/steps.js';
import { insertEvents } from './payment-records.js';

/** Which payment it was found under, and which of the bank's ids tells it from others there. */
export interface Origin {
  readonly type: 'repeat';
  readonly paymentId: string;
  readonly ref: string;
}

/** What is on record from the first moment as the bank shows it, for no request of ours began it. */
export interface Adopted {
  /** Its request id is that of whoever asked for it, if the bank tells one. */
  readonly operation: Omit<Operation, 'merchantRequestId'> & { readonly merchantRequestId: string | null };
  readonly bankOperationId: string | null;
  readonly evidence: Record<string, unknown>;
  readonly reason: string;
  /** Set where it is a payment of its own, and not done to one that there is. */
  readonly born?: { readonly moved: Moved; readonly origin: Origin };
}

/** Written once: by its origin, or by its request id. @returns false where it is on record already */
export async function adopt(tx: Transaction, adopted: Adopted): Promise<boolean> {
  const { born } = adopted;
  const source = born ? sql`p` : sql`(SELECT 1) AS once`;
  const payment = born ? sql`p AS (${insertBorn(born)}), e AS (${insertEvents(born.moved.events)}),` : sql``;
  const statement = sql`WITH ${payment} o AS (${insertAdopted(adopted, source)}) SELECT 1 FROM o`;
  return (await tx.query<unknown[]>(...statement.render())).length > 0;
}

const insertAdopted = ({ operation, bankOperationId, evidence, reason }: Adopted, source: Sql): Sql => sql`
  INSERT INTO operation (merchant_account_id, id, subject_id, parent_id, kind, step, protocol, bank_merchant_id, status,
                         cause, amount, currency, merchant_request_id, reason, bank_operation_id, evidence, sends,
                         known_at, sent_at, deadline_at)
  SELECT ${operation.accountId}, ${operation.id}, ${operation.paymentId}, ${operation.parentId}, ${operation.kind},
         ${operation.step}, ${stepOf(operation.step).protocol}, ${operation.bankMerchantId}, ${operation.status},
         'bank', ${operation.amount}::bigint, ${operation.currency}, ${operation.merchantRequestId}, ${reason},
         ${bankOperationId}, ${JSON.stringify(evidence)}::jsonb, 0, now(), now(), now()
  FROM ${source} ON CONFLICT DO NOTHING RETURNING 1`;

/** Like the payment that it was found under, but for what it brought. */
const insertBorn = ({ moved: { payment }, origin }: NonNullable<Adopted['born']>): Sql => sql`
  INSERT INTO payment (merchant_account_id, id, kind, method, status, cause, amount, currency, amount_authorized,
                       amount_captured, livemode, origin, origin_id, origin_ref, reference, description, return_url,
                       language, metadata, expires_in_minutes, event_sequence, ended_at,
                       link_id, customer_digest)
  SELECT merchant_account_id, ${payment.id}, kind, method, ${payment.status}, 'bank', ${payment.amount}::bigint, currency,
         ${payment.amountAuthorized}::bigint, ${payment.amountCaptured}::bigint, livemode, ${origin.type}, id,
         ${origin.ref}, reference, description, return_url, language, metadata, expires_in_minutes,
         ${payment.eventSequence}::int, now(), link_id, customer_digest
  FROM payment WHERE merchant_account_id = ${payment.accountId} AND id = ${origin.paymentId}
  ON CONFLICT (merchant_account_id, origin_id, origin_ref) WHERE origin_ref IS NOT NULL DO NOTHING RETURNING *`;
