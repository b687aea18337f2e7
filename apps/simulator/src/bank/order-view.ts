import { formatOrderDate } from '../protocol/bank-dates.js';
import { type Merchant } from './merchants.js';
import { type Operation } from './operation.js';
import { operationView } from './operation-view.js';
import { type Order, orderStatusAt } from './order.js';

type Wire = Record<string, unknown>;

export interface ViewContext {
  readonly merchant: Merchant;
  readonly publicUrl: string;
  readonly now: number;
}

export const payUrl = (publicUrl: string, hppOrderId: string): string => `${publicUrl}/pay?hpp_id=${hppOrderId}`;
export const statusUrl = (publicUrl: string, hppOrderId: string): string => `${publicUrl}/status?hpp_id=${hppOrderId}`;

const common = (order: Order, { publicUrl, now }: ViewContext): Wire => ({
  coinAmount: order.coinAmount,
  ecomOrderId: order.ecomOrderId,
  statusUrl: statusUrl(publicUrl, order.hppOrderId),
  merchantId: order.merchantId,
  hppOrderId: order.hppOrderId,
  redirectUrl: payUrl(publicUrl, order.hppOrderId),
  hppPayType: order.hppPayType,
  merchantRequestId: order.merchantRequestId,
  orderStatus: orderStatusAt(order, now),
  paymentMethods: order.paymentMethods,
  createDate: formatOrderDate(order.createdAt),
  expiredOrderDate: formatOrderDate(order.expiresAt),
});

/** Answer of create-order, section e.2. */
export const orderAnswer = (order: Order, context: ViewContext): Wire => ({
  ...common(order, context),
  nbuQrCode: null,
});

const notification = ({ notificationUrl }: Order): Wire => (notificationUrl === undefined ? {} : { notificationUrl });

/** Order data, section e.3: `operations` is an array. */
export const orderData = (order: Order, operations: readonly Operation[], context: ViewContext): Wire => ({
  ...common(order, context),
  ...notification(order),
  operations: operations.map((operation) => operationView(operation, order, context.merchant)),
});

const HPP_DIRECT_TYPES: Readonly<Record<string, string>> = { STATIC_LINK: 'LINK' };

/** Callback of an order, section g.1: one `operation` object. */
export const orderCallback = (order: Order, operation: Operation, context: ViewContext): Wire => ({
  ...common(order, context),
  ...notification(order),
  notificationEncryption: order.notificationEncryption,
  hppDirectType: HPP_DIRECT_TYPES[order.directType] ?? order.directType,
  operation: operationView(operation, order, context.merchant),
  tryMode: order.hppTryMode,
});
