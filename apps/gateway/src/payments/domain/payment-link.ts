import { EXPIRY_GRACE_SECONDS } from './schedule.js';
import { type PaymentStatus, paymentStatus } from './statuses.js';

/** How often money may come by a link. */
export const LINK_USAGES = ['reusable', 'single'] as const;
export type LinkUsage = (typeof LINK_USAGES)[number];

/** inactive: its owner switched it off · used: a single one that was paid */
export const LINK_STATUSES = ['active', 'inactive', 'expired', 'used'] as const;
export type LinkStatus = (typeof LINK_STATUSES)[number];

export interface LinkFacts {
  readonly active: boolean;
  readonly isExpired: boolean;
  /** A single one, and there is money for it. */
  readonly isUsed: boolean;
}

/** That it was paid says more than that it can be paid no more. */
export function linkStatus({ active, isExpired, isUsed }: LinkFacts): LinkStatus {
  if (isUsed) return 'used';
  if (!active) return 'inactive';
  return isExpired ? 'expired' : 'active';
}

/** The latest payment of a link. */
export interface LatestPayment {
  readonly id: string;
  readonly status: PaymentStatus;
  /** Since the bank's order of it expired, or will; negative before. */
  readonly sinceExpirySeconds: number;
}

/** What one more click on a single link leads to: one more payment, or the one that there is. */
export type SingleClick =
  { readonly kind: 'new'; readonly attempt: number } | { readonly kind: 'same'; readonly paymentId: string };

/**
 * A single link has one payment at a time, and no other after one that was paid. The bank cannot take back the order of a
 * payment that was canceled, so that another waits until nobody can pay that one any more.
 * @param payments how many there are
 */
export function singleClick(latest: LatestPayment | undefined, payments: number): SingleClick {
  if (!latest) return { kind: 'new', attempt: 1 };
  const { ended, paid } = paymentStatus(latest.status);
  const isOver = latest.status !== 'canceled' || latest.sinceExpirySeconds > EXPIRY_GRACE_SECONDS;
  return ended && !paid && isOver ? { kind: 'new', attempt: payments + 1 } : { kind: 'same', paymentId: latest.id };
}
