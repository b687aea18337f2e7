/** The bank's word, completed by an editor; it may send others, which are not final. */
type Word<Known extends string> = Known | (string & {});

/** States of an order. Source: bank docs, "Order status". */
export type OrderStatus = Word<'PENDING' | 'REQUIRED_3DS' | 'SUCCESS' | 'FAIL' | 'CANCELED' | 'PARTIAL_REFUND'>;
/** States of an operation. Source: bank docs, "Transaction statuses". */
export type OperationStatus = Word<'PENDING' | 'REQUIRED_3DS' | 'SUCCESS' | 'FAIL' | 'DESIRED_THREEDS_MODE_ERROR'>;
/** What an operation does. Source: bank docs, "Operation object". */
export type OperationType = Word<
  | 'PURCHASE'
  | 'PREAUTH'
  | 'COMPLETION'
  | 'REFUND'
  | 'VERIFICATION'
  | 'ACCOUNT_2_ACCOUNT'
  | 'ACCOUNT_2_CARD'
  | 'CARD_2_ACCOUNT'
>;

/** What the money came from. Source: bank docs, "Operation object". */
export type PaymentServiceType = Word<'CARD' | 'APPLE_PAY' | 'GOOGLE_PAY' | 'ACCOUNT' | 'TOKEN'>;

/** One movement at the bank under an order. Bank words; blank and null members are absent. */
export interface BankOperation {
  readonly type: OperationType;
  /** Not a unique key: pending refunds repeat the id of the original. Correlate by `merchantRequestId`. */
  readonly operationId?: string;
  readonly ecomOperationId?: string;
  readonly merchantId?: string;
  readonly merchantRequestId?: string;
  readonly hppOrderId?: string;
  /** Verbatim. Final: SUCCESS, FAIL, DESIRED_THREEDS_MODE_ERROR; anything else is not final. */
  readonly status: OperationStatus;
  /** Kopiyky of UAH, whatever the currency of the order. */
  readonly coinAmount: number | null;
  /** ISO 4217 numeric, "980". */
  readonly transactionCurrency?: string;
  /** Minor units of `sourceCurrencyCode`; only where the order was not in UAH. */
  readonly sourceAmount?: number;
  readonly sourceCurrencyCode?: string;
  /** 12 characters; "-1" on test terminals. */
  readonly rrn?: string;
  readonly approvalCode?: string;
  readonly actionCode?: string;
  readonly responseCode?: string;
  /** A bank code, on failed operations in order data. */
  readonly errorDetails?: string;
  /** What a refund or a completion acts on. */
  readonly originalOperationId?: string;
  readonly originalEcomOperationId?: string;
  readonly creationDateTime?: Date;
  readonly processingDateTime?: Date;
  /** As the bank masks it: 6 or 8 digits, bullets or asterisks, 4 digits. */
  readonly cardNumberMask?: string;
  /** Scheme of the card, `VISA`, `MASTERCARD`, … */
  readonly paymentSystem?: string;
  readonly paymentServiceType?: PaymentServiceType;
  readonly processingTerminalId?: string;
  /** Kopiyky. The merchant's fee; not on completions. */
  readonly merchantCommission?: number;
  /** Hryvnias for one unit of the order's currency, 4 decimals: `"44.3500"`. */
  readonly conversionRate?: string;
  /** The bank's receipt, for the customer's browser. */
  readonly receiptUrl?: string;
  /** Where the customer is sent for 3-D Secure. With `REQUIRED_3DS` and without it, the second call has not been made yet. */
  readonly redirect3dsUrl?: string;
  /** Of the card that paid, where one was asked for or used. */
  readonly externalCardToken?: string;
  /** Of a charge under a subscription: which payment of its schedule it is. */
  readonly scheduledPaymentId?: string;
}

/** An order of the hosted payment page. */
export interface HppOrder {
  readonly hppOrderId: string;
  readonly ecomOrderId?: string;
  readonly merchantRequestId: string;
  readonly merchantId: string;
  /** See `isFinal`; a verdict about money is `isPaid`. */
  readonly orderStatus: OrderStatus;
  /** Minor units of the order's currency. */
  readonly coinAmount: number;
  /** Opaque: where to send the customer. */
  readonly redirectUrl?: string;
  /** Of an A2A order that asked for it: the address that the QR of the National Bank holds. */
  readonly nbuQrCode?: string;
  readonly statusUrl?: string;
  readonly createDate?: Date;
  readonly expiredOrderDate?: Date;
  /** Empty before the first attempt to pay. What cannot be read is in it as type and status `UNREADABLE`: not final. */
  readonly operations: BankOperation[];
}

