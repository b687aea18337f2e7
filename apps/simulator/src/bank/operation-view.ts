import {
  formatOperationDate,
  formatOrderDate,
  formatProcessingDate,
  formatTransactionDate,
} from '../protocol/bank-dates.js';
import { type Merchant } from './merchants.js';
import { isOfOrder, type Operation } from './operation.js';
import { rowOf } from './operation-types.js';
import { type Order, type OrderStatus } from './order.js';

type Wire = Record<string, unknown>;

export interface ViewContext {
  readonly merchant: Merchant;
  readonly publicUrl: string;
  readonly now: number;
  /** Of an order that ran out unpaid. */
  readonly onceRanOut: OrderStatus;
}

const BANK = 'BANK_ALLIANCE';

/** Absent members are left out, as in everything recorded since 2025 (trap 42). */
export const present = (members: Wire): Wire =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

const dates = ({ createdAt, modifiedAt, processedAt }: Operation): Wire => ({
  transactionCreateDateTime: formatTransactionDate(createdAt),
  transactionModificationDateTime: formatTransactionDate(modifiedAt),
  creationDateTime: formatOperationDate(createdAt),
  modificationDateTime: formatOperationDate(modifiedAt),
  processingDateTime: processedAt === undefined ? undefined : formatProcessingDate(processedAt),
});

const transactionTypeOf = ({ type, original }: Operation): number | undefined =>
  type === 'REFUND' ? rowOf(original?.type ?? 'PURCHASE').refundType : rowOf(type).transactionType;

const receiptUrlOf = ({ status, operationId, ecomOperationId }: Operation, { publicUrl }: ViewContext) =>
  status === 'SUCCESS' && operationId !== undefined
    ? `${publicUrl}/generate_receipt/${ecomOperationId}/${operationId}`
    : undefined;

const common = (operation: Operation, context: ViewContext): Wire => ({
  type: operation.type,
  rrn: operation.rrn,
  coinAmount: operation.coinAmount,
  merchantId: operation.merchantId,
  operationId: operation.operationId,
  ecomOperationId: operation.ecomOperationId,
  merchantName: context.merchant.name,
  approvalCode: operation.approvalCode,
  status: operation.hold?.shownStatus ?? operation.status,
  transactionType: transactionTypeOf(operation),
  transactionCurrency: '980',
  merchantCommission: operation.type === 'COMPLETION' ? undefined : (operation.commission ?? 0),
  ...dates(operation),
  transactionResponseInfo: operation.type === 'ACCOUNT_2_ACCOUNT' ? {} : (operation.result ?? {}),
  bankCode: BANK,
  paymentServiceType: operation.service ?? 'CARD',
  notificationEncryption: operation.notificationEncryption,
  notificationSignature: operation.signedBy !== undefined,
  hppOrderId: operation.hppOrderId,
  processingTerminalId: 'AE010002',
  processingMerchantId: 'AE100003',
  externalCardToken: operation.externalCardToken,
  receiptUrl: receiptUrlOf(operation, context),
});

/** A2C shows the card as the recipient's, everything else as the payer's. */
const card = ({ type, card: trace }: Operation): Wire => {
  if (!trace) return {};
  const { paymentSystem, mask } = trace;
  const own = { paymentSystem, cardNumberMask: mask };
  if (rowOf(type).cardOf === 'recipient')
    return { ...own, recipientBankCode: BANK, recipientPaymentSystem: paymentSystem, recipientCardNumberMask: mask };
  return { ...own, senderBankCode: BANK, senderPaymentSystem: paymentSystem, senderCardNumberMask: mask };
};

const WITHOUT_THREE_DS: readonly string[] = ['ACCOUNT_2_CARD', 'ACCOUNT_2_ACCOUNT'];

const threeDs = ({ type, threeDs: trace, desiredThreeDSMode = 'SHOULD' }: Operation): Wire => {
  if (WITHOUT_THREE_DS.includes(type)) return {};
  if (!trace) return { desiredThreeDSMode, threeDSMode: 'MUST_NOT' };
  const { threeDSServerTransId, acsTransId, dsTransId, status, redirectUrl } = trace;
  return {
    desiredThreeDSMode,
    threeDSMode: 'MUST',
    threeDSServerTransId,
    acsTransId,
    dsTransId,
    statusThreeDs: status,
    redirect3dsUrl: status === undefined ? redirectUrl : undefined,
    eci: status === 'Y' ? '05' : undefined,
  };
};

const ownId = ({ merchantRequestId, type }: Operation): Wire => ({
  merchantRequestId: merchantRequestId === '' ? undefined : merchantRequestId, // back office
  productType: rowOf(type).productType,
});

/** In order data, callbacks and the query by operationId what was paid on the page carries no merchantRequestId. */
const payment = (operation: Operation, order: Order | undefined): Wire => ({
  creatorSystem: order ? 'HPP' : 'H2H',
  ...(isOfOrder(operation) ? {} : ownId(operation)),
  preAuthExpDate: operation.hold && formatOrderDate(operation.hold.toldExpiry),
  purpose: order?.purpose,
  merchantComment: order?.merchantComment,
  notificationUrl: operation.notificationUrl,
  sourceAmount: operation.sourceAmount,
  sourceCurrencyCode: operation.sourceCurrencyCode,
  conversionRate: operation.conversionRate,
  repeatedPayment: operation.repeatedPayment,
  ...threeDs(operation),
  ...order?.customerData,
  ...card(operation),
  ...operation.recurring,
  ...operation.echo,
});

const followUp = (operation: Operation): Wire => ({
  creatorSystem: 'H2H',
  ...ownId(operation),
  ...operation.echo,
  errorDetails: operation.errorDetails,
  notificationUrl: operation.notificationUrl,
  paymentSystem: operation.card?.paymentSystem,
  cardNumberMask: operation.card?.mask,
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

const ownMembers = (operation: Operation, order: Order | undefined): Wire => {
  if (operation.type === 'REFUND') return refund(operation);
  return operation.type === 'COMPLETION' ? completion(operation) : payment(operation, order);
};

/** The operation object of callbacks, order data and queries (section f.7). */
export const operationView = (operation: Operation, order: Order | undefined, context: ViewContext): Wire =>
  present({ ...common(operation, context), ...ownMembers(operation, order) });

const OPERATION_SUCCESSFUL = 'Операція успішна';
/** Statuses under which a synchronous answer says so, although PENDING is no success (trap 55). */
const SAID_SUCCESSFUL = ['SUCCESS', 'PENDING'];

/** The answer of a call that moves money: a localized "operation successful", also while PENDING, and no approvalCode (trap 55). */
export const synchronousAnswer = (operation: Operation, order: Order | undefined, context: ViewContext): Wire => {
  const view = present({ ...operationView(operation, order, context), approvalCode: undefined, receiptUrl: undefined });
  if (operation.awaits !== undefined || !SAID_SUCCESSFUL.includes(operation.status)) return view;
  return { ...view, transactionResponseInfo: { ...operation.result, description: OPERATION_SUCCESSFUL } };
};
