import { z } from 'zod';
import { type BankOperation } from '../client/bank-order.js';
import {
  amount,
  optionalAmount,
  optionalText,
  optionalTime,
  present,
  shownAmount,
  shownText,
  text,
} from './wire-member.js';

/** Nested in JSON, printed flat in the tables. Source: bank docs, "transactionResponseInfo". */
const responseInfo = z.preprocess(
  (value) => (Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value),
  z.object({ actionCode: shownText, responseCode: shownText }).nullish().catch(undefined),
);

/**
 * The operation object of every payment answer, query and callback. Unknown members are ignored.
 * Source: bank docs, "Operation object". Dates without an offset are Kyiv wall time.
 */
export const operationWire = z
  .object({
    type: text,
    status: text,
    coinAmount: amount.nullish(),
    operationId: optionalText,
    ecomOperationId: optionalText,
    merchantId: optionalText,
    merchantRequestId: optionalText,
    hppOrderId: optionalText,
    transactionCurrency: optionalText,
    sourceAmount: optionalAmount,
    sourceCurrencyCode: optionalText,
    rrn: optionalText,
    approvalCode: optionalText,
    transactionResponseInfo: responseInfo,
    actionCode: optionalText,
    responseCode: optionalText,
    errorDetails: shownText,
    originalOperationId: optionalText,
    preauthOperationId: optionalText, // what a completion calls it
    originalEcomOperationId: optionalText,
    creationDateTime: optionalTime,
    createDateTime: optionalTime, // the spelling of the tables and of old samples
    processingDateTime: optionalTime,
    cardNumberMask: shownText,
    senderCardNumberMask: shownText,
    paymentSystem: shownText,
    senderPaymentSystem: shownText,
    paymentServiceType: shownText,
    processingTerminalId: shownText,
    merchantCommission: shownAmount,
    conversionRate: shownText,
    receiptUrl: shownText,
    redirect3dsUrl: shownText,
    externalCardToken: shownText,
    scheduledPaymentId: optionalText,
  })
  .transform(
    ({
      transactionResponseInfo: info,
      createDateTime,
      preauthOperationId,
      senderCardNumberMask,
      senderPaymentSystem,
      ...operation
    }): BankOperation => {
      return present({
        ...operation,
        cardNumberMask: operation.cardNumberMask ?? senderCardNumberMask,
        paymentSystem: operation.paymentSystem ?? senderPaymentSystem,
        originalOperationId: operation.originalOperationId ?? preauthOperationId,
        coinAmount: operation.coinAmount ?? null,
        actionCode: info?.actionCode ?? operation.actionCode,
        responseCode: info?.responseCode ?? operation.responseCode,
        creationDateTime: operation.creationDateTime ?? createDateTime,
      });
    },
  );

/** Stands in a list for what cannot be read: something is there, and nobody knows what or how it ends. */
const UNREADABLE: BankOperation = { type: 'UNREADABLE', status: 'UNREADABLE', coinAmount: null };

/** An array in order data, one object in callbacks, absent or `{}` before the first attempt. */
export const operationsWire = z.preprocess(toList, z.array(operationWire.catch(UNREADABLE)));

function toList(value: unknown): unknown {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((operation) => !isEmpty(operation));
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
