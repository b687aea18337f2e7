import { newId } from '../../database/id.js';
import { type Transaction } from '../../database/transaction.js';
import { type BankOperationFacts } from '../domain/bank-facts.js';
import { evidenceOf } from '../domain/evidence.js';
import { type Currency, SETTLEMENT_CURRENCY } from '../domain/money.js';
import { type FollowUpKind, newOperation } from '../domain/operation.js';
import { move, type Moved, type Payment, withEvent } from '../domain/payment.js';
import { followUpOf, intentOf } from '../kinds/kinds.js';
import { adopt } from '../store/adoption.js';
import { operationOf } from '../store/operation.repository.js';
import { type Held } from '../store/payment-records.js';
import { paymentOf } from '../store/payment.repository.js';

/** Why there is something on record that nobody asked us for. */
const MADE_ELSEWHERE = 'made at the bank, not through us';

/** What the bank was read to have done, of which it shows all that counts: amount and ids. */
export interface Found {
  readonly facts: BankOperationFacts;
  /** The terminal it was found on. */
  readonly bankMerchantId: string;
}

/**
 * The engine's second door, for what acts on a payment: read, adopted, concluded. It is counted as the row of its kind
 * says, under the payment's lock; the caller writes the payment.
 * @returns undefined where the request is on record already, under another payment
 */
export async function adoptFollowUp(
  tx: Transaction,
  { payment, events }: Moved,
  kind: FollowUpKind,
  { facts, bankMerchantId }: Found,
): Promise<Moved | undefined> {
  const { accountId, id: paymentId } = payment;
  const currency: Currency = SETTLEMENT_CURRENCY; // whatever the payment was asked for in
  const { step, idPrefix, done } = followUpOf(kind);
  const { merchantRequestId = '', amount = 0, ecomOperationId, operationId } = facts;
  const operation = {
    ...newOperation({
      ...{ accountId, paymentId, kind, step, amount, currency, merchantRequestId, bankMerchantId },
      ...{ id: newId(idPrefix), parentId: null },
    }),
    status: 'succeeded' as const,
  };
  const bankOperationId = ecomOperationId ?? operationId ?? null;
  const isNew = await adopt(tx, { operation, bankOperationId, evidence: seen(facts), reason: MADE_ELSEWHERE });
  if (!isNew) return undefined;
  const counted = done(payment, operation, false);
  const told = withEvent(counted.payment, `${kind}.created`, { kind, id: operation.id });
  return { payment: told.payment, events: [...events, ...counted.events, ...told.events] };
}

/**
 * The second door, for money that came once more: a payment of its own, like the one that it was found under, and like it
 * ended by what its kind calls success. The bank's id of the operation makes it one, however often it is seen.
 * @returns its id; undefined where it is on record already
 */
export async function adoptPayment(
  tx: Transaction,
  { payment: row, operation: intent }: Held,
  { facts, bankMerchantId }: Found,
): Promise<string | undefined> {
  const { amount = 0, operationId = '' } = facts;
  const first = paymentOf(row);
  const born: Payment = { ...first, ...UNTOUCHED, id: newId('pay'), amount };
  const moved = move(born, intentOf(row.kind).success);
  const operation = {
    ...operationOf(intent),
    ...{ id: newId('op'), paymentId: born.id, parentId: null, merchantRequestId: null, bankMerchantId, amount },
    ...{ status: 'succeeded' as const, attempt: 1, failure: null },
  };
  const origin = { type: 'repeat' as const, paymentId: first.id, ref: operationId };
  const adopted = { operation, bankOperationId: operationId, evidence: seen(facts), reason: MADE_ELSEWHERE };
  return (await adopt(tx, { ...adopted, born: { moved, origin } })) ? born.id : undefined;
}

/** Of a payment that nothing has happened to. */
const UNTOUCHED = {
  status: 'created',
  amountAuthorized: 0,
  amountCaptured: 0,
  amountRefunded: 0,
  amountCapturing: 0,
  amountRefunding: 0,
  failure: null,
  flags: {},
  eventSequence: 0,
} as const;

const seen = (facts: BankOperationFacts) => evidenceOf('order_query', { kind: 'adopted', facts });
