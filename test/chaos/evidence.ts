import { type LedgerEntry } from '../support/bank-control.js';
import { type Stack } from '../support/stack.js';

interface Said {
  readonly status: number;
  readonly text: string;
}

/** A request of the merchant that acts, with all its repeats. */
export interface Asked {
  readonly key: string;
  readonly path: string;
  readonly body: object;
  /** The first answer that may be kept for the key: 2xx and not 202. */
  final: Said | undefined;
  /** What was answered when it was repeated after all was settled. */
  again?: Said;
  /** Ids that any 2xx answer named. */
  readonly ids: Set<string>;
}

/** What the merchant's activity led to, as the merchant would put it. */
export interface Expectation {
  readonly paymentId: string;
  readonly activity: string;
  /** How the payment may stand when all is settled. */
  readonly ends: readonly string[];
}

export interface PaymentRow {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly amountAuthorized: number;
  readonly amountCaptured: number;
  readonly amountRefunded: number;
  readonly reserved: number;
  readonly eventSequence: number;
  readonly flags: readonly string[];
}

export interface OperationRow {
  readonly id: string;
  readonly paymentId: string;
  readonly kind: string;
  readonly status: string;
  readonly requestId: string | null;
  readonly amount: number;
}

export interface MoveRow {
  readonly of: string;
  readonly from: string | null;
  readonly to: string;
  readonly isLegal: boolean;
}

export interface EventRow {
  readonly id: string;
  readonly subjectId: string;
  readonly sequence: number;
  readonly position: number | null;
}

export interface KeyRow {
  readonly key: string;
  readonly statusCode: number | null;
  readonly body: string | null;
}

/** Everything that the invariants are judged by; nothing of it is the gateway's opinion. */
export interface Evidence {
  readonly ledger: readonly LedgerEntry[];
  readonly payments: readonly PaymentRow[];
  readonly operations: readonly OperationRow[];
  /** Cards that the bank keeps. */
  readonly cards: readonly { readonly id: string }[];
  readonly moves: readonly MoveRow[];
  readonly events: readonly EventRow[];
  readonly keys: readonly KeyRow[];
  /** Deliveries that are neither done nor waiting any more. */
  readonly deliveries: readonly { readonly eventId: string; readonly status: string }[];
  readonly callbacks: readonly { readonly paymentId: string; readonly deliveries: number; readonly settled: boolean }[];
  readonly session: { readonly version: number; readonly attempts: number; readonly renewed: number };
  /** What the merchant asked for, and what it expects. */
  readonly asked: readonly Asked[];
  readonly expected: readonly Expectation[];
  /** What came to the merchant's webhook: ids of events, each with the bodies it came with. */
  readonly received: ReadonlyMap<string, ReadonlySet<string>>;
}

const PAYMENTS = `
  SELECT id, kind, status, amount_authorized::float8 AS "amountAuthorized", amount_captured::float8 AS "amountCaptured",
         amount_refunded::float8 AS "amountRefunded", (amount_capturing + amount_refunding)::float8 AS reserved,
         event_sequence AS "eventSequence",
         ARRAY(SELECT jsonb_object_keys(flags)) AS flags FROM payment ORDER BY number`;
const OPERATIONS = `
  SELECT id, subject_id AS "paymentId", kind, status, merchant_request_id AS "requestId", amount::float8 AS amount
  FROM operation ORDER BY number`;
const CARDS = `SELECT id FROM saved_card`;
const MOVES = `
  SELECT coalesce(operation_id, subject_id) AS of, from_status AS "from", to_status AS "to",
         from_status IS NULL OR EXISTS (
           SELECT FROM state_transition t WHERE t.from_status = history.from_status AND t.to_status = history.to_status
             AND t.kind = CASE WHEN operation_id IS NULL THEN 'payment' ELSE 'operation' END) AS "isLegal"
  FROM history ORDER BY number`;
const EVENTS = `
  SELECT id, subject_id AS "subjectId", sequence, position::float8 AS position
  FROM outbox_event WHERE subject_type <> 'webhook_endpoint' ORDER BY number`;
const KEYS = `SELECT key, status_code AS "statusCode", response_body AS body FROM idempotency_key`;
const DELIVERIES = `SELECT event_id AS "eventId", status FROM webhook_delivery`;
const CALLBACKS = `
  SELECT subject_id AS "paymentId", deliveries, settled_at IS NOT NULL AS settled FROM callback_inbox`;
const SESSION = `
  SELECT version, renewal_epoch AS attempts,
         (SELECT count(*)::int FROM session_renewal r
          WHERE r.merchant_account_id = s.merchant_account_id AND outcome = 'renewed') AS renewed FROM bank_session s`;

/** Reads the books of all sides. */
export async function collect(
  { database, bank }: Pick<Stack, 'database' | 'bank'>,
  merchant: Pick<Evidence, 'asked' | 'expected' | 'received'>,
): Promise<Evidence> {
  const [session] = await database.query<Evidence['session'] & Record<string, unknown>>(SESSION);
  return {
    ledger: await bank.ledger(),
    payments: await database.query<PaymentRow & Record<string, unknown>>(PAYMENTS),
    operations: await database.query<OperationRow & Record<string, unknown>>(OPERATIONS),
    cards: await database.query<Evidence['cards'][number] & Record<string, unknown>>(CARDS),
    moves: await database.query<MoveRow & Record<string, unknown>>(MOVES),
    events: await database.query<EventRow & Record<string, unknown>>(EVENTS),
    keys: await database.query<KeyRow & Record<string, unknown>>(KEYS),
    deliveries: await database.query<Evidence['deliveries'][number] & Record<string, unknown>>(DELIVERIES),
    callbacks: await database.query<Evidence['callbacks'][number] & Record<string, unknown>>(CALLBACKS),
    session: session ?? { version: 0, attempts: 0, renewed: 0 },
    ...merchant,
  };
}
