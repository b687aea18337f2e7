import { newId } from '../../database/id.js';
import { sql } from '../../database/sql.js';
import { type Transaction } from '../../database/transaction.js';
import { type BankOperationFacts } from '../domain/bank-facts.js';
import { declineOf } from '../domain/decline.js';
import { evidenceOf } from '../domain/evidence.js';
import { type Failure, failureOf } from '../domain/failures.js';
import { SETTLEMENT_CURRENCY } from '../domain/money.js';
import { moveOperation, newOperation } from '../domain/operation.js';
import { move, type Payment } from '../domain/payment.js';
import { receiptOf } from '../domain/receipt.js';
import { canMove, paymentStatus } from '../domain/statuses.js';
import { checkSuccess } from '../domain/success-rule.js';
import { wayOf } from '../kinds/methods.js';
import { type Conclusion, type Held, insertEvents, type PaymentRecords } from '../store/payment-records.js';
import { currentOf, operationOf } from '../store/operation.repository.js';
import { paymentOf } from '../store/payment.repository.js';
import { stepOf } from '../kinds/steps.js';

/** Whose charges they are, and what each of their payments shows. */
export interface ChargeOwner {
  readonly accountId: string;
  readonly subscriptionId: string;
  readonly bankOrderId: string;
  readonly bankMerchantId: string;
  readonly livemode: boolean;
  readonly reference: string | null;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly customerDigest: Buffer;
}

/** One charge that the bank made, or is making, by its schedule. */
export interface ScheduledCharge {
  /** The bank's id of the payment of its schedule: it makes one payment, however often it is seen. */
  readonly scheduledId: string;
  /** Kopiyky. */
  readonly amount: number;
  /** What the schedule says. */
  readonly says: 'processing' | 'charged' | 'failed';
  /** The bank's status there. */
  readonly word: string;
  /** Movements that the bank shows of it, under its order. */
  readonly movements: readonly BankOperationFacts[];
}

export interface RecordedCharge {
  readonly paymentId: string;
  /** The movement that took the money was shown and meets the success rule. */
  readonly proven: boolean;
}

/** Paid with the card that the bank keeps, without the customer. */
const PAID_BY = { method: 'card', kind: 'purchase' } as const;
const ORIGIN = 'subscription';
/** Hryvnias and minutes of what has no page. */
const NO_PAGE_MINUTES = 0;

/**
 * The second door, for charges that the bank makes by its own schedule: a payment at first sight, unique by the bank's id of it,
 * and moved by what the bank shows. Only a movement that meets the success rule makes it `succeeded`: what the schedule alone
 * says proves nothing and stays `processing`. Whoever calls holds the subscription's row.
 */
export async function recordCharge(
  tx: Transaction,
  records: PaymentRecords,
  { owner, charge }: { readonly owner: ChargeOwner; readonly charge: ScheduledCharge },
): Promise<RecordedCharge> {
  const verdict = verdictOf(owner, charge);
  const proven = verdict.to === 'succeeded';
  const known = await find(tx, owner, charge);
  const paymentId = known ?? (await born(tx, owner, charge)) ?? (await find(tx, owner, charge));
  if (paymentId === undefined) throw new Error(`the payment of ${charge.scheduledId} was not written`);
  const row = await records.payments.lock(tx, owner.accountId, paymentId);
  const operation = currentOf(await records.operations.intents(owner.accountId, paymentId, tx));
  if (!row || !operation) throw new Error(`payment ${paymentId} has no operation`);
  if (row.status === verdict.to || !canMove(row.status, verdict.to))
    return { paymentId, proven: proven || row.status === 'succeeded' };
  await records.conclude(tx, conclusionOf({ payment: row, operation }, verdict, charge));
  return { paymentId, proven };
}

function conclusionOf(
  { payment, operation }: Held,
  { to, facts, failure }: ChargeVerdict,
  { word }: ScheduledCharge,
): Conclusion {
  const status = paymentStatus(to).intent ?? 'pending';
  const seen = facts ? { facts } : { reason: `schedule: ${word}` };
  return {
    operation: { ...moveOperation(operationOf(operation), status), failure: failure ?? null },
    notes: {
      ...{ known: true, nextQueryInSeconds: null, bankOperationId: facts?.operationId },
      evidence: evidenceOf('order_query', { kind: to, ...seen }),
    },
    moved: move(paymentOf(payment), to, failure ? { failure } : {}),
    extras: { receipt: facts && receiptOf(facts), nextSyncInSeconds: null },
  };
}

