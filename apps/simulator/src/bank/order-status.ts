import { type Operation } from './operation.js';
import { type Order, type OrderStatus } from './order.js';

/** A full refund leaves SUCCESS, a partial one shows as PARTIAL_REFUND (U14). */
const refundedStatus = (operations: readonly Operation[]): OrderStatus => {
  const sum = (type: Operation['type']): number =>
    operations
      .filter((operation) => operation.type === type && operation.status === 'SUCCESS')
      .reduce((total, { coinAmount }) => total + coinAmount, 0);
  const refunded = sum('REFUND');
  return refunded === 0 || refunded >= sum('PURCHASE') ? 'SUCCESS' : 'PARTIAL_REFUND';
};

/** The order after `operation` took its present state; `operations` are all of the order, with that state. */
export function orderAfter(order: Order, operation: Operation, operations: readonly Operation[]): Order {
  if (operation.type === 'REFUND') {
    return operation.status === 'SUCCESS' ? { ...order, status: refundedStatus(operations) } : order;
  }
  const paid = operations.some(({ type, status }) => type === 'PURCHASE' && status === 'SUCCESS');
  return { ...order, status: paid ? refundedStatus(operations) : operation.status };
}
