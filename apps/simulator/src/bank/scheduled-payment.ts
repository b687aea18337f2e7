import { type CardTrace } from './operation.js';

export type ScheduledStatus =
  | 'WAITING'
  | 'SKIPPED_PAUSED'
  | 'PROCESSING'
  | 'SENT'
  | 'SUCCESS'
  | 'RETRY'
  | 'READY_FOR_RETRY'
  | 'FAIL_WITHOUT_RETRY'
  | 'INVALIDATED';

export interface ScheduledPayment {
  readonly id: string;
  readonly orderId: string;
  readonly planId: string;
  readonly versionId: number;
  readonly paymentNumber: number;
  readonly status: ScheduledStatus;
  readonly coinAmount: number;
  readonly currency: string;
  /** Epoch milliseconds of bank time. */
  readonly executionAt: number;
  readonly retryNumber?: number;
  readonly retryExecutionAt?: number;
}

/** A subscription whose first payment has succeeded. */
export interface Agreement {
  readonly orderId: string;
  readonly planId: string;
  readonly startedAt: number;
  readonly card: CardTrace;
  readonly externalCardToken: string;
  readonly paymentMethodType: string;
}

export interface ScheduleSnapshot {
  readonly agreements: readonly Agreement[];
  readonly payments: readonly ScheduledPayment[];
}
