/** What the bank said of one movement, in our units; absent and blank members are undefined. */
export interface BankOperationFacts {
  readonly type: string;
  /** The bank's word, exactly as sent: only ASCII `SUCCESS` is success. */
  readonly status: string;
  /** Minor units of `currency`. */
  readonly amount: number | undefined;
  /** ISO 4217 letters. */
  readonly currency: string | undefined;
  readonly merchantId: string | undefined;
  readonly merchantRequestId: string | undefined;
  readonly operationId: string | undefined;
  readonly ecomOperationId: string | undefined;
  readonly originalOperationId: string | undefined;
  readonly hppOrderId: string | undefined;
  /** Of a charge under a subscription: the bank's id of the payment of its schedule. */
  readonly scheduledPaymentId?: string | undefined;
  readonly rrn: string | undefined;
  readonly approvalCode: string | undefined;
  readonly actionCode: string | undefined;
  readonly responseCode: string | undefined;
  readonly errorDetails: string | undefined;
  /** Where the customer is sent for 3-D Secure, once that has begun. */
  readonly threeDsUrl?: string | undefined;
  /** Kopiyky, whatever the currency of the order: what was really moved. */
  readonly hryvnia?: number | undefined;
  readonly shown?: ShownFacts | undefined;
  /** The bank's token of the card, where it keeps it. A secret: not in evidence, receipt or log. */
  readonly cardToken?: Hidden | undefined;
}

/** A text that shows itself to nobody who does not ask. */
export interface Hidden {
  readonly reveal: () => string;
}

/** What is only shown to people; nothing is decided by it. Each may be absent. */
export interface ShownFacts {
  readonly cardMask?: string | undefined;
  /** Of the card: `VISA`, `MASTERCARD`, … */
  readonly scheme?: string | undefined;
  /** What the money came from, in the bank's word: `CARD`, `GOOGLE_PAY`, … */
  readonly service?: string | undefined;
  readonly terminal?: string | undefined;
  /** Kopiyky. */
  readonly fee?: number | undefined;
  /** Hryvnias for one unit of the order's currency, with decimals. */
  readonly rate?: string | undefined;
  readonly receiptUrl?: string | undefined;
  readonly processedAt?: Date | undefined;
}

/** What the bank said of a hosted-page order. */
export interface BankOrderFacts {
  readonly bankOrderId: string;
  readonly merchantRequestId: string | undefined;
  readonly merchantId: string | undefined;
  /** Minor units of the order's currency. */
  readonly amount: number | undefined;
  readonly status: string;
  readonly operations: readonly BankOperationFacts[];
}
