import { type Failure } from './failures.js';
import { type Currency } from './money.js';
import { PaymentError } from './payment-error.js';
import { type FollowUpKind, type IntentKind, type Resource, RESOURCE_OF } from './operation.js';
import { canMove, type PaymentStatus, paymentStatus } from './statuses.js';

/**
 * What a person must look at although the status stays: another successful charge under the payment, a refund that may or
 * may not be ours, more refunded than captured, a refund that was given up and came all the same, a bank that takes back what it said, money that came late and unclear.
 */
export const PAYMENT_FLAGS = [
  'second_charge',
  'refund_unclear',
  'refund_excess',
  'late_refund',
  'contradicted',
  'late_money',
] as const;
export type PaymentFlag = (typeof PAYMENT_FLAGS)[number];
/** Why each of them stands. */
export type PaymentFlags = Readonly<Partial<Record<PaymentFlag, string>>>;

/** With one of these nobody knows what is left to refund. */
const STOPS_REFUNDS: readonly PaymentFlag[] = ['refund_unclear', 'refund_excess', 'contradicted'];

/** A merchant's intent to take money. Amounts are integers of minor units: `amount` of `currency`, the sums of hryvnias. */
export interface Payment {
  readonly accountId: string;
  readonly id: string;
  readonly kind: IntentKind;
  readonly status: PaymentStatus;
  readonly amount: number;
  readonly currency: Currency;
  readonly amountAuthorized: number;
  readonly amountCaptured: number;
  readonly amountRefunded: number;
  /** Held by captures and refunds that have not ended. */
  readonly amountCapturing: number;
  readonly amountRefunding: number;
  readonly livemode: boolean;
  /** A charge by the bank's own schedule, whose operation it has not shown. */
  readonly isUnproven?: boolean;
  readonly failure: Failure | null;
  readonly flags: PaymentFlags;
  /** Flags that an operator has settled, with what the bank said then: the same words raise them no more. */
  readonly flagsSettled: PaymentFlags;
  /** Events so far; the next one carries this number plus one. */
  readonly eventSequence: number;
}

type EventOf = Exclude<PaymentStatus, 'created'> | 'authorized_late' | 'succeeded_late' | 'flagged' | 'flag_settled';

/** Nobody is waited for, and nothing is held. */
type PayoutEvent =
  'processing' | 'succeeded' | 'succeeded_late' | 'failed' | 'needs_review' | 'flagged' | 'flag_settled';

export type PaymentEventType =
  | `payment.${EventOf}`
  | `verification.${Exclude<EventOf, 'authorized' | 'authorized_late'>}`
  | `payout.${PayoutEvent}`
  | `${FollowUpKind}.${'created' | 'updated' | 'succeeded_late'}`;

/** Thin on purpose: who wants to know more asks the API. */
export interface PaymentEvent {
  readonly accountId: string;
  /** What the API shows the payment as. */
  readonly subject: Resource;
  readonly paymentId: string;
  readonly sequence: number;
  readonly type: PaymentEventType;
  /** The refund, capture or release that it is about. */
  readonly about?: { readonly kind: FollowUpKind; readonly id: string };
}

export interface Moved {
  readonly payment: Payment;
  readonly events: readonly PaymentEvent[];
}

/** What a move brings along besides the status. */
export interface MoveFacts {
  readonly failure?: Failure;
  /** What a capture took of a hold; without it, all that was paid was taken. */
  readonly captured?: number;
  /** Kopiyky that were paid or held, where they are not the payment's own amount: of another currency, or not as asked. */
  readonly paid?: number | undefined;
}

/** Never touches I/O or the clock. @throws PaymentError `PAYMENT_ILLEGAL_MOVE` */
export function move(payment: Payment, to: PaymentStatus, facts: MoveFacts = {}): Moved {
  if (payment.status === to) return { payment, events: [] }; // banks repeat themselves
  if (!canMove(payment.status, to)) {
    throw new PaymentError('PAYMENT_ILLEGAL_MOVE', `${payment.status} -> ${to}`);
  }
  const moved: Payment = {
    ...payment,
    ...amountsAfter(payment, to, facts),
    status: to,
    failure: facts.failure ?? null,
  };
  return withEvent(moved, eventOf(payment, to));
}

/** Counts a refund that the bank reported as done, also when it breaks our sums: then it is flagged as well. */
export function addRefunded(payment: Payment, amount: number): Payment {
  const amountRefunded = payment.amountRefunded + amount;
  const excess = `${amountRefunded} of ${payment.amountCaptured} is refunded`;
  const flags = amountRefunded > payment.amountCaptured ? { ...payment.flags, refund_excess: excess } : payment.flags;
  return { ...payment, amountRefunded, flags };
}

