import { type Operation } from './operation.js';
import { isAttempt, type OperationType } from './operation-types.js';
import { type Order, type OrderStatus } from './order.js';

const sumOf = (operations: readonly Operation[], ...types: readonly OperationType[]): number =>
  operations
    .filter(({ type, status }) => types.includes(type) && status === 'SUCCESS')
    .reduce((total, { coinAmount }) => total + coinAmount, 0);

/** A full refund leaves SUCCESS, a partial one shows as PARTIAL_REFUND (U14). What a completion left of a hold counts as never paid. */
const refundedStatus = (operations: readonly Operation[]): OrderStatus => {
  const captured = sumOf(operations, 'PURCHASE', 'COMPLETION');
  const paid = captured === 0 ? sumOf(operations, 'PREAUTH') : captured;
  const refunded = sumOf(operations, 'REFUND');
  return refunded === 0 || refunded >= paid ? 'SUCCESS' : 'PARTIAL_REFUND';
};

/** The order after `operation` took its present state; `operations` are all of the order, with that state. */
export function orderAfter(order: Order, operation: Operation, operations: readonly Operation[]): Order {
  if (!isAttempt(operation)) {
    return operation.status === 'SUCCESS' ? { ...order, status: refundedStatus(operations) } : order;
  }
  const paid = operations.some((one) => isAttempt(one) && one.status === 'SUCCESS');
  return { ...order, status: paid ? refundedStatus(operations) : operation.status };
}
