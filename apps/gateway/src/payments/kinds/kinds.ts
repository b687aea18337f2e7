import {
  type FollowUpKind,
  type FollowUpStep,
  INTENT_KINDS,
  type IntentKind,
  type Operation,
  type OperationKind,
  type Resource,
  RESOURCE_OF,
} from '../domain/operation.js';
import { captureAmount, captured, released, voidAmount } from '../domain/hold.js';
import { addLateRefund, addRefunded, type Moved, type Payment, refundable, refundAmount } from '../domain/payment.js';
import { type PaymentStatus } from '../domain/statuses.js';

/** What makes a payment. */
export interface IntentRow {
  /** The bank's type of an operation that brings the money. */
  readonly bankType: string;
  /** Where the payment is when the bank has proven it. */
  readonly success: Extract<PaymentStatus, 'succeeded' | 'authorized'>;
  /** The bank keeps the card of every one, not only of those that ask for it. */
  readonly keepsCard?: true;
}

/** What acts on an operation of a payment. */
export interface FollowUpRow {
  readonly step: FollowUpStep;
  /** What its ids begin with. */
  readonly idPrefix: 'op' | 'ref';
  readonly bankType: string;
  /** Kinds whose operation it names. */
  readonly of: readonly OperationKind[];
  /** Sum of the payment that is raised before it is sent, and lowered when it ends. */
  readonly reserves: 'amountCapturing' | 'amountRefunding';
  /** What it will have. @throws PaymentError where it cannot be done @param asked minor units */
  readonly amount: (payment: Payment, asked: number | undefined) => number;
  /** Whether there is still room for what it holds already, when it is to be sent again. */
  readonly fits: (payment: Payment) => boolean;
  /** The payment once the bank has proven it. @param isLate it had been given up before */
  readonly done: (payment: Payment, operation: Operation, isLate: boolean) => Moved;
}

export const INTENTS = {
  purchase: { bankType: 'PURCHASE', success: 'succeeded' },
  authorization: { bankType: 'PREAUTH', success: 'authorized' },
  verification: { bankType: 'VERIFICATION', success: 'succeeded', keepsCard: true },
  payout: { bankType: 'ACCOUNT_2_CARD', success: 'succeeded' },
} as const satisfies Record<IntentKind, IntentRow>;

export const FOLLOW_UPS = {
  capture: {
    step: 'complete',
    idPrefix: 'op',
    bankType: 'COMPLETION',
    of: ['authorization'],
    reserves: 'amountCapturing',
    amount: captureAmount,
    fits: ({ status }) => status === 'authorized',
    done: captured,
  },
  void: {
    step: 'give_back',
    idPrefix: 'op',
    bankType: 'REFUND',
    of: ['authorization'],
    reserves: 'amountCapturing',
    amount: voidAmount,
    fits: ({ status }) => status === 'authorized',
    done: released,
  },
  refund: {
    step: 'give_back',
    idPrefix: 'ref',
    bankType: 'REFUND',
    of: ['capture', 'purchase'],
    reserves: 'amountRefunding',
    amount: refundAmount,
    fits: (payment) => refundable(payment) >= 0,
    done: (payment, operation, isLate) => ({
      payment: isLate ? addLateRefund(payment, operation) : addRefunded(payment, operation.amount),
      events: [],
    }),
  },
} as const satisfies Record<FollowUpKind, FollowUpRow>;

/** Whether the API shows it as a payment, with all that can be done to one. */
export const isPayment = (kind: IntentKind): boolean => RESOURCE_OF[kind] === 'payment';

/** Kinds that the API shows as one resource. */
export const kindsOf = (resource: Resource): IntentKind[] =>
  INTENT_KINDS.filter((kind) => RESOURCE_OF[kind] === resource);

export const intentOf = (kind: IntentKind): IntentRow => INTENTS[kind];
export const followUpOf = (kind: FollowUpKind): FollowUpRow => FOLLOW_UPS[kind];

export const isFollowUp = (kind: OperationKind): kind is FollowUpKind => Object.hasOwn(FOLLOW_UPS, kind);
