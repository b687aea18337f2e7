import { type Failure } from './failures.js';
import { PaymentError } from './payment-error.js';
import { canMoveOperation, type OperationStatus } from './statuses.js';

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
