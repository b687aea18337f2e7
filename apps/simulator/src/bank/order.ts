import { type CreateOrder } from '../protocol/create-order.fields.js';

/** Section e.5. */
export type OrderStatus = 'PENDING' | 'REQUIRED_3DS' | 'SUCCESS' | 'FAIL' | 'CANCELED' | 'PARTIAL_REFUND';

/** How long a hold lasts. */
export interface HoldTerm {
  /** As the merchant asked for it, epoch milliseconds: what answers show. */
  readonly toldExpiry: number;
  /** When it lapses, epoch milliseconds of bank time. */
  readonly expiresAt: number;
  /** The bank has given it back by itself. */
  readonly lapsed: boolean;
  /** `status` of a lapsed hold in answers; absent = its own. */
  readonly shownStatus?: string;
}

export interface Order extends CreateOrder {
  readonly hppOrderId: string;
  readonly ecomOrderId: string;
  /** Epoch milliseconds of bank time. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly status: OrderStatus;
  /** Of a SUBSCRIPTION order: its plan. */
  readonly subscription?: { readonly planId: string };
  /** Of a PREAUTH order. */
  readonly hold?: Omit<HoldTerm, 'lapsed'>;
  /** ecomOperationIds in order of creation. */
  readonly operations: readonly string[];
}

const UNPAID: readonly OrderStatus[] = ['PENDING', 'REQUIRED_3DS'];
/** A link for many payments stays open after an attempt. */
const REUSABLE: readonly OrderStatus[] = ['PENDING', 'SUCCESS', 'FAIL', 'PARTIAL_REFUND'];

export const isExpired = (order: Order, now: number): boolean => now >= order.expiresAt;

export const ranOut = (order: Order, now: number): boolean => isExpired(order, now) && UNPAID.includes(order.status);

/** @param onceRanOut what an order that expires unpaid is shown as (U13) */
export const orderStatusAt = (order: Order, now: number, onceRanOut: OrderStatus = 'FAIL'): OrderStatus =>
  ranOut(order, now) ? onceRanOut : order.status;

export function isPayable(order: Order, now: number): boolean {
  if (isExpired(order, now)) return false;
  return order.hppTryMode === 'MULTI_PAYMENT' ? REUSABLE.includes(order.status) : order.status === 'PENDING';
}
