import { type LedgerKind } from './ledger.js';

/** Section f.1. */
interface OperationTypeRow {
  readonly transactionType: number;
  /** Of a refund of such an operation; absent = it cannot be refunded. */
  readonly refundType?: number;
  readonly productType: 'PURCHASE' | 'A2C' | 'A2A' | 'C2A';
  /** What a success means for money. */
  readonly effect: LedgerKind;
}

export const OPERATION_TYPES = {
  PURCHASE: { transactionType: 35, refundType: 76, productType: 'PURCHASE', effect: 'money.charged' },
  PREAUTH: { transactionType: 195, refundType: 213, productType: 'PURCHASE', effect: 'money.held' },
  COMPLETION: { transactionType: 196, refundType: 214, productType: 'PURCHASE', effect: 'money.captured' },
  REFUND: { transactionType: 76, productType: 'PURCHASE', effect: 'money.refunded' },
} as const satisfies Record<string, OperationTypeRow>;

export type OperationType = keyof typeof OPERATION_TYPES;

export const refundTypeOf = (type: OperationType): number | undefined => {
  const row: OperationTypeRow = OPERATION_TYPES[type];
  return row.refundType;
};

/** What a payer does on the hosted page, by hppPayType of the order (section e.2). */
const ATTEMPTS: Readonly<Record<string, OperationType>> = { PURCHASE: 'PURCHASE', PREAUTH: 'PREAUTH' };

/** @returns undefined when this bank has no page for it */
export const attemptTypeOf = (hppPayType: string): OperationType | undefined => ATTEMPTS[hppPayType];

/** An attempt carries the merchantRequestId of its order; what follows it has one of its own. */
export const isAttempt = ({ type }: { readonly type: OperationType }): boolean =>
  type !== 'REFUND' && type !== 'COMPLETION';
