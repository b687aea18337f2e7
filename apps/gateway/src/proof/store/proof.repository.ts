import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Receipt } from '../../payments/domain/receipt.js';
import { type IntentKind } from '../../payments/domain/operation.js';

/** What is on record of a payment. Times within lists are as Postgres writes them in JSON. */
export interface PaymentRecord {
  readonly kind: IntentKind;
  readonly method: string;
  readonly status: string;
  readonly reference: string | null;
  readonly failureCode: string | null;
  readonly flags: readonly string[];
  readonly livemode: boolean;
  readonly amount: number;
  readonly currency: string;
  readonly amountAuthorized: number;
  readonly amountCaptured: number;
  readonly amountRefunded: number;
  readonly receipt: Receipt | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  readonly operations: readonly OperationRecord[];
  readonly history: readonly MoveRecord[];
  readonly historyCount: number;
  readonly callbacks: readonly CallbackRecord[];
  readonly callbackCount: number;
}

export interface OperationRecord {
  readonly id: string;
  readonly parentId: string | null;
  readonly kind: string;
  readonly status: string;
  readonly amount: number | null;
  readonly currency: string;
  readonly failureCode: string | null;
  readonly createdAt: string;
  readonly sentAt: string;
  readonly sends: number;
  readonly queries: number;
  readonly bankMerchantId: string;
  readonly merchantRequestId: string | null;
  readonly bankOrderId: string | null;
  readonly bankOperationId: string | null;
  readonly refusalCode: string | null;
  /** The kept text, whose bytes are hashed. */
  readonly evidence: string | null;
}

export interface MoveRecord {
  readonly at: string;
  readonly operationId: string | null;
  readonly from: string | null;
  readonly to: string;
  readonly cause: string;
  readonly evidence: string | null;
}

export interface CallbackRecord {
  readonly id: string;
  readonly receivedAt: string;
  readonly deliveries: number;
  readonly outcome: string | null;
  readonly sha256: string;
}

/** Rows of a list. A payment has a dozen of each; whoever posts more has the address of its callbacks. */
export const MOST_ROWS = 1_000;

/** One statement, so that all of it is of one moment. $1: account · $2: payment. */
const RECORD = `
  SELECT p.kind, p.method, p.status, p.reference, p.failure_code AS "failureCode",
         ARRAY(SELECT jsonb_object_keys(p.flags) ORDER BY 1) AS flags, p.livemode, p.amount::float8 AS amount, p.currency,
         p.amount_authorized::float8 AS "amountAuthorized", p.amount_captured::float8 AS "amountCaptured",
         p.amount_refunded::float8 AS "amountRefunded", p.receipt, p.created_at AS "createdAt", p.ended_at AS "endedAt",
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'id', o.id, 'parentId', o.parent_id, 'kind', o.kind, 'status', o.status, 'amount', o.amount, 'currency', o.currency,
        'failureCode', o.failure_code, 'createdAt', o.created_at, 'sentAt', o.sent_at, 'sends', o.sends,
        'queries', o.queries, 'bankMerchantId', o.bank_merchant_id, 'merchantRequestId', o.merchant_request_id,
        'bankOrderId', o.bank_order_id, 'bankOperationId', o.bank_operation_id, 'refusalCode', o.refusal_code,
        'evidence', o.evidence::text) ORDER BY o.number), '[]')
     FROM operation o WHERE o.merchant_account_id = p.merchant_account_id AND o.subject_id = p.id) AS operations,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('at', h.at, 'operationId', h.operation_id, 'from', h.from_status,
        'to', h.to_status, 'cause', h.cause, 'evidence', h.evidence::text) ORDER BY h.number), '[]')
     FROM (SELECT * FROM history h WHERE h.merchant_account_id = p.merchant_account_id AND h.subject_id = p.id
           ORDER BY h.number LIMIT ${MOST_ROWS}) h) AS history,
    (SELECT count(*)::int FROM history h
     WHERE h.merchant_account_id = p.merchant_account_id AND h.subject_id = p.id) AS "historyCount",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'receivedAt', c.received_at, 'deliveries', c.deliveries,
        'outcome', c.outcome, 'sha256', encode(c.digest, 'hex')) ORDER BY c.received_at, c.id), '[]')
     FROM (SELECT * FROM callback_inbox c WHERE c.merchant_account_id = p.merchant_account_id AND c.subject_id = p.id
           ORDER BY c.received_at, c.id LIMIT ${MOST_ROWS}) c) AS callbacks,
    (SELECT count(*)::int FROM callback_inbox c
     WHERE c.merchant_account_id = p.merchant_account_id AND c.subject_id = p.id) AS "callbackCount"
  FROM payment p WHERE p.merchant_account_id = $1 AND p.id = $2`;

@Injectable()
export class ProofRepository {
  constructor(private readonly database: DataSource) {}

  async find(accountId: string, paymentId: string): Promise<PaymentRecord | undefined> {
    const [row] = await this.database.query<PaymentRecord[]>(RECORD, [accountId, paymentId]);
    return row;
  }
}
