import { type BankOperation, type HppOrder } from './bank-order.js';

/** Kinds of the bank's status words. Source: bank docs, "Order status", "Transaction statuses"; unknown ones are open. */
const FINAL_ORDER: ReadonlySet<string> = new Set(['SUCCESS', 'FAIL', 'CANCELED', 'PARTIAL_REFUND']);
const FINAL_OPERATION: ReadonlySet<string> = new Set(['SUCCESS', 'FAIL', 'DESIRED_THREEDS_MODE_ERROR']);
const PAID_ORDER: ReadonlySet<string> = new Set(['SUCCESS', 'PARTIAL_REFUND']);
/** Operations that take the customer's money under an order; a hold does not. */
const PAYMENTS: ReadonlySet<string> = new Set(['PURCHASE', 'ACCOUNT_2_ACCOUNT']);
/** RRN that test terminals answer with. */
const TEST_RRN = '-1';
const RRN_LENGTH = 12;
/** ISO 4217 numeric of UAH, in which the bank counts where it names no currency. */
const UAH = '980';

/**
 * Whether the bank's word on it is its last: an order or an operation that is not final has to be asked for again. An
 * order that failed may still be paid where it was opened with `hppTryMode: 'MULTI_PAYMENT'`.
 * @example
 * isFinal(await alliance.operation('shop', operationId)); // => true
 */
export const isFinal = (subject: HppOrder | BankOperation): boolean =>
  'orderStatus' in subject ? FINAL_ORDER.has(subject.orderStatus) : FINAL_OPERATION.has(subject.status);

/** What was asked for when an order was opened. */
export interface ExpectedPayment {
  /** Minor units of `currencyCode`. */
  readonly coinAmount: number;
  /** ISO 4217 numeric. Default "980". */
  readonly currencyCode?: string;
  /** Of the order; compared where it is given, as is the next. */
  readonly merchantRequestId?: string;
  readonly merchantId?: string;
  /** True takes the payments of test terminals, too: never with real money. Default false. */
  readonly allowTest?: boolean;
}

/**
 * Whether an order is paid as it was asked for: the order says so, and exactly one of its operations is a payment of
 * that amount that meets the bank's rule of success. A hold is not paid. Only an answer to a query can say so; a callback proves nothing.
 * Source: bank docs, "truly successful transaction".
 * @example
 * const order = await alliance.hppOrder('shop', hppOrderId);
 * isPaid(order, { coinAmount: 12_300, allowTest: true }); // => true
 * isPaid(order, { coinAmount: 99, allowTest: true }); // => false
 */
export function isPaid(order: HppOrder, expected: ExpectedPayment): boolean {
  const { merchantRequestId = order.merchantRequestId, merchantId = order.merchantId } = expected;
  const isOurs = order.merchantRequestId === merchantRequestId && order.merchantId === merchantId;
  const paid = order.operations.filter(({ type, status }) => PAYMENTS.has(type) && status === 'SUCCESS');
  const [payment] = paid;
  if (!isOurs || !PAID_ORDER.has(order.orderStatus) || !payment || paid.length > 1) return false;
  return isAmount(payment, expected) && isApproved(payment, expected.allowTest ?? false);
}

/** In the order's currency, where the bank names both. */
function isAmount(payment: BankOperation, { coinAmount, currencyCode = UAH }: ExpectedPayment): boolean {
  const { sourceAmount, sourceCurrencyCode, transactionCurrency } = payment;
  if (sourceAmount !== undefined || sourceCurrencyCode !== undefined) {
    return sourceAmount === coinAmount && sourceCurrencyCode === currencyCode;
  }
  return payment.coinAmount === coinAmount && (transactionCurrency ?? UAH) === currencyCode;
}

/** Transfers between accounts carry neither codes nor a reference number. */
function isApproved({ type, rrn, approvalCode, actionCode, responseCode }: BankOperation, allowTest: boolean): boolean {
  if (type === 'ACCOUNT_2_ACCOUNT') return true;
  const isRefused = isOther(actionCode, ['0']) || isOther(responseCode, ['00', '0']);
  const isWhole = [actionCode, responseCode, approvalCode].every((member) => member !== undefined);
  const isLive = rrn !== TEST_RRN && rrn?.length === RRN_LENGTH;
  return !isRefused && (allowTest || (isWhole && isLive));
}

const isOther = (code: string | undefined, good: readonly string[]): boolean =>
  code !== undefined && !good.includes(code);
