import { randomUUID } from 'node:crypto';
import { type JsonObject } from '../protocol/body-codec.js';
import { type CreateCompletion, type CreateRefund } from '../protocol/refund.fields.js';
import { type KeyRing } from './bank-keys.js';
import { kopiykyResult, maskPan, paymentSystemOf, type ResultCodes, type TestCard, APPROVED } from './cards.js';
import { toKopiyky } from './currency.js';
import { newApprovalCode, newBankId, newRrn } from './ids.js';
import { type Means, type PaymentService } from './means.js';
import { type Merchant } from './merchants.js';
import { attemptTypeOf, isFollowUp, type OperationType } from './operation-types.js';
import { type HoldTerm, type Order } from './order.js';

export type OperationStatus = 'PENDING' | 'REQUIRED_3DS' | 'SUCCESS' | 'FAIL' | 'DESIRED_THREEDS_MODE_ERROR';

/** What is kept of a card. */
export interface CardTrace {
  readonly mask: string;
  readonly paymentSystem: string;
  /** Which test card it was; absent in snapshots from before host-to-host payments. */
  readonly name?: TestCard['name'];
}

export const traceOfCard = ({ pan, name }: TestCard): CardTrace => ({
  mask: maskPan(pan),
  paymentSystem: paymentSystemOf(pan),
  name,
});

export interface ThreeDs {
  readonly threeDSServerTransId: string;
  readonly acsTransId: string;
  readonly dsTransId: string;
  /** Y, N; absent while the challenge is open. */
  readonly status?: 'Y' | 'N';
  /** Where the payer is sent; absent until step 2 asked for it, and on the hosted page. */
  readonly redirectUrl?: string;
}

export interface OriginalOperation {
  readonly type: OperationType;
  readonly operationId: string;
  readonly ecomOperationId: string;
  readonly coinAmount: number;
  readonly rrn: string;
}

/** Of a charge under a subscription (section g.1). */
export interface RecurringTrace {
  readonly scheduledPaymentId: string;
  readonly paymentMethodType: string;
  readonly categorySubcategoryIndicator: string;
  readonly recurringTransactionType: 'O' | 'M' | 'C';
  readonly isInitial: boolean;
}

export interface Operation {
  readonly ecomOperationId: string;
  /** Absent on a refund that was refused for its date (section e.3). */
  readonly operationId?: string;
  readonly type: OperationType;
  readonly status: OperationStatus;
  readonly merchantId: string;
  /** Of the order for what a payer does on the hosted page, else its own. */
  readonly merchantRequestId: string;
  /** Absent when it is host to host. */
  readonly hppOrderId?: string;
  /** Kopiyky. */
  readonly coinAmount: number;
  /** What the bank takes of it, in kopiyky; absent until it has succeeded, and where it takes none. */
  readonly commission?: number;
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
  /** Absent when an account pays. */
  readonly card?: CardTrace;
  /** Absent = CARD. */
  readonly service?: PaymentService;
  readonly threeDs?: ThreeDs;
  /** The second call that a host-to-host payment waits for. */
  readonly awaits?: 'card_data' | 'browser' | undefined;
  readonly desiredThreeDSMode?: string;
  /** What is refunded, or the hold that is captured. */
  readonly original?: OriginalOperation;
  /** Of a PREAUTH. */
  readonly hold?: HoldTerm;
  readonly recurring?: RecurringTrace;
  /** Another try follows, so that nobody is told of a failure. */
  readonly quietIfFailed?: boolean;
  /** Where the browser goes after 3DS. */
  readonly resultRedirectUrl?: string;
  readonly notificationUrl?: string;
  readonly notificationEncryption: boolean;
  /** Callbacks are signed under a key of that ring; absent = not signed. */
  readonly signedBy?: KeyRing;
  /** A token is made, or was used. */
  readonly wantsToken?: boolean;
  readonly externalCardToken?: string;
  /** Members of the request that every answer shows again. */
  readonly echo?: JsonObject;
  /** Of an A2A order that was paid before. */
  readonly repeatedPayment?: boolean;
  readonly errorDetails?: string;
}

/** With the merchantRequestId of its order, instead of one of its own. */
export const isOfOrder = (operation: Operation): boolean =>
  operation.hppOrderId !== undefined && !isFollowUp(operation) && operation.recurring === undefined;

export const newThreeDs = (): ThreeDs => ({
  threeDSServerTransId: randomUUID(),
  acsTransId: randomUUID(),
  dsTransId: randomUUID(),
});

/** A payment attempt on the hosted page, before its result. Of the card only the mask is kept. */
export const openAttempt = (order: Order, { card, service, asksByItself }: Means, now: number): Operation => ({
  ecomOperationId: randomUUID(),
  operationId: newBankId(now),
  type: attemptTypeOf(order.hppPayType) ?? 'PURCHASE',
  status: asksByItself ? 'REQUIRED_3DS' : 'PENDING',
  merchantId: order.merchantId,
  merchantRequestId: order.merchantRequestId,
  hppOrderId: order.hppOrderId,
  ...toKopiyky(order.coinAmount, order.currencyCode),
  createdAt: now,
  modifiedAt: now,
  card: traceOfCard(card),
  service,
  ...(asksByItself && { threeDs: newThreeDs() }),
  ...(order.hold && { hold: { ...order.hold, lapsed: false } }),
  ...(order.hppPayType === 'VERIFICATION' && { wantsToken: true }),
  ...(order.hppTryMode === 'MULTI_PAYMENT' && !order.subscription && { repeatedPayment: order.operations.length > 0 }),
  notificationEncryption: order.notificationEncryption,
});

