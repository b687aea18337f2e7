import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { inTransaction } from '../../database/transaction.js';
import { FOLLOW_UP_KINDS, INTENT_KINDS, type OperationKind } from '../domain/operation.js';
import { type PaymentFlags } from '../domain/payment.js';
import { type OperationStatus, type PaymentStatus } from '../domain/statuses.js';

/** An operation as an operator sees it: nothing of the customer. */
export interface OperationDetails {
  readonly id: string;
  readonly kind: OperationKind;
  readonly status: OperationStatus;
  readonly amount: number;
  /** What the bank's desk can look it up by. */
  readonly merchantRequestId: string;
  readonly bankOrderId: string | null;
  readonly bankOperationId: string | null;
  readonly failureMessage: string | null;
  readonly knownElsewhereAt: string | null;
  readonly nextQueryAt: string | null;
  readonly evidence: Readonly<Record<string, unknown>> | null;
}

/** A payment at which a person must look, and the operations in review under it. */
export interface PaymentToReview {
  readonly accountId: string;
  readonly id: string;
  readonly status: PaymentStatus;
  readonly reference: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly amountCaptured: number;
  readonly amountRefunded: number;
  readonly amountRefunding: number;
  readonly failureMessage: string | null;
  readonly flags: PaymentFlags;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly nextSyncAt: string | null;
  readonly operations: readonly OperationDetails[];
}

export interface PaymentDetails extends PaymentToReview {
  /** Flags that an operator has settled, with what the bank said then. */
  readonly flagsSettled: PaymentFlags;
  /** Every move, oldest first. */
  readonly history: readonly {
    readonly operationId: string | null;
    readonly from: string | null;
    readonly to: string;
    readonly cause: string;
    readonly evidence: Readonly<Record<string, unknown>> | null;
    readonly at: string;
  }[];
}

const OPERATION = `jsonb_build_object('id', o.id, 'kind', o.kind, 'status', o.status, 'amount', o.amount,
  'merchantRequestId', o.merchant_request_id, 'bankOrderId', o.bank_order_id, 'bankOperationId', o.bank_operation_id,
  'failureMessage', o.failure_message, 'knownElsewhereAt', o.known_elsewhere_at, 'nextQueryAt', o.next_query_at,
  'evidence', o.evidence)`;
const operations = (condition: string): string => `(SELECT coalesce(jsonb_agg(${OPERATION} ORDER BY o.number), '[]')
  FROM operation o WHERE o.merchant_account_id = p.merchant_account_id AND o.subject_id = p.id AND ${condition})`;
const PAYMENT = `p.merchant_account_id AS "accountId", p.id, p.status, p.reference, p.amount::float8 AS amount, p.currency,
  p.amount_captured::float8 AS "amountCaptured", p.amount_refunded::float8 AS "amountRefunded",
  p.amount_refunding::float8 AS "amountRefunding", p.failure_message AS "failureMessage", p.flags,
  p.created_at AS "createdAt", p.updated_at AS "updatedAt", p.next_sync_at AS "nextSyncAt"`;

/** Over this long what a restore makes due is asked for, so that the bank answers others, too: rows a second. */
const ASKED_PER_SECOND = 5;
/** As far back as payments are looked at after their end. */
const LOOKED_AT_DAYS = 90;

/** What operators look at and make due; each is one look or one sweep, not a step of a payment. */
@Injectable()
export class ReviewsRepository {
  constructor(private readonly database: DataSource) {}

  /** Newest first: in review, flagged, or with a refund, capture or release in review. */
  list(limit: number): Promise<PaymentToReview[]> {
    return this.database.query<PaymentToReview[]>(
      `SELECT ${PAYMENT}, ${operations(`o.status = 'needs_review'`)} AS operations
       FROM payment p JOIN (
         SELECT merchant_account_id, id FROM payment WHERE status = 'needs_review'
         UNION SELECT merchant_account_id, id FROM payment WHERE flags <> '{}'
         UNION SELECT merchant_account_id, subject_id FROM operation WHERE status = 'needs_review'
       ) waits USING (merchant_account_id, id)
       ORDER BY p.number DESC LIMIT $1`,
      [limit],
    );
  }

  async find(accountId: string, id: string): Promise<PaymentDetails | undefined> {
    const [row] = await this.database.query<PaymentDetails[]>(
      `SELECT ${PAYMENT}, p.flags_settled AS "flagsSettled", ${operations('true')} AS operations,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('operationId', h.operation_id, 'from', h.from_status,
                        'to', h.to_status, 'cause', h.cause, 'evidence', h.evidence, 'at', h.at) ORDER BY h.number), '[]')
               FROM history h WHERE h.merchant_account_id = p.merchant_account_id AND h.subject_id = p.id
                 AND h.at >= p.created_at - interval '1 day') AS history
       FROM payment p WHERE p.merchant_account_id = $1 AND p.id = $2`,
      [accountId, id],
    );
    return row;
  }

  async makeAllDue(): Promise<{ payments: number; operations: number }> {
    const [, operationCount] = await this.database.query<[unknown, number]>(
      `UPDATE operation SET next_query_at = now() WHERE next_query_at IS NOT NULL`,
    );
    const [, paymentCount] = await this.database.query<[unknown, number]>(
      `UPDATE payment SET next_sync_at = now() WHERE next_sync_at IS NOT NULL`,
    );
    return { payments: paymentCount, operations: operationCount };
  }

  /**
   * Orders in doubt may have been opened since the backup, follow-ups may be done, and payments that had ended may have
   * been refunded: the first are marked, all are asked for, spread over time.
   */
  markRestored(): Promise<{ ordersInDoubt: number; operations: number; payments: number }> {
    return inTransaction(this.database, async (tx) => {
      const [, ordersInDoubt] = await tx.query<[unknown, number]>(
        `UPDATE operation SET restored_at = now(), next_query_at = now()
         WHERE kind = ANY($1::text[]) AND status IN ('sending', 'unknown')`,
        [INTENT_KINDS],
      );
      const [, operationCount] = await tx.query<[unknown, number]>(
        `UPDATE operation SET next_query_at = now()
         WHERE kind = ANY($1::text[]) AND status IN ('sending', 'unknown', 'pending', 'action_required', 'needs_review')`,
        [FOLLOW_UP_KINDS],
      );
      const [, paymentCount] = await tx.query<[unknown, number]>(
        `UPDATE payment p SET next_sync_at = now() + random() * make_interval(secs => (
           SELECT greatest(1, count(*)) / $2::float8 FROM payment
           WHERE status <> 'created' AND created_at > now() - make_interval(days => $1)))
         WHERE status <> 'created' AND created_at > now() - make_interval(days => $1)`,
        [LOOKED_AT_DAYS, ASKED_PER_SECOND],
      );
      return { ordersInDoubt, operations: operationCount, payments: paymentCount };
    });
  }
}
