import { formatOperationDate, formatProcessingDate, formatTransactionDate } from '../protocol/bank-dates.js';
import { type Merchant } from './merchants.js';
import { type Operation } from './operation.js';
import { type Order } from './order.js';

type Wire = Record<string, unknown>;

const TRANSACTION_TYPES = { PURCHASE: 35, REFUND: 76 } as const;
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

const common = (operation: Operation, merchantName: string): Wire => ({
  type: operation.type,
  rrn: operation.rrn,
  coinAmount: operation.coinAmount,
  merchantId: operation.merchantId,
  operationId: operation.operationId,
  ecomOperationId: operation.ecomOperationId,
  merchantName,
  approvalCode: operation.approvalCode,
  status: operation.status,
  transactionType: TRANSACTION_TYPES[operation.type],
  transactionCurrency: '980',
  merchantCommission: 0,
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
const purchase = (operation: Operation, order: Order): Wire => ({
  creatorSystem: 'HPP',
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

const refund = (operation: Operation): Wire => ({
  creatorSystem: 'H2H',
  merchantRequestId: operation.merchantRequestId === '' ? undefined : operation.merchantRequestId, // back office
  productType: 'PURCHASE',
  merchantComment: operation.merchantComment,
  errorDetails: operation.errorDetails,
  notificationUrl: operation.notificationUrl,
  rrnOriginal: operation.original?.rrn,
  originalOperationId: operation.original?.operationId,
  originalCoinAmount: operation.original?.coinAmount,
  originalEcomOperationId: operation.original?.ecomOperationId,
});

/** The operation object of callbacks, order data and queries (section f.7). */
export const operationView = (operation: Operation, order: Order, merchant: Merchant): Wire =>
  present({
    ...common(operation, merchant.name),
    ...(operation.type === 'PURCHASE' ? purchase(operation, order) : refund(operation)),
  });

/** The synchronous answer of a refund: PENDING, and yet a localized "operation successful" (trap 55). */
export const refundAnswer = (operation: Operation, order: Order, merchant: Merchant): Wire => ({
  ...operationView(operation, order, merchant),
  transactionResponseInfo: { description: 'Операція успішна' },
});