/** The first payment of a subscription on the hosted page. */
export const openInitial = (
  order: Order,
  means: Means,
  {
    now,
    coinAmount,
    recurring,
  }: { readonly now: number; readonly coinAmount: number; readonly recurring: RecurringTrace },
): Operation => ({
  ...openAttempt(order, means, now),
  type: 'PURCHASE',
  merchantRequestId: randomUUID(),
  coinAmount,
  recurring,
  wantsToken: true,
  signedBy: 'recurring',
});

/** An account pays an order: no card, no rrn, and the amount may be another one (section e.6). */
export const openTransfer = (order: Order, coinAmount: number, now: number): Operation => ({
  ecomOperationId: randomUUID(),
  operationId: newBankId(now),
  type: 'ACCOUNT_2_ACCOUNT',
  status: 'PENDING',
  merchantId: order.merchantId,
  merchantRequestId: order.merchantRequestId,
  hppOrderId: order.hppOrderId,
  coinAmount,
  createdAt: now,
  modifiedAt: now,
  service: 'ACCOUNT',
  repeatedPayment: order.operations.length > 0,
  notificationEncryption: order.notificationEncryption,
});

export interface PaidOperation extends Operation {
  readonly operationId: string;
}

const ECHOED = ['merchantComment', 'comment', 'purpose'] as const;

const optional = (request: Partial<CreateCompletion>, signedBy: KeyRing | undefined) => ({
  ...(request.notificationUrl !== undefined && { notificationUrl: request.notificationUrl }),
  echo: Object.fromEntries(ECHOED.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]]))),
  notificationEncryption: request.notificationEncryption ?? false,
  ...(signedBy && { signedBy }),
});

/** Names an operation as the one that another follows. */
const originalOf = ({ type, operationId, ecomOperationId, coinAmount, rrn }: PaidOperation): OriginalOperation => ({
  type,
  operationId,
  ecomOperationId,
  coinAmount,
  rrn: rrn ?? '-1',
});

interface FollowUp {
  readonly merchantRequestId: string;
  readonly coinAmount: number;
}

const followUpMembers = (original: PaidOperation, { merchantRequestId, coinAmount }: FollowUp, now: number) => ({
  ecomOperationId: randomUUID(),
  merchantId: original.merchantId,
  merchantRequestId,
  ...(original.hppOrderId !== undefined && { hppOrderId: original.hppOrderId }),
  coinAmount,
  createdAt: now,
  modifiedAt: now,
  ...(original.card && { card: original.card }),
  ...(original.service && { service: original.service }),
  original: originalOf(original),
});

/** Its own id, and the rrn of the original (trap 80). */
export const openRefund = (
  original: PaidOperation,
  refund: CreateRefund,
  { now, signedBy }: { readonly now: number; readonly signedBy?: KeyRing | undefined },
): Operation => ({
  ...followUpMembers(original, refund, now),
  ...optional(refund, signedBy),
  type: 'REFUND',
  operationId: newBankId(now),
  status: 'PENDING',
  rrn: original.rrn ?? '-1',
});

/** Captures a hold; the rrn is that of the hold (trap 80). */
export const openCompletion = (
  hold: PaidOperation,
  completion: CreateCompletion,
  { now, signedBy }: { readonly now: number; readonly signedBy?: KeyRing | undefined },
): Operation => ({
  ...followUpMembers(hold, completion, now),
  ...optional(completion, signedBy),
  type: 'COMPLETION',
  operationId: newBankId(now),
  status: 'PENDING',
  rrn: hold.rrn ?? '-1',
});

/** A refund refused for its date stays visible in the order as a failed operation without operationId (trap 64). */
export const refusedRefund = (
  original: PaidOperation,
  refund: CreateRefund,
  refusal: { readonly now: number; readonly errorDetails: string },
): Operation => ({
  ...followUpMembers(original, refund, refusal.now),
  ...optional(refund, undefined),
  type: 'REFUND',
  status: 'FAIL',
  errorDetails: refusal.errorDetails,
});

/** The result an operation must end with: on test terminals its own kopiyky win over the card (section k). */
export const scriptedResult = (
  terminal: Merchant['terminal'],
  operation: Pick<Operation, 'type' | 'coinAmount'>,
  byCard: ResultCodes = APPROVED,
): ResultCodes => (terminal === 'test' ? kopiykyResult(operation.type, operation.coinAmount) : undefined) ?? byCard;

const traces = (operation: Operation, terminal: Merchant['terminal'], paid: boolean, now: number) => {
  if (operation.type === 'ACCOUNT_2_ACCOUNT') return {};
  const rrn = operation.rrn ?? (terminal === 'test' ? '-1' : newRrn(now));
  return terminal === 'live' && paid ? { rrn, approvalCode: newApprovalCode() } : { rrn };
};

const isApproval = ({ actionCode, responseCode }: ResultCodes): boolean => actionCode === '0' && responseCode === '00';

/** SUCCESS only with 0/00. A refund keeps the rrn of its original (trap 80). */
export function finishOperation(
  operation: Operation,
  result: ResultCodes,
  terminal: Merchant['terminal'],
  now: number,
): Operation {
  const paid = isApproval(result);
  return {
    ...operation,
    awaits: undefined,
    status: paid ? 'SUCCESS' : 'FAIL',
    result,
    modifiedAt: now,
    processedAt: now,
    ...traces(operation, terminal, paid, now),
  };
}

export const withThreeDsStatus = (operation: Operation, status: 'Y' | 'N'): Operation =>
  operation.threeDs ? { ...operation, threeDs: { ...operation.threeDs, status } } : operation;
