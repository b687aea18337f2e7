import { type Failure } from './failures.js';
import { type Currency } from './money.js';
import { PaymentError } from './payment-error.js';
import { canMoveOperation, type OperationStatus } from './statuses.js';

/** Movements at the bank: those that a payment is made for, and those that act on what it brought. */
export const INTENT_KINDS = ['purchase', 'authorization', 'verification', 'payout'] as const;
/** What the API shows each of them as, with addresses and events of its own. */
export const RESOURCE_OF = {
  purchase: 'payment',
  authorization: 'payment',
  verification: 'verification',
  payout: 'payout',
} as const satisfies Record<(typeof INTENT_KINDS)[number], string>;
export type Resource = (typeof RESOURCE_OF)[keyof typeof RESOURCE_OF];
export const FOLLOW_UP_KINDS = ['capture', 'void', 'refund'] as const;
export type IntentKind = (typeof INTENT_KINDS)[number];
export type FollowUpKind = (typeof FOLLOW_UP_KINDS)[number];
export type OperationKind = IntentKind | FollowUpKind;

/** Who caused a move: the merchant, the bank's word, the clock, or an operator. */
export type Cause = 'merchant' | 'bank' | 'clock' | 'operator';

/** Calls with effect, one or more for each kind. */
export const ORDER_STEPS = ['order_purchase', 'order_hold', 'order_verification', 'order_a2a'] as const;
/**
 * With the card in the merchant's page: the first call names it, the second takes the money. A payout sends it in one. A
 * saved card pays in the first; the second is for 3-D Secure alone.
 */
export const CHARGE_STEPS = [
  ...(['card_create', 'card_execute', 'hold_create', 'hold_execute', 'pay_out'] as const),
  ...(['saved_purchase', 'saved_authenticate', 'saved_hold', 'saved_hold_authenticate'] as const),
] as const;
export const FOLLOW_UP_STEPS = ['complete', 'give_back'] as const;
export type OrderStep = (typeof ORDER_STEPS)[number];
export type ChargeStep = (typeof CHARGE_STEPS)[number];
export type FollowUpStep = (typeof FOLLOW_UP_STEPS)[number];
export type StepName = OrderStep | ChargeStep | FollowUpStep;

/** One movement at the bank under a payment. `merchantRequestId` is our handle to it after a disconnect. */
export interface Operation {
  readonly accountId: string;
  readonly id: string;
  readonly paymentId: string;
  readonly kind: OperationKind;
  readonly step: StepName;
  /** The operation whose id at the bank it names. */
  readonly parentId: string | null;
  readonly status: OperationStatus;
  readonly amount: number;
  readonly currency: Currency;
  readonly merchantRequestId: string;
  /** The bank's merchant id that it was begun under; the account's own may change later. */
  readonly bankMerchantId: string;
  /** 1 for the first request to the bank, 2 for the one permitted resend. */
  readonly attempt: number;
  readonly failure: Failure | null;
}

/** An operation that is about to be sent for the first time. */
export const newOperation = (facts: Omit<Operation, 'status' | 'attempt' | 'failure'>): Operation => ({
  ...facts,
  status: 'sending',
  attempt: 1,
  failure: null,
});

/** @throws PaymentError `PAYMENT_ILLEGAL_MOVE` */
export function moveOperation<T extends Operation>(operation: T, to: OperationStatus, over: Partial<T> = {}): T {
  if (!canMoveOperation(operation.status, to)) {
    throw new PaymentError('PAYMENT_ILLEGAL_MOVE', `operation ${operation.status} -> ${to}`);
  }
  return { ...operation, ...over, status: to };
}
