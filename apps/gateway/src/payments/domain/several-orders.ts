import { type BankOrderFacts } from './bank-facts.js';
import { secondCharges } from './order-extras.js';
import { type Sight } from './sync-decision.js';

/** Proof goes before doubt, and doubt before what shows no money. */
const WEIGHT: Readonly<Record<Sight['kind'], number>> = {
  succeeded: 5,
  review: 4,
  incomplete: 3,
  pending: 2,
  challenge: 2,
  unstarted: 2,
  unreadable: 1,
  failed: 0,
  untouched: 0,
  gone: 0,
};

/** Of several orders under one payment the one whose sight counts. @param orders those that count first among equals first */
export const weightiest = <T extends { readonly sight: Sight }>([first, ...others]: readonly [T, ...T[]]): T =>
  others.reduce((best, next) => (WEIGHT[next.sight.kind] > WEIGHT[best.sight.kind] ? next : best), first);

/** Charges under orders that the payment does not rest on. */
export function chargesBeside(orders: readonly BankOrderFacts[]): string | undefined {
  const charges = orders.flatMap((order) => {
    const charge = secondCharges(order, [], []);
    return charge === undefined ? [] : [`${charge} under the order ${order.bankOrderId}`];
  });
  return charges.length > 0 ? charges.join('; ') : undefined;
}

/**
 * How an order that a callback named stands to ours. `foreign`: it is of a request that we never made, and so is its money.
 * @param own what we asked for under its request id; `bankOrderId`: the bank has named another order for that already
 */
export function strangeness(
  { merchantRequestId, merchantId, amount, bankOrderId }: BankOrderFacts,
  own: { readonly bankMerchantId: string; readonly bankOrderId: string | null } | undefined,
  usual: { readonly bankMerchantId: string; readonly amount: number },
): { readonly fits: boolean; readonly foreign: boolean; readonly reason: string } {
  const misfits = [
    ...(own ? [] : ['request id']),
    ...(own && own.bankOrderId !== null ? ['second order of one request'] : []),
    ...(merchantId === (own ?? usual).bankMerchantId ? [] : ['merchantId']),
    ...(amount === usual.amount ? [] : ['amount']),
  ];
  return {
    fits: misfits.length === 0,
    foreign: merchantRequestId !== undefined && !own,
    reason: `the bank shows money under the order ${bankOrderId}, which a callback named: unexpected ${misfits.join(', ')}`,
  };
}
