import { type OperationStatus } from './operation.js';
import { PaymentError } from './payment-error.js';

/** Legal moves. `failed` and `expired` become `succeeded` only on the bank's own word, with an event of its own. */
export const TRANSITIONS = {
  created: ['requires_action', 'processing', 'authorized', 'succeeded', 'failed', 'expired', 'needs_review'],
  requires_action: ['processing', 'authorized', 'succeeded', 'failed', 'expired', 'needs_review'],
  processing: ['requires_action', 'authorized', 'succeeded', 'failed', 'needs_review'],
  authorized: ['succeeded', 'canceled', 'needs_review'],
  needs_review: ['authorized', 'succeeded', 'failed', 'canceled', 'expired'],
  failed: ['succeeded'],
  expired: ['succeeded'],
  succeeded: [],
  canceled: [],
} as const satisfies Record<string, readonly string[]>;

export type PaymentStatus = keyof typeof TRANSITIONS;
export const PAYMENT_STATUSES = Object.keys(TRANSITIONS) as PaymentStatus[];

export const canMove = (from: PaymentStatus, to: PaymentStatus): boolean =>
  (TRANSITIONS[from] as readonly PaymentStatus[]).includes(to);

/** Why money did not move, in our words; `message` is fit for a log and a merchant, not for a customer. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** A merchant's intent to take money. Amounts are integers of minor units. */
export interface Payment {
  readonly accountId: string;
  readonly id: string;
  readonly status: PaymentStatus;
  readonly amount: number;
  readonly currency: string;
  readonly amountAuthorized: number;
  readonly amountCaptured: number;
  readonly amountRefunded: number;
  readonly livemode: boolean;
  readonly failure: Failure | null;
  /** The bank's id of the operation that captured the money; refunds name it. */
  readonly bankOperationId: string | null;
  /** Events so far; the next one carries this number plus one. */
  readonly eventSequence: number;
}

export type PaymentEventType =
  | 'payment.requires_action'
  | 'payment.processing'
  | 'payment.authorized'
  | 'payment.succeeded'
  | 'payment.succeeded_late'
  | 'payment.failed'
  | 'payment.canceled'
  | 'payment.expired'
  | 'payment.needs_review'
  | 'refund.created'
  | 'refund.updated';

/** Thin on purpose: who wants to know more asks the API. */
export interface PaymentEvent {
  readonly accountId: string;
  readonly paymentId: string;
  readonly sequence: number;
  readonly type: PaymentEventType;
  readonly refundId?: string;
}

export interface Moved {
  readonly payment: Payment;
  readonly events: readonly PaymentEvent[];
}

/** What a move brings along besides the status. */
export interface MoveFacts {
  readonly failure?: Failure;
  readonly bankOperationId?: string;
}

/** Never touches I/O or the clock. @throws PaymentError `PAYMENT_ILLEGAL_MOVE` */
export function move(payment: Payment, to: PaymentStatus, facts: MoveFacts = {}): Moved {
  if (payment.status === to) return { payment, events: [] }; // banks repeat themselves
  if (!canMove(payment.status, to)) {
    throw new PaymentError('PAYMENT_ILLEGAL_MOVE', `${payment.status} -> ${to}`);
  }
  const moved: Payment = {
    ...payment,
    ...amountsAfter(payment, to),
    status: to,
    failure: facts.failure ?? null,
    bankOperationId: facts.bankOperationId ?? payment.bankOperationId,
  };
  return withEvent(moved, eventOf(payment.status, to));
}

/** Counts a refund that the bank reported as done. @throws PaymentError `REFUND_TOO_LARGE` when it cannot be true */
export function addRefunded(payment: Payment, amount: number): Payment {
  const amountRefunded = payment.amountRefunded + amount;
  if (amountRefunded > payment.amountCaptured) {
    throw new PaymentError('REFUND_TOO_LARGE', `${amountRefunded} of ${payment.amountCaptured} would be refunded`);
  }
  return { ...payment, amountRefunded };
}

/** Appends an event to the payment's own sequence. */
export function withEvent(payment: Payment, type: PaymentEventType, refundId?: string): Moved {
  const sequence = payment.eventSequence + 1;
  const event = { accountId: payment.accountId, paymentId: payment.id, sequence, type };
  return { payment: { ...payment, eventSequence: sequence }, events: [refundId ? { ...event, refundId } : event] };
}

/** Statuses of refunds that hold a part of the captured amount, finished or not. */
const RESERVING: readonly OperationStatus[] = ['sending', 'pending', 'action_required', 'unknown', 'needs_review'];

/** What may still be given back: captured, less refunded, less what unfinished refunds reserve. */
export function refundable(payment: Payment, refunds: readonly { status: OperationStatus; amount: number }[]): number {
  const reserved = refunds.filter((refund) => RESERVING.includes(refund.status));
  return payment.amountCaptured - payment.amountRefunded - reserved.reduce((sum, refund) => sum + refund.amount, 0);
}

/**
 * The amount a refund will have. @throws PaymentError `PAYMENT_NOT_REFUNDABLE` | `REFUND_TOO_LARGE`
 * @param asked minor units; everything that is left when undefined
 */
export function refundAmount(payment: Payment, left: number, asked: number | undefined): number {
  if (payment.status !== 'succeeded') {
    throw new PaymentError('PAYMENT_NOT_REFUNDABLE', `a payment that is ${payment.status} cannot be refunded`);
  }
  const amount = asked ?? left;
  if (amount > left || amount <= 0) {
    throw new PaymentError('REFUND_TOO_LARGE', `${amount} asked, ${left} left to refund`);
  }
  return amount;
}

function amountsAfter(payment: Payment, to: PaymentStatus): Partial<Payment> {
  if (to === 'authorized') return { amountAuthorized: payment.amount };
  if (to === 'succeeded') return { amountAuthorized: payment.amount, amountCaptured: payment.amount };
  return {};
}

function eventOf(from: PaymentStatus, to: PaymentStatus): PaymentEventType {
  const late = to === 'succeeded' && (from === 'failed' || from === 'expired');
  return late ? 'payment.succeeded_late' : `payment.${to as Exclude<PaymentStatus, 'created'>}`;
}
