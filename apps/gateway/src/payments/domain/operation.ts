import { PaymentError } from './payment-error.js';

/** Legal moves of one movement at the bank. Back to `sending` goes what never left, and once what is proven absent. */
export const OPERATION_TRANSITIONS = {
  sending: ['rejected', 'pending', 'action_required', 'succeeded', 'failed', 'unknown', 'abandoned', 'needs_review'],
  unknown: ['sending', 'rejected', 'pending', 'action_required', 'succeeded', 'failed', 'abandoned', 'needs_review'],
  pending: ['action_required', 'succeeded', 'failed', 'unknown', 'needs_review'],
  action_required: ['pending', 'succeeded', 'failed', 'needs_review'],
  needs_review: ['sending', 'pending', 'succeeded', 'failed', 'rejected', 'abandoned'],
  failed: ['succeeded'],
  rejected: ['succeeded'],
  abandoned: ['succeeded'],
  succeeded: [],
} as const satisfies Record<string, readonly string[]>;

export type OperationStatus = keyof typeof OPERATION_TRANSITIONS;
export const OPERATION_STATUSES = Object.keys(OPERATION_TRANSITIONS) as OperationStatus[];

export type OperationType = 'purchase' | 'refund';

/** One movement at the bank under a payment. `merchantRequestId` is our handle to it after a disconnect. */
export interface Operation {
  readonly accountId: string;
  readonly id: string;
  readonly paymentId: string;
  readonly type: OperationType;
  readonly status: OperationStatus;
  readonly amount: number;
  readonly currency: string;
  readonly merchantRequestId: string;
  /** The bank's merchant id that it was begun under; the account's own may change later. */
  readonly bankMerchantId: string;
  /** 1 for the first request to the bank, 2 for the one permitted resend. */
  readonly attempt: number;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

/** An operation that is about to be sent for the first time. */
export const newOperation = (facts: Omit<Operation, 'status' | 'attempt' | 'failure'>): Operation => ({
  ...facts,
  status: 'sending',
  attempt: 1,
  failure: null,
});

export const canMoveOperation = (from: OperationStatus, to: OperationStatus): boolean =>
  from === to || (OPERATION_TRANSITIONS[from] as readonly OperationStatus[]).includes(to);

/** @throws PaymentError `PAYMENT_ILLEGAL_MOVE` */
export function moveOperation<T extends Operation>(operation: T, to: OperationStatus, over: Partial<T> = {}): T {
  if (!canMoveOperation(operation.status, to)) {
    throw new PaymentError('PAYMENT_ILLEGAL_MOVE', `operation ${operation.status} -> ${to}`);
  }
  return { ...operation, ...over, status: to };
}