/** As {@link addRefunded}, for a refund that was given up before the bank reported it as done. */
export function addLateRefund(
  payment: Payment,
  { id, amount }: { readonly id: string; readonly amount: number },
): Payment {
  const counted = addRefunded(payment, amount);
  return { ...counted, flags: { ...counted.flags, late_refund: `${id} of ${amount} was given up and is done` } };
}

/** One event when a payment has a flag that it did not have before; what an operator has settled stays away. */
export function announceFlags(payment: Payment, before: PaymentFlags): Moved {
  const isOpen = ([flag, why]: [string, string]): boolean => payment.flagsSettled[flag as PaymentFlag] !== why;
  const flags: PaymentFlags = Object.fromEntries(Object.entries(payment.flags).filter(isOpen));
  const isNew = Object.keys(flags).some((flag) => !(flag in before));
  return isNew
    ? withEvent({ ...payment, flags }, `${resourceOf(payment)}.flagged`)
    : { payment: { ...payment, flags }, events: [] };
}

/** A person has looked at what the flag says. @throws PaymentError `PAYMENT_NOT_FLAGGED` */
export function settleFlag(payment: Payment, flag: PaymentFlag): Moved {
  const { [flag]: why, ...flags } = payment.flags;
  if (why === undefined) throw new PaymentError('PAYMENT_NOT_FLAGGED', `the payment has no flag ${flag}`);
  const flagsSettled = { ...payment.flagsSettled, [flag]: why };
  return withEvent({ ...payment, flags, flagsSettled }, `${resourceOf(payment)}.flag_settled`);
}

/** Appends an event to the payment's own sequence. */
export function withEvent(payment: Payment, type: PaymentEventType, about?: PaymentEvent['about']): Moved {
  const sequence = payment.eventSequence + 1;
  const { accountId, id: paymentId } = payment;
  const event = { accountId, subject: resourceOf(payment), paymentId, sequence, type };
  return { payment: { ...payment, eventSequence: sequence }, events: [about ? { ...event, about } : event] };
}

/** What may still be given back: captured, less refunded, less what unfinished refunds reserve. */
export const refundable = ({ amountCaptured, amountRefunded, amountRefunding }: Payment): number =>
  amountCaptured - amountRefunded - amountRefunding;

/** The flag for which no refund is sent. */
export const stopsRefunds = ({ flags }: Payment): PaymentFlag | undefined =>
  STOPS_REFUNDS.find((flag) => flag in flags);

/**
 * The amount a refund will have. @throws PaymentError `PAYMENT_NOT_REFUNDABLE` | `REFUND_TOO_LARGE`
 * @param asked minor units; everything that is left when undefined
 */
export function refundAmount(payment: Payment, asked: number | undefined): number {
  if (payment.isUnproven === true)
    throw new PaymentError('PAYMENT_NOT_PROVEN', 'the bank has not shown the operation of this charge yet');
  if (payment.status !== 'succeeded') {
    throw new PaymentError('PAYMENT_NOT_REFUNDABLE', `a payment that is ${payment.status} cannot be refunded`);
  }
  const unclear = stopsRefunds(payment);
  if (unclear) throw new PaymentError('PAYMENT_NOT_REFUNDABLE', `a person must look first: ${unclear}`);
  const left = refundable(payment);
  const amount = asked ?? left;
  if (amount > left || amount <= 0) {
    throw new PaymentError('REFUND_TOO_LARGE', `${amount} asked, ${left} left to refund`);
  }
  return amount;
}

function amountsAfter({ amount }: Payment, to: PaymentStatus, { captured, paid }: MoveFacts): Partial<Payment> {
  if (to === 'needs_review') return paid === undefined ? {} : { amountAuthorized: paid, amountCaptured: paid };
  if (to === 'authorized') return { amountAuthorized: paid ?? amount };
  if (to === 'succeeded' && captured !== undefined) return { amountCaptured: captured };
  if (to === 'succeeded') return { amountAuthorized: paid ?? amount, amountCaptured: paid ?? amount };
  return {};
}

function eventOf({ kind, status }: Payment, to: PaymentStatus): PaymentEventType {
  const { ended, paid } = paymentStatus(status);
  const isLate = ended && !paid && (to === 'authorized' || to === 'succeeded');
  return `${resourceOf({ kind })}.${to}${isLate ? '_late' : ''}` as PaymentEventType;
}

const resourceOf = ({ kind }: Pick<Payment, 'kind'>): Resource => RESOURCE_OF[kind];