/** What an order does: takes money from a card or an account, holds it, or only checks the card. */
export type HppPayType = 'PURCHASE' | 'A2A' | 'PREAUTH' | 'VERIFICATION';
/** What the hosted page offers to pay with. */
export type HppPaymentMethod = 'CARD' | 'APPLE_PAY' | 'GOOGLE_PAY';
/** What the customer sees at the end: a page of the bank, or one of yours (`successUrl`, `failUrl`). */
export type HppStatusPageType = 'STATUS_TIMER_PAGE' | 'STATUS_PAGE' | 'STATUS_REDIRECT_MERCHANT_PAGE';
/** ISO 639-1: the language of the hosted page. */
export type HppLanguage = 'uk' | 'en' | 'es' | 'de' | 'pl' | 'fr' | 'tr' | 'it' | 'nl' | 'pt';

/** The payer. The bank refuses blank members: leave out what is unknown. */
export interface CustomerData {
  readonly senderCustomerId: string;
  readonly senderFirstName?: string | undefined;
  readonly senderLastName?: string | undefined;
  readonly senderMiddleName?: string | undefined;
  readonly senderEmail?: string | undefined;
  /** ISO 3166 numeric, "804". */
  readonly senderCountry?: string | undefined;
  readonly senderRegion?: string | undefined;
  readonly senderCity?: string | undefined;
  readonly senderStreet?: string | undefined;
  readonly senderAdditionalAddress?: string | undefined;
  readonly senderItn?: string | undefined;
  readonly senderPassport?: string | undefined;
  readonly senderIp?: string | undefined;
  /** Digits without "+", 380… */
  readonly senderPhone?: string | undefined;
  /** DD.MM.YYYY */
  readonly senderBirthday?: string | undefined;
  readonly senderGender?: 'Male' | 'Female' | undefined;
  readonly senderZipCode?: string | undefined;
}

/** Members that are undefined or blank are not sent. */
export interface CreateHppOrder {
  /** The terminal; the account's where absent. */
  readonly merchantId?: string | undefined;
  /** Unique per merchant, at most 36 characters: our handle after a disconnect. */
  readonly merchantRequestId: string;
  /** Minor units of `currencyCode`. */
  readonly coinAmount: number;
  /** ISO 4217 numeric; the bank takes "980" where absent. */
  readonly currencyCode?: '980' | '840' | '978' | undefined;
  readonly hppPayType: HppPayType;
  readonly directType?: 'REDIRECT' | 'BANK_LINK' | 'STATIC_LINK' | undefined;
  readonly hppTryMode?: 'ONE_TRY' | 'MULTI_PAYMENT' | undefined;
  /** At most 1440; at least 60 for A2A. */
  readonly expirationTimeMinutes?: number | undefined;
  /** PREAUTH only: when an uncaptured hold is released, 2 h to 28 days ahead. */
  readonly preAuthExpDate?: Date | undefined;
  readonly paymentMethods: readonly HppPaymentMethod[];
  readonly language?: HppLanguage | undefined;
  /** At most 255 characters. No address means no callback. */
  readonly notificationUrl?: string | undefined;
  readonly notificationEncryption?: boolean | undefined;
  readonly successUrl: string;
  readonly failUrl: string;
  readonly statusPageType: HppStatusPageType;
  readonly purpose?: string | undefined;
  readonly merchantComment?: string | undefined;
  readonly customerData: CustomerData;
}

/** `date` is filled in. */
export interface CreateRefund {
  /** The terminal of the operation to refund; the account's where absent. */
  readonly merchantId?: string | undefined;
  /** The refund's own unique id, not that of the payment. */
  readonly merchantRequestId: string;
  /** The operation to refund, not the order. */
  readonly operationId: string;
  /** Kopiyky of UAH, full or partial. */
  readonly coinAmount: number;
  readonly notificationUrl?: string | undefined;
  readonly notificationEncryption?: boolean | undefined;
  readonly merchantComment?: string | undefined;
}

/** A callback is a hint to query: plain and encrypted ones prove nothing about their sender, a signed one may be a replay. */
export interface BankCallback {
  readonly encoding: 'plain' | 'encrypted' | 'signed';
  readonly hppOrderId?: string;
  readonly merchantRequestId?: string;
  readonly merchantId?: string;
  /** Empty where the bank sent an order with an empty operation. */
  readonly operations: BankOperation[];
  readonly orderStatus?: string;
}
