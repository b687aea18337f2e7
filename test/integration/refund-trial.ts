import { type OperationReading, type FollowUpOutcome } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { type PaymentView, type RefundView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { aBankRefund } from './fake-payment-bank.js';
import { age, aKey, type MigratedDatabase, type Parts } from './gateway-parts.js';

export const TIMEOUT: FollowUpOutcome = { kind: 'unknown', reason: 'timeout' };
export const UNREADABLE: OperationReading = { kind: 'unknown', reason: 'timeout' };
export const NOT_FOUND: OperationReading = { kind: 'not_found' };
export const REFUSED = { kind: 'refused', code: 'b_refused', provenNoEffect: true } satisfies FollowUpOutcome;
export const DAY_SECONDS = 86_400;
export const HALF_AN_HOUR_SECONDS = 1_800;

interface Trial {
  readonly database: MigratedDatabase;
  readonly parts: Parts;
  /** A paid payment. */
  readonly payment: PaymentView;
}

/** What a test does to the refunds of a payment, and what it sees of them. */
export function refundTrial(now: () => Trial) {
  const bankAnswers = (outcome: Parts['bank']['onRefund']): void => {
    now().parts.bank.onRefund = outcome;
  };
  const bankKnows = (reading: Parts['bank']['onReadOperation']): void => {
    now().parts.bank.onReadOperation = reading;
  };
  const answered = (over: Partial<BankOperationFacts>): void => {
    bankAnswers(({ merchantRequestId, amount }) => ({
      kind: 'answered',
      facts: aBankRefund(merchantRequestId, { amount, ...over }),
    }));
  };
  const known = (over: Partial<BankOperationFacts>): void => {
    bankKnows((merchantRequestId) => ({ kind: 'found', facts: aBankRefund(merchantRequestId, over) }));
  };

  const refund = async (body: { amount?: number; reason?: string } = {}, key = aKey()) => {
    const scope = { accountId: now().parts.accountId, paymentId: now().payment.id, key };
    const { statusCode, body: text, replayed } = await now().parts.refunds.create(scope, body);
    return { statusCode, replayed, view: JSON.parse(text) as RefundView };
  };
  const settle = async (id: string) => (await now().parts.engine.resolve(now().parts.accountId, id))!;
  const refundOf = async (id: string) => (await now().parts.records.operations.findOne(now().parts.accountId, id))!;
  const paymentNow = () => now().parts.payments.get(now().parts.accountId, now().payment.id);
  const sentAgo = (id: string, seconds: number) => age(now().database, { id, column: 'sent_at', seconds });
  /** Lets time pass for a refund: for its last byte, and for what the bank did not find. */
  const later = async (id: string, seconds: number): Promise<void> => {
    for (const column of ['sent_at', 'not_found_at']) await age(now().database, { id, column, seconds });
  };
  /** The bank says "not found" often enough, for long enough. @returns the refund after the last time */
  const proveAbsent = async (id: string) => {
    await settle(id);
    await settle(id);
    await later(id, HALF_AN_HOUR_SECONDS);
    return settle(id);
  };

  return { bankAnswers, bankKnows, answered, known, refund, settle, refundOf, paymentNow, sentAgo, later, proveAbsent };
}
