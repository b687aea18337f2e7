/** What one status of a payment means to whoever asks; every list of statuses is derived from these rows. */
interface PaymentStatusRow {
  /** Legal moves. What has ended without money moves only on the bank's own word, with an event of its own. */
  readonly to: readonly string[];
  /** Nothing is open any more; the bank is looked at again all the same, more and more rarely. */
  readonly ended: boolean;
  /** The customer can still pay on the bank's page. */
  readonly payable: boolean;
  /** The merchant can give it up: nobody is paying yet, as far as we know. */
  readonly closable: boolean;
  /** The money is there, or is held. */
  readonly paid: boolean;
  /** How the operation that is to bring the money stands when the payment does; null: as it stands. */
  readonly intent: OperationStatus | null;
}

/** What one status of an operation means; `sending` and `unknown` differ only in whether a process has it in hand. */
interface OperationStatusRow {
  readonly to: readonly string[];
  /** Nothing is expected any more, and nothing is reserved; only a success that comes late moves what was given up. */
  readonly ended: boolean;
  /** Ended without money, as far as we know. */
  readonly givenUp: boolean;
  /** Nobody knows whether the bank has it. */
  readonly inDoubt: boolean;
  /** A hint makes it due. What is being sent is in its own process's hands. */
  readonly hinted: boolean;
  /** What the API calls it. */
  readonly shownAs: RefundStatus;
}

export const REFUND_STATUSES = ['pending', 'succeeded', 'failed', 'unknown', 'needs_review'] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];

const going = { ended: false, givenUp: false, inDoubt: false, hinted: false, shownAs: 'pending' } as const;
const givenUp = {
  to: ['succeeded'],
  ended: true,
  givenUp: true,
  inDoubt: false,
  hinted: false,
  shownAs: 'failed',
} as const;

/** Back to `sending` goes what never left, and once what is proven absent. */
export const OPERATION_STATUS = {
  sending: {
    ...going,
    to: ['rejected', 'pending', 'action_required', 'succeeded', 'failed', 'unknown', 'abandoned', 'needs_review'],
    inDoubt: true,
  },
  unknown: {
    ...going,
    to: ['sending', 'rejected', 'pending', 'action_required', 'succeeded', 'failed', 'abandoned', 'needs_review'],
    inDoubt: true,
    hinted: true,
    shownAs: 'unknown',
  },
  pending: { ...going, to: ['action_required', 'succeeded', 'failed', 'unknown', 'needs_review'], hinted: true },
  action_required: { ...going, to: ['sending', 'pending', 'succeeded', 'failed', 'abandoned', 'needs_review'] },
  needs_review: {
    ...going,
    to: ['sending', 'pending', 'succeeded', 'failed', 'rejected', 'abandoned'],
    hinted: true,
    shownAs: 'needs_review',
  },
  failed: givenUp,
  rejected: givenUp,
  abandoned: givenUp,
  succeeded: { to: [], ended: true, givenUp: false, inDoubt: false, hinted: false, shownAs: 'succeeded' },
} as const satisfies Record<string, OperationStatusRow>;

export type OperationStatus = keyof typeof OPERATION_STATUS;
const OPERATION_ROWS: Readonly<Record<OperationStatus, OperationStatusRow>> = OPERATION_STATUS;

const open = { ended: false, payable: false, closable: false, paid: false, intent: null } as const;
const ended = { ended: true, payable: false, closable: false } as const;
const unpaid = { ...ended, to: ['authorized', 'succeeded'], paid: false } as const;

export const PAYMENT_STATUS = {
  created: {
    ...open,
    to: [
      'requires_confirmation',
      'requires_action',
      'processing',
      'authorized',
      'succeeded',
      'failed',
      'canceled',
      'expired',
      'needs_review',
    ],
    closable: true,
  },
  // The bank has taken the first of two steps; nothing can be charged before the merchant asks for the second.
  requires_confirmation: {
    ...open,
    to: ['requires_action', 'processing', 'authorized', 'succeeded', 'failed', 'canceled', 'expired', 'needs_review'],
    closable: true,
    intent: 'action_required',
  },
  requires_action: {
    ...open,
    to: ['processing', 'authorized', 'succeeded', 'failed', 'canceled', 'expired', 'needs_review'],
    payable: true,
    closable: true,
    intent: 'action_required',
  },
  processing: {
    ...open,
    to: ['requires_confirmation', 'requires_action', 'authorized', 'succeeded', 'failed', 'needs_review'],
    payable: true,
    intent: 'pending',
  },
  authorized: {
    ...ended,
    to: ['succeeded', 'canceled', 'needs_review'],
    paid: true,
    intent: 'succeeded',
  },
  needs_review: { ...open, to: ['authorized', 'succeeded', 'failed', 'canceled', 'expired'], intent: 'needs_review' },
  failed: { ...unpaid, intent: 'failed' },
  expired: { ...unpaid, intent: 'failed' },
  canceled: { ...unpaid, intent: null },
  succeeded: { ...ended, to: [], paid: true, intent: 'succeeded' },
} as const satisfies Record<string, PaymentStatusRow>;

export type PaymentStatus = keyof typeof PAYMENT_STATUS;
const PAYMENT_ROWS: Readonly<Record<PaymentStatus, PaymentStatusRow>> = PAYMENT_STATUS;

export const PAYMENT_STATUSES = Object.keys(PAYMENT_STATUS) as PaymentStatus[];
export const OPERATION_STATUSES = Object.keys(OPERATION_STATUS) as OperationStatus[];

export const paymentStatus = (status: PaymentStatus): PaymentStatusRow => PAYMENT_ROWS[status];
export const operationStatus = (status: OperationStatus): OperationStatusRow => OPERATION_ROWS[status];

/** Legal moves, for the database's own table of them. */
export const TRANSITIONS = movesOf(PAYMENT_STATUS);
export const OPERATION_TRANSITIONS = movesOf(OPERATION_STATUS);

/** For SQL, which cannot read the rows. */
export const ENDED_PAYMENTS = PAYMENT_STATUSES.filter((status) => paymentStatus(status).ended);
export const PAID_PAYMENTS = PAYMENT_STATUSES.filter((status) => paymentStatus(status).paid);
export const OPEN_PAYMENTS = PAYMENT_STATUSES.filter((status) => !paymentStatus(status).ended);
export const HINTED_OPERATIONS = OPERATION_STATUSES.filter((status) => operationStatus(status).hinted);

export const canMove = (from: PaymentStatus, to: PaymentStatus): boolean => paymentStatus(from).to.includes(to);
export const canMoveOperation = (from: OperationStatus, to: OperationStatus): boolean =>
  from === to || operationStatus(from).to.includes(to);

function movesOf<S extends string>(rows: Readonly<Record<S, { readonly to: readonly string[] }>>) {
  return Object.fromEntries(
    Object.entries<{ to: readonly string[] }>(rows).map(([from, { to }]) => [from, to]),
  ) as Readonly<Record<S, readonly string[]>>;
}
