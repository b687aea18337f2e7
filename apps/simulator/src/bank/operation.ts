import { randomUUID } from 'node:crypto';
import { type CreateCompletion, type CreateRefund } from '../protocol/refund.fields.js';
import { kopeckResult, maskPan, paymentSystemOf, type ResultCodes, type TestCard, APPROVED } from './cards.js';
import { toKopecks } from './currency.js';
import { newApprovalCode, newBankId, newRrn } from './ids.js';
import { type Merchant } from './merchants.js';
import { attemptTypeOf, type OperationType } from './operation-types.js';
import { type HoldTerm, type Order } from './order.js';

export type OperationStatus = 'PENDING' | 'REQUIRED_3DS' | 'SUCCESS' | 'FAIL';

export interface CardTrace {
  readonly mask: string;
  readonly paymentSystem: string;
}

export interface ThreeDs {
  readonly threeDSServerTransId: string;
  readonly acsTransId: string;
  readonly dsTransId: string;
  /** Y, N; absent while the challenge is open. */
  readonly status?: 'Y' | 'N';
}

export interface OriginalOperation {
  readonly type: OperationType;
  readonly operationId: string;
  readonly ecomOperationId: string;
  readonly coinAmount: number;
  readonly rrn: string;
}

export interface Operation {
  readonly ecomOperationId: string;
  /** Absent on a refund that was refused for its date (section e.3). */
  readonly operationId?: string;
  readonly type: OperationType;
  readonly status: OperationStatus;
  readonly merchantId: string;
  /** Of the order for a payment attempt, its own for a refund or completion. */
  readonly merchantRequestId: string;
  readonly hppOrderId: string;
  /** Kopecks. */
  readonly coinAmount: number;
  readonly sourceAmount?: number;
  readonly sourceCurrencyCode?: string;
  readonly conversionRate?: string;
  /** Epoch milliseconds of bank time. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly processedAt?: number;
  readonly result?: ResultCodes;
  readonly rrn?: string;
  readonly approvalCode?: string;
  readonly card: CardTrace;
  readonly threeDs?: ThreeDs;
  /** What is refunded, or the hold that is captured. */
  readonly original?: OriginalOperation;
  /** Of a PREAUTH. */
  readonly hold?: HoldTerm;
  readonly notificationUrl?: string;
  readonly notificationEncryption: boolean;
  readonly merchantComment?: string;
  readonly comment?: string;
  readonly purpose?: string;
  readonly errorDetails?: string;
}

const newThreeDs = (): ThreeDs => ({
  threeDSServerTransId: randomUUID(),
  acsTransId: randomUUID(),
  dsTransId: randomUUID(),
});

/** A payment attempt on the hosted page, before its result. Of the card only the mask is kept. */
export const openAttempt = (order: Order, card: TestCard, now: number): Operation => ({
  ecomOperationId: randomUUID(),
  operationId: newBankId(now),
  type: attemptTypeOf(order.hppPayType) ?? 'PURCHASE',
  status: card.threeDs ? 'REQUIRED_3DS' : 'PENDING',
  merchantId: order.merchantId,
  merchantRequestId: order.merchantRequestId,
  hppOrderId: order.hppOrderId,
  ...toKopecks(order.coinAmount, order.currencyCode),
  createdAt: now,
  modifiedAt: now,
  card: { mask: maskPan(card.pan), paymentSystem: paymentSystemOf(card.pan) },
  ...(card.threeDs && { threeDs: newThreeDs() }),
  ...(order.hold && { hold: { ...order.hold, lapsed: false } }),
  notificationEncryption: order.notificationEncryption,
});

export interface PaidOperation extends Operation {
  readonly operationId: string;
}

const optional = ({ notificationUrl, merchantComment, comment, purpose }: Partial<CreateCompletion>) => ({
  ...(notificationUrl !== undefined && { notificationUrl }),
  ...(merchantComment !== undefined && { merchantComment }),
  ...(comment !== undefined && { comment }),
  ...(purpose !== undefined && { purpose }),
});

