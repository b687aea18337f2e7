import { type BankOperation, type HppOrder } from '#libs/alliance';
import { SecretText } from '../../accounts/secret-text.js';
import { type BankOperationFacts, type BankOrderFacts, type ShownFacts } from '../domain/bank-facts.js';
import { type Currency } from '../domain/money.js';
import { CARD_STATUSES, type CardStatus } from '../domain/saved-card.js';
import { type AnswerTo } from './payment-bank.js';

/** ISO 4217 letters ↔ the bank's numbers. */
export const BANK_CURRENCIES: Readonly<Record<Currency, '980' | '840' | '978'>> = {
  UAH: '980',
  USD: '840',
  EUR: '978',
};
const CURRENCY_LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(BANK_CURRENCIES).map(([letters, number]) => [number, letters]),
);
/** The bank's words for a card that it keeps. Source: bank docs, "Token". */
export const BANK_CARD_STATES = {
  active: 'ACTIVE',
  suspended: 'SUSPENDED',
  expired: 'OBSOLETE',
  deleted: 'DELETED',
} as const satisfies Record<CardStatus, string>;

export const cardStatusOf = (word: string | undefined): CardStatus | undefined =>
  CARD_STATUSES.find((status) => BANK_CARD_STATES[status] === word);

/** Refunds and captures are of kopiyky, whatever the order was in. Source: bank docs, "Multi-currency". */
const IN_HRYVNIAS: readonly string[] = ['REFUND', 'COMPLETION'];

export function openedOrder(order: HppOrder): AnswerTo<'order_purchase'> {
  return {
    kind: 'opened',
    bankOrderId: order.hppOrderId,
    merchantRequestId: order.merchantRequestId,
    merchantId: order.merchantId,
    amount: order.coinAmount,
    redirectUrl: order.redirectUrl,
    ...(order.nbuQrCode === undefined ? {} : { qrLink: order.nbuQrCode }),
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
  const { coinAmount, transactionCurrency } = operation;
  return {
    type: operation.type,
    status: operation.status,
    ...amountOf(operation),
    merchantId: operation.merchantId,
    merchantRequestId: operation.merchantRequestId,
    operationId: operation.operationId,
    ecomOperationId: operation.ecomOperationId,
    originalOperationId: operation.originalOperationId,
    hppOrderId: operation.hppOrderId,
    ...(operation.scheduledPaymentId === undefined ? {} : { scheduledPaymentId: operation.scheduledPaymentId }),
    rrn: operation.rrn,
    approvalCode: operation.approvalCode,
    actionCode: operation.actionCode,
    responseCode: operation.responseCode,
    errorDetails: operation.errorDetails,
    ...(operation.redirect3dsUrl === undefined ? {} : { threeDsUrl: operation.redirect3dsUrl }),
    hryvnia: transactionCurrency === BANK_CURRENCIES.UAH ? (coinAmount ?? undefined) : undefined,
    ...shownOf(operation),
    ...(operation.externalCardToken === undefined ? {} : { cardToken: SecretText.of(operation.externalCardToken) }),
  };
}

/** What was asked for: of an order in another currency its own amount, not the hryvnias. */
function amountOf(operation: BankOperation): Pick<BankOperationFacts, 'amount' | 'currency'> {
  const { coinAmount, transactionCurrency } = operation;
  const { sourceAmount: amount, sourceCurrencyCode: currency } = sourceOf(operation);
  if (amount === undefined && currency === undefined)
    return { amount: coinAmount ?? undefined, currency: lettersOf(transactionCurrency) };
  // Half a pair says neither how much nor of what: then the amount counts as missing.
  if (amount === undefined || currency === undefined)
    return { amount: undefined, currency: lettersOf(transactionCurrency) };
  return { amount, currency: lettersOf(currency) };
}

const sourceOf = (operation: BankOperation): Pick<BankOperation, 'sourceAmount' | 'sourceCurrencyCode'> =>
  IN_HRYVNIAS.includes(operation.type) ? {} : operation;

const lettersOf = (number: string | undefined): string | undefined => number && (CURRENCY_LETTERS[number] ?? number);

/** Left out where there is nothing to show. */
function shownOf(operation: BankOperation): { readonly shown?: ShownFacts } {
  const shown = {
    cardMask: operation.cardNumberMask,
    scheme: operation.paymentSystem,
    service: operation.paymentServiceType,
    terminal: operation.processingTerminalId,
    fee: operation.merchantCommission,
    rate: operation.conversionRate,
    receiptUrl: operation.receiptUrl,
    processedAt: operation.processingDateTime ?? operation.creationDateTime,
  };
  return Object.values(shown).some((value) => value !== undefined) ? { shown } : {};
}
