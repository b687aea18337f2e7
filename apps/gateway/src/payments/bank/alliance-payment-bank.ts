import { Injectable, Logger } from '@nestjs/common';
import {
  AllianceClient,
  AllianceError,
  type AllianceErrorCode,
  type BankOperation,
  type CreateHppOrder,
  type HppPayType,
  type HppOrder,
} from '#libs/alliance';
import { failureOfCall } from '../bank-access/stored-alliance-accounts.js';
import { type BankOperationFacts, type BankOrderFacts } from '../domain/bank-facts.js';
import { type FollowUpStep, type OrderStep } from '../domain/operation.js';
import {
  type Customer,
  type OperationReading,
  type OrderOutcome,
  type OrderReading,
  type OrderRequest,
  PaymentBank,
  type FollowUpOutcome,
  type FollowUpRequest,
} from './payment-bank.js';

/** ISO 4217 letters ↔ the bank's numbers. */
const CURRENCY_NUMBERS: Readonly<Record<string, '980'>> = { UAH: '980' };
const CURRENCY_LETTERS: Readonly<Record<string, string>> = { '980': 'UAH', '840': 'USD', '978': 'EUR' };
/** The only words that say "we have no such operation". Source: bank docs, "Errors". */
const NO_SUCH_OPERATION: readonly string[] = [
  'payment_operation_not_found',
  'b_operation_not_found',
  'b_payment_not_found',
];
const DUPLICATE = 'b_duplicate_field_value';
const ORDER_EXPIRED = 'b_hpp_order_expired';
const ORDER_NOT_FOUND = 'b_hpp_order_not_found';

/** The only translator between the bank's words and ours. */
@Injectable()
export class AlliancePaymentBank extends PaymentBank {
  private readonly logger = new Logger(AlliancePaymentBank.name);

  constructor(private readonly client: AllianceClient) {
    super();
  }

  /** At the end of the process: cuts what is under way. */
  close(): Promise<void> {
    return this.client.close();
  }

  override async openOrder(request: OrderRequest): Promise<OrderOutcome> {
    try {
      return openedOrder(
        await this.client.createHppOrder(request.accountId, orderOf(request), { window: request.window }),
      );
    } catch (error) {
      return this.note(request.accountId, failureOf(error));
    }
  }

  override async readOrder(accountId: string, bankOrderId: string): Promise<OrderReading> {
    try {
      return { kind: 'found', order: orderFacts(await this.client.hppOrder(accountId, bankOrderId)) };
    } catch (error) {
      if (bankCode(error) === ORDER_EXPIRED) return { kind: 'order_expired' };
      if (bankCode(error) === ORDER_NOT_FOUND) return { kind: 'not_found' };
      return this.note(accountId, unknown(error));
    }
  }

  override async followUp(request: FollowUpRequest): Promise<FollowUpOutcome> {
    try {
      const operation = await FOLLOW_UPS[request.step](this.client, request);
      return { kind: 'answered', facts: operationFacts(operation) };
    } catch (error) {
      return this.note(request.accountId, failureOf(error));
    }
  }

  override async readOperation(accountId: string, merchantRequestId: string): Promise<OperationReading> {
    try {
      const operation = await this.client.operationByMerchantRequestId(accountId, merchantRequestId);
      return { kind: 'found', facts: operationFacts(operation) };
    } catch (error) {
      if (isNoSuchOperation(error)) return { kind: 'not_found' };
      return this.note(accountId, unknown(error));
    }
  }

  /** A bank that does not answer must be seen in the log, not only in payments that stay open. */
  private note<T extends { readonly kind: string; readonly reason?: string }>(accountId: string, outcome: T): T {
    if (outcome.kind === 'unknown') {
      this.logger.warn({ msg: 'no usable answer of the bank', accountId, reason: outcome.reason });
    }
    return outcome;
  }
}

const PAY_TYPES: Readonly<Record<OrderStep, HppPayType>> = { order_purchase: 'PURCHASE', order_hold: 'PREAUTH' };

type FollowUpCall = (client: AllianceClient, request: FollowUpRequest) => Promise<BankOperation>;

const FOLLOW_UPS: Readonly<Record<FollowUpStep, FollowUpCall>> = {
  give_back: (client, { accountId, bankMerchantId, merchantRequestId, bankOperationId, amount, callbackUrl, window }) =>
    client.refund(
      accountId,
      {
        merchantId: bankMerchantId,
        merchantRequestId,
        operationId: bankOperationId,
        coinAmount: amount,
        notificationUrl: callbackUrl,
      },
      { window },
    ),
  complete: (client, { accountId, bankMerchantId, merchantRequestId, bankOperationId, amount, callbackUrl, window }) =>
    client.call(
      accountId,
      'h2h.preauth.completion',
      { merchantRequestId, originalOperationId: bankOperationId, coinAmount: amount, notificationUrl: callbackUrl },
      { protocol: '1.0', merchantId: bankMerchantId, window },
    ),
};