/** Names an operation as the one that another follows. */
const originalOf = ({
  type,
  operationId,
  ecomOperationId,
  coinAmount,
  rrn = '-1',
}: PaidOperation): OriginalOperation => ({
  type,
  operationId,
  ecomOperationId,
  coinAmount,
  rrn,
});

type RefundMembers = Omit<Operation, 'operationId' | 'rrn' | 'status'>;

const refundMembers = (purchase: PaidOperation, refund: CreateRefund, now: number): RefundMembers => ({
  ecomOperationId: randomUUID(),
  type: 'REFUND',
  merchantId: purchase.merchantId,
  merchantRequestId: refund.merchantRequestId,
  hppOrderId: purchase.hppOrderId,
  coinAmount: refund.coinAmount,
  createdAt: now,
  modifiedAt: now,
  card: purchase.card,
  original: originalOf(purchase),
  ...optional(refund),
  notificationEncryption: refund.notificationEncryption ?? false,
});

/** Its own id, and the rrn of the original (trap 80). */
export const openRefund = (purchase: PaidOperation, refund: CreateRefund, now: number): Operation => ({
  ...refundMembers(purchase, refund, now),
  operationId: newBankId(now),
  status: 'PENDING',
  rrn: purchase.rrn ?? '-1',
});

/** Captures a hold; the rrn is that of the hold (trap 80). */
export const openCompletion = (hold: PaidOperation, completion: CreateCompletion, now: number): Operation => ({
  ecomOperationId: randomUUID(),
  operationId: newBankId(now),
  type: 'COMPLETION',
  status: 'PENDING',
  merchantId: hold.merchantId,
  merchantRequestId: completion.merchantRequestId,
  hppOrderId: hold.hppOrderId,
  coinAmount: completion.coinAmount,
  createdAt: now,
  modifiedAt: now,
  rrn: hold.rrn ?? '-1',
  card: hold.card,
  original: originalOf(hold),
  ...optional(completion),
  notificationEncryption: completion.notificationEncryption ?? false,
});

/** A refund refused for its date stays visible in the order as a failed operation without operationId (trap 64). */
export const refusedRefund = (
  purchase: PaidOperation,
  refund: CreateRefund,
  refusal: { readonly now: number; readonly errorDetails: string },
): Operation => ({
  ...refundMembers(purchase, refund, refusal.now),
  status: 'FAIL',
  errorDetails: refusal.errorDetails,
});

/** The result an operation must end with: on test terminals its own kopecks win over the card (section k). */
export const scriptedResult = (
  terminal: Merchant['terminal'],
  operation: Pick<Operation, 'type' | 'coinAmount'>,
  byCard: ResultCodes = APPROVED,
): ResultCodes => (terminal === 'test' ? kopeckResult(operation.type, operation.coinAmount) : undefined) ?? byCard;

const traces = (operation: Operation, terminal: Merchant['terminal'], paid: boolean, now: number) => {
  const rrn = operation.rrn ?? (terminal === 'test' ? '-1' : newRrn(now));
  return terminal === 'live' && paid ? { rrn, approvalCode: newApprovalCode() } : { rrn };
};

/** SUCCESS only with 0/00. A refund keeps the rrn of its original (trap 80). */
export function finishOperation(
  operation: Operation,
  result: ResultCodes,
  terminal: Merchant['terminal'],
  now: number,
): Operation {
  const paid = result === APPROVED || (result.actionCode === '0' && result.responseCode === '00');
  return {
    ...operation,
    status: paid ? 'SUCCESS' : 'FAIL',
    result,
    modifiedAt: now,
    processedAt: now,
    ...traces(operation, terminal, paid, now),
  };
}

export const withThreeDsStatus = (operation: Operation, status: 'Y' | 'N'): Operation =>
  operation.threeDs ? { ...operation, threeDs: { ...operation.threeDs, status } } : operation;
