import { type IntentKind, type OrderStep } from '../domain/operation.js';

/** How a customer pays, and the step that each kind of payment begins with that way. */
export const METHODS = {
  hosted_page: { purchase: 'order_purchase', authorization: 'order_hold' },
} as const satisfies Record<string, Partial<Record<IntentKind, OrderStep>>>;

export type Method = keyof typeof METHODS;