function orderOf(request: OrderRequest): CreateHppOrder {
  return {
    merchantId: request.bankMerchantId,
    merchantRequestId: request.merchantRequestId,
    coinAmount: request.amount,
    currencyCode: CURRENCY_NUMBERS[request.currency],
    hppPayType: PAY_TYPES[request.step],
    preAuthExpDate: request.holdExpiresAt,
    directType: 'REDIRECT',
    hppTryMode: 'ONE_TRY',
    expirationTimeMinutes: request.expiresInMinutes,
    paymentMethods: ['CARD', 'APPLE_PAY', 'GOOGLE_PAY'],
    language: request.language as NonNullable<CreateHppOrder['language']>,
    notificationUrl: request.callbackUrl,
    notificationEncryption: true,
    successUrl: request.returnUrl,
    failUrl: request.returnUrl,
    statusPageType: 'STATUS_TIMER_PAGE',
    purpose: request.description ?? undefined,
    customerData: customerDataOf(request.customer),
  };
}

function customerDataOf(customer: Customer): CreateHppOrder['customerData'] {
  return {
    senderCustomerId: customer.id,
    senderFirstName: customer.firstName,
    senderLastName: customer.lastName,
    senderMiddleName: customer.middleName,
    senderEmail: customer.email,
    senderPhone: customer.phone,
    senderIp: customer.ip,
    senderCountry: customer.country,
    senderRegion: customer.region,
    senderCity: customer.city,
    senderStreet: customer.street,
    senderZipCode: customer.zipCode,
  };
}

function openedOrder(order: HppOrder): OrderOutcome {
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

function orderFacts(order: HppOrder): BankOrderFacts {
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

function operationFacts(operation: BankOperation): BankOperationFacts {
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

const bankCode = (error: unknown): string | undefined =>
  error instanceof AllianceError ? error.bank?.msgCode : undefined;

const isNoSuchOperation = (error: unknown): boolean => NO_SUCH_OPERATION.includes(bankCode(error) ?? '');

function failureOf(error: unknown): Extract<OrderOutcome, { kind: 'refused' | 'duplicate' | 'unknown' }> {
  const code = bankCode(error);
  if (code === DUPLICATE) return { kind: 'duplicate' };
  if (isForWantOfSession(error)) return unknown(error);
  if (code !== undefined && error instanceof AllianceError && error.code === 'ALLIANCE_REFUSED') {
    return { kind: 'refused', code, provenNoEffect: error.noEffect };
  }
  return { ...unknown(error), unsent: isUnsent(error), atOnce: isPassing(error) };
}

function unknown(error: unknown): { kind: 'unknown'; reason: string; noSession: boolean } {
  return { kind: 'unknown', reason: reasonOf(error), noSession: isForWantOfSession(error) };
}

/** A refusal or a "not found" speaks of the request, so it had arrived. */
const isUnsent = (error: unknown): boolean =>
  error instanceof AllianceError && error.noEffect && error.code !== 'ALLIANCE_NOT_FOUND';

/** Reasons that say nothing of the next attempt. */
const PASSING: readonly string[] = ['connection_reset', 'send_window_over'];
const isPassing = (error: unknown): boolean =>
  error instanceof AllianceError && error.reason !== undefined && PASSING.includes(error.reason);

/** Codes of calls that never reached the bank's books, because there was no session for them. */
const NO_SESSION: readonly AllianceErrorCode[] = ['ALLIANCE_SESSION_UNAVAILABLE', 'ALLIANCE_ACCOUNT_BLOCKED'];
/** From any other call it is a session code: this one refuses the authorize, so the bank never saw the request itself. */
const UNKNOWN_SERVICE_CODE = 'b_virtual_device_not_found';
const isForWantOfSession = (error: unknown): boolean =>
  error instanceof AllianceError && (NO_SESSION.includes(error.code) || error.bank?.msgCode === UNKNOWN_SERVICE_CODE);

/** A defect of our own is no bank outcome: let it surface. */
function reasonOf(error: unknown): string {
  const failure = failureOfCall(error);
  if (!(failure instanceof AllianceError) || failure.code === 'ALLIANCE_INVALID_REQUEST') throw failure;
  return [failure.code, failure.bank?.msgCode ?? failure.reason].filter(Boolean).join(' ');
}
