import {
  formatOperationDate,
  formatOrderDate,
  formatProcessingDate,
  formatTransactionDate,
} from '../protocol/bank-dates.js';
import { type Merchant } from './merchants.js';
import { type Operation } from './operation.js';
import { isAttempt, OPERATION_TYPES, refundTypeOf } from './operation-types.js';
import { type Order } from './order.js';

type Wire = Record<string, unknown>;

const BANK = 'BANK_ALLIANCE';

/** Absent members are left out, as in everything recorded since 2025 (trap 42). */
const present = (members: Wire): Wire =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

const dates = ({ createdAt, modifiedAt, processedAt }: Operation): Wire => ({
  transactionCreateDateTime: formatTransactionDate(createdAt),
  transactionModificationDateTime: formatTransactionDate(modifiedAt),
  creationDateTime: formatOperationDate(createdAt),
  modificationDateTime: formatOperationDate(modifiedAt),
  processingDateTime: processedAt === undefined ? undefined : formatProcessingDate(processedAt),
});

const threeDsMembers = ({ threeDs }: Operation): Wire => ({
  desiredThreeDSMode: 'SHOULD',
  threeDSMode: threeDs ? 'MUST' : 'MUST_NOT',
  threeDSServerTransId: threeDs?.threeDSServerTransId,
  acsTransId: threeDs?.acsTransId,
  dsTransId: threeDs?.dsTransId,
  statusThreeDs: threeDs?.status,
  eci: threeDs?.status === 'Y' ? '05' : undefined,
});

const transactionTypeOf = ({ type, original }: Operation): number | undefined =>
  type === 'REFUND' ? refundTypeOf(original?.type ?? 'PURCHASE') : OPERATION_TYPES[type].transactionType;

const common = (operation: Operation, merchantName: string): Wire => ({
  type: operation.type,
  rrn: operation.rrn,
  coinAmount: operation.coinAmount,
  merchantId: operation.merchantId,
  operationId: operation.operationId,
  ecomOperationId: operation.ecomOperationId,
  merchantName,
  approvalCode: operation.approvalCode,
  status: operation.hold?.shownStatus ?? operation.status,
  transactionType: transactionTypeOf(operation),
  transactionCurrency: '980',
  merchantCommission: operation.type === 'COMPLETION' ? undefined : 0,
  ...dates(operation),
  transactionResponseInfo: operation.result ?? {},
  bankCode: BANK,
  paymentSystem: operation.card.paymentSystem,
  paymentServiceType: 'CARD',
  notificationEncryption: operation.notificationEncryption,
  notificationSignature: false,
  hppOrderId: operation.hppOrderId,
  processingTerminalId: 'AE010002',
  processingMerchantId: 'AE100003',
  cardNumberMask: operation.card.mask,
});

/** In order data, callbacks and the query by operationId a hosted purchase carries no merchantRequestId. */
const attempt = (operation: Operation, order: Order): Wire => ({
  creatorSystem: 'HPP',
  preAuthExpDate: operation.hold && formatOrderDate(operation.hold.toldExpiry),
  purpose: order.purpose,
  merchantComment: order.merchantComment,
  sourceAmount: operation.sourceAmount,
  sourceCurrencyCode: operation.sourceCurrencyCode,
  conversionRate: operation.conversionRate,
  ...threeDsMembers(operation),
  ...order.customerData,
  senderBankCode: BANK,
  senderPaymentSystem: operation.card.paymentSystem,
  senderCardNumberMask: operation.card.mask,
});

const followUp = (operation: Operation): Wire => ({
  creatorSystem: 'H2H',
  merchantRequestId: operation.merchantRequestId === '' ? undefined : operation.merchantRequestId, // back office
  productType: 'PURCHASE',
  purpose: operation.purpose,
  comment: operation.comment,
  merchantComment: operation.merchantComment,
  errorDetails: operation.errorDetails,
  notificationUrl: operation.notificationUrl,
});

/** The request says originalOperationId, the answer preauthOperationId (trap 65). */
const completion = (operation: Operation): Wire => ({
  ...followUp(operation),
  rrnPreauth: operation.original?.rrn,
  preauthOperationId: operation.original?.operationId,
  preauthCoinAmount: operation.original?.coinAmount,
  preauthEcomOperationId: operation.original?.ecomOperationId,
});

const refund = (operation: Operation): Wire => ({
  ...followUp(operation),
  rrnOriginal: operation.original?.rrn,
  originalOperationId: operation.original?.operationId,
  originalCoinAmount: operation.original?.coinAmount,
  originalEcomOperationId: operation.original?.ecomOperationId,
});

const ownMembers = (operation: Operation, order: Order): Wire => {
  if (isAttempt(operation)) return attempt(operation, order);
  return operation.type === 'COMPLETION' ? completion(operation) : refund(operation);
};

/** The operation object of callbacks, order data and queries (section f.7). */
export const operationView = (operation: Operation, order: Order, merchant: Merchant): Wire =>
  present({
    ...common(operation, merchant.name),
    ...ownMembers(operation, order),
  });

const OPERATION_SUCCESSFUL = 'Операція успішна';

/** The answer of a call that moves money: a localized "operation successful", also while PENDING, and no approvalCode (trap 55). */
export const synchronousAnswer = (operation: Operation, order: Order, merchant: Merchant): Wire => {
  const view = present({ ...operationView(operation, order, merchant), approvalCode: undefined });
  if (operation.status === 'FAIL') return view;
  return { ...view, transactionResponseInfo: { ...operation.result, description: OPERATION_SUCCESSFUL } };
};
