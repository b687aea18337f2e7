import { type BankOperationFacts, type BankOrderFacts } from './bank-facts.js';
import { SETTLEMENT_CURRENCY } from './money.js';
import { type PaymentFlags } from './payment.js';
import { type OperationStatus, operationStatus } from './statuses.js';
import { checkSuccess, type Expected } from './success-rule.js';
import { FINAL_FAILURES } from './verdict.js';

/** A refund that we have on record, made by us or imported. */
export interface KnownRefund {
  readonly id: string;
  readonly merchantRequestId: string;
  readonly bankOperationId: string | null;
  readonly status: OperationStatus;
}

/** What an order shows beside the operation that paid it. */
export interface OrderExtras {
  /** Refunds made elsewhere, to be counted as if they were ours. */
  readonly imports: readonly BankOperationFacts[];
  readonly flags: PaymentFlags;
  /** Refunds of ours that the bank calls done although we gave them up: each is asked for by itself. */
  readonly toSettle: readonly string[];
  /** Something is under way that is not ours to follow. */
  readonly again: boolean;
}

/**
 * Second charges and refunds of a payment that the bank calls paid.
 * @param paidBy the bank's ids of the operations that paid it
 */
export function extrasOf(
  order: BankOrderFacts,
  paid: Expected & { readonly paidBy: readonly string[] },
  refunds: readonly KnownRefund[],
): OrderExtras {
  const given = order.operations
    .filter((operation) => operation.type === 'REFUND' && !isOfAnother(operation, paid.paidBy))
    .map((operation) => ({ operation, ours: refunds.find((refund) => isSame(refund, operation)) }));
  const done = given.filter(({ operation }) => operation.status === 'SUCCESS');
  const foreign = done.filter(({ ours }) => ours === undefined).map(({ operation }) => operation);
  const unclear = foreign
    .map((operation) => whyUnclear(operation, paid, refunds))
    .find((reason) => reason !== undefined);
  const second = secondCharges(order, paid.paidBy, refunds);
  return {
    imports: foreign.filter((operation) => whyUnclear(operation, paid, refunds) === undefined),
    flags: {
      ...(second === undefined ? {} : { second_charge: second }),
      ...(unclear === undefined ? {} : { refund_unclear: unclear }),
    },
    toSettle: done.flatMap(({ ours }) => (ours && operationStatus(ours.status).givenUp ? [ours.id] : [])),
    again: given.some(({ operation, ours }) => {
      return !ours && operation.status !== 'SUCCESS' && !FINAL_FAILURES.includes(operation.status);
    }),
  };
}

/** What the bank shows as charged or held beside what paid, and beside our captures. */
export function secondCharges(
  order: BankOrderFacts,
  paidBy: readonly string[],
  ours: readonly KnownRefund[],
): string | undefined {
  const charges = order.operations.filter(
    (operation) =>
      operation.type !== 'REFUND' &&
      operation.status === 'SUCCESS' &&
      !paidBy.includes(operation.operationId ?? '') &&
      !ours.some((known) => isSame(known, operation)),
  );
  const names = charges.map(({ type, operationId, amount }) => `${type} ${operationId ?? '?'} of ${amount ?? '?'}`);
  return names.length > 0 ? `the bank also reports ${names.join(', ')}` : undefined;
}

/** Further charges under an order that may be paid many times, each of them proven by itself: payments of their own. */
export const repeatsOf = (order: BankOrderFacts, expected: Expected, paidBy: readonly string[]): BankOperationFacts[] =>
  order.operations.filter(
    (operation) =>
      operation.type === expected.type &&
      operation.status === 'SUCCESS' &&
      !paidBy.includes(operation.operationId ?? '') &&
      checkSuccess(operation, { ...expected, amount: operation.amount ?? expected.amount }).kind === 'met',
  );

/** A refund of another charge under the same order does not touch what this payment captured. */
const isOfAnother = ({ originalOperationId }: BankOperationFacts, paidBy: readonly string[]): boolean =>
  originalOperationId !== undefined && !paidBy.includes(originalOperationId);

function isSame(refund: KnownRefund, { merchantRequestId, ecomOperationId }: BankOperationFacts): boolean {
  if (merchantRequestId !== undefined) return merchantRequestId === refund.merchantRequestId;
  return ecomOperationId !== undefined && ecomOperationId === refund.bankOperationId;
}

/** Why a refund that we did not make cannot be counted without a person. */
function whyUnclear(
  { merchantRequestId, merchantId, amount, currency }: BankOperationFacts,
  paid: Expected,
  refunds: readonly KnownRefund[],
): string | undefined {
  if (merchantRequestId === undefined) return 'the bank reports a refund that names no request';
  if (refunds.some(({ status }) => !operationStatus(status).ended))
    return 'the bank reports a refund made elsewhere while one of ours is open';
  if (merchantId !== undefined && merchantId !== paid.merchantId)
    return 'the bank reports a refund of another merchant';
  if (amount === undefined || amount <= 0 || (currency !== undefined && currency !== SETTLEMENT_CURRENCY))
    return 'the bank reports a refund whose amount cannot be read';
  return undefined;
}

/** Whether the bank shows that a hold was let go by somebody else: by its back office, or by its own clock. */
export const isReleased = (order: BankOrderFacts, heldBy: string, ours: readonly KnownRefund[]): boolean =>
  order.operations.some(
    (operation) =>
      operation.type === 'REFUND' &&
      operation.status === 'SUCCESS' &&
      !isOfAnother(operation, [heldBy]) &&
      !ours.some((known) => isSame(known, operation)),
  );

/** What the bank shows as taken of a hold although no capture of ours did: a person must look. */
export const foreignCapture = (order: BankOrderFacts, ours: readonly KnownRefund[]): string | undefined => {
  const taken = order.operations.find(
    (operation) =>
      operation.type === 'COMPLETION' &&
      operation.status === 'SUCCESS' &&
      !ours.some((known) => isSame(known, operation)),
  );
  return taken && `the bank reports a capture ${taken.operationId ?? '?'} of ${taken.amount ?? '?'} that is not ours`;
};
