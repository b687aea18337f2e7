import { isOfOrder, type Operation } from './operation.js';
import { isFollowUp, type OperationType } from './operation-types.js';
import { type Order, type OrderStatus } from './order.js';

const sumOf = (operations: readonly Operation[], ...types: readonly OperationType[]): number =>
  operations
    .filter(({ type, status }) => types.includes(type) && status === 'SUCCESS')
    .reduce((total, { coinAmount }) => total + coinAmount, 0);

export interface OrderFacts {
  /** All of the order, with their present state. */
  readonly operations: readonly Operation[];
  /** What the order is once everything was refunded (U14). */
  readonly refunded: OrderStatus;
}

/** A full refund leaves SUCCESS, a partial one shows as PARTIAL_REFUND (U14). What a completion left of a hold counts as never paid. */
const refundedStatus = ({ operations, refunded: whenAllIs }: OrderFacts): OrderStatus => {
  const captured = sumOf(operations, 'PURCHASE', 'COMPLETION', 'ACCOUNT_2_ACCOUNT');
  const paid = captured === 0 ? sumOf(operations, 'PREAUTH') : captured;
  const refunded = sumOf(operations, 'REFUND');
  if (refunded === 0) return 'SUCCESS';
  return refunded >= paid ? whenAllIs : 'PARTIAL_REFUND';
};

const PAYING: readonly OperationType[] = ['PURCHASE', 'PREAUTH', 'VERIFICATION', 'ACCOUNT_2_ACCOUNT'];

const isPaid = ({ type, status }: Operation): boolean => PAYING.includes(type) && status === 'SUCCESS';

/** The order after `operation` took its present state. */
export function orderAfter(order: Order, operation: Operation, facts: OrderFacts): Order {
  if (isFollowUp(operation)) {
    return operation.status === 'SUCCESS' ? { ...order, status: refundedStatus(facts) } : order;
  }
  if (!isOfOrder(operation)) return order; // a charge leaves the subscription as it is
  if (facts.operations.some(isPaid)) return { ...order, status: refundedStatus(facts) };
  return { ...order, status: operation.status === 'DESIRED_THREEDS_MODE_ERROR' ? 'FAIL' : operation.status };
}