interface ChargeVerdict {
  readonly to: 'processing' | 'succeeded' | 'failed' | 'needs_review';
  readonly facts?: BankOperationFacts;
  readonly failure?: Failure;
}

/** A success that is shown counts whatever the schedule says; a failure counts only once the bank tries no more. */
function verdictOf(owner: ChargeOwner, { movements, amount, says }: ScheduledCharge): ChargeVerdict {
  const paid = movements.find(({ status }) => status === 'SUCCESS');
  if (paid) {
    const check = checkSuccess(paid, {
      ...{ type: 'PURCHASE', merchantId: owner.bankMerchantId, amount, currency: SETTLEMENT_CURRENCY },
      ...{ livemode: owner.livemode, merchantRequestId: paid.merchantRequestId ?? '', hppOrderId: owner.bankOrderId },
    });
    if (check.kind === 'met') return { to: 'succeeded', facts: paid };
    if (check.kind === 'incomplete') return { to: 'processing' };
    return {
      to: 'needs_review',
      facts: paid,
      failure: failureOf('needs_review', `It does not add up: ${check.by.join(', ')}.`),
    };
  }
  if (says !== 'failed') return { to: 'processing' };
  const failed = movements.at(-1);
  return failed
    ? { to: 'failed', facts: failed, failure: declineOf(failed) }
    : { to: 'failed', failure: failureOf('card_declined') };
}

async function find(
  tx: Transaction,
  owner: ChargeOwner,
  { scheduledId }: ScheduledCharge,
): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }[]>(
    `SELECT id FROM payment WHERE merchant_account_id = $1 AND origin_id = $2 AND origin_ref = $3`,
    [owner.accountId, owner.subscriptionId, scheduledId],
  );
  return row?.id;
}

/** @returns undefined where somebody else was faster */
async function born(tx: Transaction, owner: ChargeOwner, charge: ScheduledCharge): Promise<string | undefined> {
  const { accountId, subscriptionId, bankMerchantId } = owner;
  const { amount, scheduledId } = charge;
  const currency = SETTLEMENT_CURRENCY;
  const id = newId('pay');
  const fresh: Payment = {
    ...{ accountId, id, kind: PAID_BY.kind, status: 'created', amount, currency, livemode: owner.livemode },
    ...{ amountAuthorized: 0, amountCaptured: 0, amountRefunded: 0, amountCapturing: 0, amountRefunding: 0 },
    ...{ failure: null, flags: {}, flagsSettled: {}, eventSequence: 0 },
  };
  const { payment, events } = move(fresh, 'processing');
  const step = wayOf(PAID_BY).step;
  const operation = newOperation({
    ...{ accountId, id: newId('op'), paymentId: id, kind: PAID_BY.kind, step, amount, currency, bankMerchantId },
    ...{ parentId: null, merchantRequestId: '' },
  });
  const rows = await tx.query<unknown[]>(
    ...sql`
      WITH p AS (
        INSERT INTO payment (merchant_account_id, id, kind, method, status, cause, amount, currency, livemode, origin, origin_id,
                             origin_ref, subscription_id, reference, description, metadata, page, expires_in_minutes,
                             event_sequence, customer_digest)
        VALUES (${accountId}, ${id}, ${PAID_BY.kind}, ${PAID_BY.method}, ${payment.status}, 'bank', ${amount}::bigint, ${currency},
                ${owner.livemode}::boolean, ${ORIGIN}, ${subscriptionId}, ${scheduledId}, ${subscriptionId}, ${owner.reference},
                ${owner.description}, ${JSON.stringify(owner.metadata)}::jsonb, '{"offSession": true}'::jsonb,
                ${NO_PAGE_MINUTES}::int, ${payment.eventSequence}::int, ${owner.customerDigest}::bytea)
        ON CONFLICT (merchant_account_id, origin_id, origin_ref) WHERE origin_ref IS NOT NULL DO NOTHING RETURNING *),
      o AS (
        INSERT INTO operation (merchant_account_id, id, subject_id, kind, step, protocol, bank_merchant_id, status, cause, amount,
                               currency, reason, sends, known_at, sent_at, deadline_at)
        SELECT merchant_account_id, ${operation.id}, id, kind, ${step}, ${stepOf(step).protocol}, ${bankMerchantId}, 'pending',
               'bank', amount, currency, 'made by the schedule of the bank', 0, now(), now(), now() FROM p),
      e AS (${insertEvents(events)})
      SELECT 1 FROM p`.render(),
  );
  return rows.length > 0 ? id : undefined;
}
