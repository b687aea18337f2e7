import { type LedgerKind } from './ledger.js';

/** Section f.1. */
interface OperationTypeRow {
  readonly transactionType: number;
  /** Of a refund of such an operation; absent = it cannot be refunded. */
  readonly refundType?: number;
  /** A merchant can refund it where that switch is on (U17). */
  readonly refundSwitch?: 'refundOfTransfer';
  readonly productType: 'PURCHASE' | 'A2C' | 'A2A' | 'C2A';
  /** What a success means for money. */
  readonly effect: LedgerKind;
  /** The card of the operation is that of the payer, or of who receives the money. */
  readonly cardOf?: 'recipient';
}

export const OPERATION_TYPES = {
  PURCHASE: { transactionType: 35, refundType: 76, productType: 'PURCHASE', effect: 'money.charged' },
  ACCOUNT_2_CARD: { transactionType: 46, productType: 'A2C', effect: 'money.paid_out', cardOf: 'recipient' },
  ACCOUNT_2_ACCOUNT: {
    ...{ transactionType: 54, productType: 'A2A', effect: 'money.charged' },
    ...{ refundType: 76, refundSwitch: 'refundOfTransfer' },
  },
  CARD_2_ACCOUNT: { transactionType: 62, productType: 'C2A', effect: 'money.charged' },
  PREAUTH: { transactionType: 195, refundType: 213, productType: 'PURCHASE', effect: 'money.held' },
  COMPLETION: { transactionType: 196, refundType: 214, productType: 'PURCHASE', effect: 'money.captured' },
  VERIFICATION: { transactionType: 215, productType: 'PURCHASE', effect: 'card.verified' },
  REFUND: { transactionType: 76, productType: 'PURCHASE', effect: 'money.refunded' },
} as const satisfies Record<string, OperationTypeRow>;

export type OperationType = keyof typeof OPERATION_TYPES;

export const rowOf = (type: OperationType): OperationTypeRow => OPERATION_TYPES[type];

export const isOperationType = (value: unknown): value is OperationType =>
  typeof value === 'string' && Object.hasOwn(OPERATION_TYPES, value);

/** What a payer does on the hosted page, by hppPayType of the order (section e.2). */
const ATTEMPTS: Readonly<Record<string, OperationType>> = {
  PURCHASE: 'PURCHASE',
  PREAUTH: 'PREAUTH',
  VERIFICATION: 'VERIFICATION',
  A2A: 'ACCOUNT_2_ACCOUNT',
  SUBSCRIPTION: 'PURCHASE',
};

/** @returns undefined when this bank has no page for it */
export const attemptTypeOf = (hppPayType: string): OperationType | undefined => ATTEMPTS[hppPayType];

/** A refund or completion; everything else begins with a payer or a card. */
export const isFollowUp = ({ type }: { readonly type: OperationType }): boolean =>
  type === 'REFUND' || type === 'COMPLETION';
