import { type BankOperation, type HppOrder } from '#libs/alliance';
import { type BankOperationFacts, type BankOrderFacts } from '../domain/bank-facts.js';
import { type AnswerTo } from './payment-bank.js';

/** ISO 4217 letters ↔ the bank's numbers. */
export const BANK_CURRENCIES: Readonly<Record<string, '980'>> = { UAH: '980' };
const CURRENCY_LETTERS: Readonly<Record<string, string>> = { '980': 'UAH', '840': 'USD', '978': 'EUR' };

export function openedOrder(order: HppOrder): AnswerTo<'order_purchase'> {
  return {
    kind: 'opened',
    bankOrderId: order.hppOrderId,
    merchantRequestId: order.merchantRequestId,
    merchantId: order.merchantId,
    amount: order.coinAmount,
    redirectUrl: order.redirectUrl,
    createdAt: order.createDate ?? null,
    expiresAt: order.expiredOrderDate ?? null,
  };
}

export function orderFacts(order: HppOrder): BankOrderFacts {
  return {
    bankOrderId: order.hppOrderId,
    merchantRequestId: order.merchantRequestId,
    merchantId: order.merchantId,
    amount: order.coinAmount,
    status: order.orderStatus,
    // In order data the operations themselves name neither the order nor our request id.
    operations: order.operations.map((operation) => ({
      ...operationFacts(operation),
      hppOrderId: operation.hppOrderId ?? order.hppOrderId,
    })),
  };
}

export function operationFacts(operation: BankOperation): BankOperationFacts {
  const { sourceAmount, sourceCurrencyCode, coinAmount, transactionCurrency } = operation;
  // Half a pair says neither how much nor of what: then the amount counts as missing.
  const isSource = sourceAmount !== undefined && sourceCurrencyCode !== undefined;
  const isHalf = !isSource && (sourceAmount !== undefined || sourceCurrencyCode !== undefined);
  const currency = isSource ? sourceCurrencyCode : transactionCurrency;
  const amount = isSource ? sourceAmount : (coinAmount ?? undefined);
  return {
    type: operation.type,
    status: operation.status,
    amount: isHalf ? undefined : amount,
    currency: currency === undefined ? undefined : (CURRENCY_LETTERS[currency] ?? currency),
    merchantId: operation.merchantId,
    merchantRequestId: operation.merchantRequestId,
    operationId: operation.operationId,
    ecomOperationId: operation.ecomOperationId,
    originalOperationId: operation.originalOperationId,
    hppOrderId: operation.hppOrderId,
    rrn: operation.rrn,
    approvalCode: operation.approvalCode,
    actionCode: operation.actionCode,
    responseCode: operation.responseCode,
    errorDetails: operation.errorDetails,
  };
}
