import { isOfOrder, type Operation } from './operation.js';
import { isFollowUp, type OperationType } from './operation-types.js';
import { type Order, type OrderStatus } from './order.js';

const sumOf = (operations: readonly Operation[], ...types: readonly OperationType[]): number =>
  operations
    .filter(({ type, status }) => types.includes(type) && status === 'SUCCESS')
    .reduce((total, { coinAmount }) => total + coinAmount, 0);

/** A full refund leaves SUCCESS, a partial one shows as PARTIAL_REFUND (U14). What a completion left of a hold counts as never paid. */
const refundedStatus = (operations: readonly Operation[]): OrderStatus => {
  const captured = sumOf(operations, 'PURCHASE', 'COMPLETION', 'ACCOUNT_2_ACCOUNT');
  const paid = captured === 0 ? sumOf(operations, 'PREAUTH') : captured;
  const refunded = sumOf(operations, 'REFUND');
  return refunded === 0 || refunded >= paid ? 'SUCCESS' : 'PARTIAL_REFUND';
};

const PAYING: readonly OperationType[] = ['PURCHASE', 'PREAUTH', 'VERIFICATION', 'ACCOUNT_2_ACCOUNT'];

const isPaid = ({ type, status }: Operation): boolean => PAYING.includes(type) && status === 'SUCCESS';

/** The order after `operation` took its present state; `operations` are all of the order, with that state. */
export function orderAfter(order: Order, operation: Operation, operations: readonly Operation[]): Order {
  if (isFollowUp(operation)) {
    return operation.status === 'SUCCESS' ? { ...order, status: refundedStatus(operations) } : order;
  }
  if (!isOfOrder(operation)) return order; // a charge leaves the subscription as it is
  if (operations.some(isPaid)) return { ...order, status: refundedStatus(operations) };
  return { ...order, status: operation.status === 'DESIRED_THREEDS_MODE_ERROR' ? 'FAIL' : operation.status };
}
