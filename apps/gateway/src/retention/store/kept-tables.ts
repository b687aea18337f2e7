import { type PartitionedTable, PARTITIONED_TABLES } from '../../database/partitions.js';
import { ENDED_PAYMENTS, OPERATION_STATUSES, operationStatus } from '../../payments/domain/statuses.js';
import { type DataName } from '../domain/kept-data.js';

/** Rows of a table that go when they are old. In conditions the row is `t`. */
export interface KeptTable {
  readonly data: DataName;
  readonly table: string;
  /** What names some rows of an account by an index. */
  readonly key: 'id' | 'number' | 'subject_id';
  /** The moment from which on its days are counted. */
  readonly age: string;
  /** Same as or earlier than `age`, and found by an index; whoever has no index for it is read whole. */
  readonly found?: string;
  /** Nobody needs it any more, however old. */
  readonly free: string;
  /** Parts of a WITH that delete what belongs to the rows of `doomed`. */
  readonly along?: string;
  readonly atOnce?: number;
}

const among = (statuses: readonly string[]): string => `(${statuses.map((status) => `'${status}'`).join(', ')})`;

/** A hold has ended for whoever waits for it, not for the books: it is taken or let go of. */
export const OVER = among(ENDED_PAYMENTS.filter((status) => status !== 'authorized'));
/** Nothing is expected of it any more. */
export const OPERATION_OVER = among(OPERATION_STATUSES.filter((status) => operationStatus(status).ended));
const openBreak = (condition: string): string =>
  `EXISTS (SELECT FROM reconciliation_break b
           WHERE b.merchant_account_id = t.merchant_account_id AND b.status = 'open' AND ${condition})`;

/** Of a row that belongs to a payment: the payment is over, and nobody must look at it. */
const ofOver = `NOT EXISTS (SELECT FROM payment p WHERE p.merchant_account_id = t.merchant_account_id
  AND p.id = t.subject_id AND (p.status NOT IN ${OVER} OR p.flags <> '{}'))`;

/** Not delivered, by an endpoint that is still told of things. */
const AWAITED = `EXISTS (SELECT FROM webhook_endpoint w JOIN webhook_delivery d
    ON d.merchant_account_id = w.merchant_account_id AND d.endpoint_id = w.id AND d.event_id = t.id
  WHERE w.merchant_account_id = t.merchant_account_id AND w.disabled_at IS NULL AND d.status <> 'delivered')`;

const of = (table: string, owner: string): string =>
  `DELETE FROM ${table} x USING doomed
   WHERE x.merchant_account_id = doomed.merchant_account_id AND x.${owner} = doomed.id`;

/** In an order in which nothing is deleted before what needs it. */
export const KEPT_TABLES: readonly KeptTable[] = [
  {
    data: 'callbacks',
    table: 'callback_inbox',
    key: 'id',
    age: 't.received_at',
    found: "(t.received_at AT TIME ZONE 'UTC')",
    free: `t.settled_at IS NOT NULL AND ${ofOver}`,
  },
  {
    data: 'webhooks',
    table: 'webhook_attempt',
    key: 'number',
    age: 't.at',
    free: `NOT EXISTS (SELECT FROM webhook_delivery d WHERE d.merchant_account_id = t.merchant_account_id
             AND d.id = t.delivery_id AND d.status = 'pending')`,
  },
  {
    data: 'webhooks',
    table: 'webhook_delivery',
    key: 'id',
    age: 't.created_at',
    found: "(t.created_at AT TIME ZONE 'UTC')",
    free: `(t.status = 'delivered' OR EXISTS (SELECT FROM webhook_endpoint w WHERE w.disabled_at IS NOT NULL
             AND w.merchant_account_id = t.merchant_account_id AND w.id = t.endpoint_id))`,
  },
  {
    data: 'events',
    table: 'outbox_event',
    key: 'id',
    age: 't.created_at',
    free: `t.position IS NOT NULL AND NOT ${AWAITED}`,
  },
  { data: 'history', table: 'history', key: 'subject_id', age: 't.at', free: ofOver },
  {
    data: 'payments',
    table: 'payment',
    key: 'id',
    age: 't.updated_at',
    found: 't.created_at',
    free: `t.status IN ${OVER} AND t.flags = '{}' AND t.next_sync_at IS NULL
           AND t.amount_capturing = 0 AND t.amount_refunding = 0
           AND NOT EXISTS (SELECT FROM operation o WHERE o.merchant_account_id = t.merchant_account_id
             AND o.subject_id = t.id AND (o.status NOT IN ${OPERATION_OVER} OR o.next_query_at IS NOT NULL))
           AND NOT ${openBreak('b.payment_id = t.id')}`,
    along: `operations AS (${of('operation', 'subject_id')} RETURNING x.merchant_account_id, x.id),
            keys AS (DELETE FROM idempotency_key k USING operations o
                     WHERE k.merchant_account_id = o.merchant_account_id AND k.operation_id = o.id),
            moves AS (${of('history', 'subject_id')}), callbacks AS (${of('callback_inbox', 'subject_id')})`,
    atOnce: 200,
  },
  {
    data: 'registers',
    table: 'reconciliation_break',
    key: 'id',
    age: 't.ended_at',
    free: `t.status <> 'open'`,
  },
  {
    data: 'registers',
    table: 'register',
    key: 'id',
    age: 't.created_at',
    free: `t.status <> 'reading' AND NOT ${openBreak('b.register_id = t.id')}`,
    atOnce: 1,
  },
  { data: 'audit', table: 'audit_entry', key: 'id', age: 't.at', free: 'true' },
];

/** How the months of a table are cut, where they are. */
export const cutOf = ({ table }: KeptTable): PartitionedTable | undefined =>
  PARTITIONED_TABLES.find((one) => one.table === table);
