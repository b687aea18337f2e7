import { formatOrderDate } from '../protocol/bank-dates.js';
import { nbuQrPayload } from './nbu-qr.js';
import { type Operation } from './operation.js';
import { operationView, type ViewContext } from './operation-view.js';
import { type Order, orderStatusAt } from './order.js';

type Wire = Record<string, unknown>;

export const payUrl = (publicUrl: string, hppOrderId: string): string => `${publicUrl}/pay?hpp_id=${hppOrderId}`;
export const statusUrl = (publicUrl: string, hppOrderId: string): string => `${publicUrl}/status?hpp_id=${hppOrderId}`;

/** Where an A2A order is paid: the application of one bank, a page with all banks, or a deep link (section e.2). */
const transferUrl = (order: Order, { publicUrl, merchant }: ViewContext): string => {
  const page = `${publicUrl}/a2a?order_id=${order.hppOrderId}`;
  if (order.priorityBankCode === 'ALL_BANKS') return `${page}&banks=all`;
  if (order.priorityBankCode === 'PRIVAT_BANK')
    return `${publicUrl}/rd/send_qr/nbu/${nbuQrPayload(order, merchant.name)}`;
  return `${publicUrl}/app?redirectUrl=${encodeURIComponent(page)}`;
};

const isTransfer = ({ hppPayType }: Order): boolean => hppPayType === 'A2A';

const redirectUrlOf = (order: Order, context: ViewContext): string =>
  isTransfer(order) ? transferUrl(order, context) : payUrl(context.publicUrl, order.hppOrderId);

const common = (order: Order, context: ViewContext): Wire => ({
  coinAmount: order.coinAmount,
  ecomOrderId: order.ecomOrderId,
  statusUrl: isTransfer(order) ? null : statusUrl(context.publicUrl, order.hppOrderId),
  merchantId: order.merchantId,
  hppOrderId: order.hppOrderId,
  redirectUrl: redirectUrlOf(order, context),
  hppPayType: order.hppPayType,
  merchantRequestId: order.merchantRequestId,
  orderStatus: orderStatusAt(order, context.now, context.onceRanOut),
  paymentMethods: order.paymentMethods,
  createDate: formatOrderDate(order.createdAt),
  expiredOrderDate: formatOrderDate(order.expiresAt),
});

/** Answer of create-order, section e.2. */
export const orderAnswer = (order: Order, context: ViewContext): Wire => ({
  ...common(order, context),
  nbuQrCode: order.generateQrNbu ? `https://bank.gov.ua/qr/${nbuQrPayload(order, context.merchant.name)}` : null,
});

const notification = ({ notificationUrl }: Order): Wire => (notificationUrl === undefined ? {} : { notificationUrl });

/** Order data, section e.3: `operations` is an array. */
export const orderData = (order: Order, operations: readonly Operation[], context: ViewContext): Wire => ({
  ...common(order, context),
  ...notification(order),
  operations: operations.map((operation) => operationView(operation, order, context)),
});

const HPP_DIRECT_TYPES: Readonly<Record<string, string>> = { STATIC_LINK: 'LINK' };

/** Callback of an order, section g.1: one `operation` object. */
export const orderCallback = (order: Order, operation: Operation | undefined, context: ViewContext): Wire => ({
  ...common(order, context),
  ...notification(order),
  notificationEncryption: order.notificationEncryption,
  hppDirectType: HPP_DIRECT_TYPES[order.directType] ?? order.directType,
  operation: operation ? operationView(operation, order, context) : {},
  tryMode: order.hppTryMode,
});
