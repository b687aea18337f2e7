import { z } from 'zod';
import { type HppOrder } from '../client/bank-order.js';
import { operationsWire } from './operation.wire.js';
import { amount, optionalText, optionalTime, present, shownText, text } from './wire-member.js';

/**
 * Answer of create-order and of the order query (which adds `operations`).
 * Source: bank docs, "HPP: create order", "HPP: order data".
 */
export const hppOrderWire = z
  .object({
    hppOrderId: text,
    ecomOrderId: shownText,
    merchantRequestId: text,
    merchantId: text,
    orderStatus: text,
    coinAmount: amount,
    redirectUrl: optionalText, // "" for A2A orders that are paid
    nbuQrCode: shownText,
    statusUrl: shownText,
    createDate: optionalTime,
    expiredOrderDate: optionalTime,
    operations: operationsWire,
  })
  .transform((order): HppOrder => present(order));
