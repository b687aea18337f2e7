/** Why money did not move, as the API says it. `retry`: a new payment of the same customer may well work. */
interface FailureRow {
  readonly message: string;
  /** What the merchant should do. */
  readonly advice: string;
  readonly retry: boolean;
}

const OTHER_CARD = 'Offer the customer to pay with another card.';
const LIMIT = 'Offer another card, or a later day; the customer can ask the bank that issued the card.';

/** Every failure code that the API can show. Codes are stable: clients may branch on them. */
export const FAILURES = {
  expired_card: { message: 'The card has expired.', advice: OTHER_CARD, retry: true },
  suspected_fraud: {
    message: 'The issuer suspects fraud.',
    advice: 'Do not tell the customer this reason. Offer another way to pay, and look at the order.',
    retry: false,
  },
  invalid_card_number: { message: 'The card number is not valid.', advice: 'Let the customer try again.', retry: true },
  invalid_card: { message: 'The card is not valid.', advice: OTHER_CARD, retry: true },
  invalid_cvv: { message: 'The security code is not valid.', advice: 'Let the customer try again.', retry: true },
  insufficient_funds: { message: 'Not enough money on the card.', advice: OTHER_CARD, retry: true },
  limit_exceeded: { message: 'A limit of the card is exceeded.', advice: LIMIT, retry: true },
  not_permitted: { message: 'The card does not permit this payment.', advice: OTHER_CARD, retry: true },
  lost_card: {
    message: 'The card is reported lost.',
    advice: 'Do not tell the customer this reason, and do not try this card again.',
    retry: false,
  },
  stolen_card: {
    message: 'The card is reported stolen.',
    advice: 'Do not tell the customer this reason, and do not try this card again.',
    retry: false,
  },
  authentication_failed: {
    message: '3-D Secure failed.',
    advice: 'Let the customer try again and confirm the payment in the app of the bank.',
    retry: true,
  },
  card_declined: { message: 'The bank declined the payment.', advice: OTHER_CARD, retry: true },
  bank_error: {
    message: 'The bank reports an error.',
    advice: 'Try again later; if it stays, ask the bank with the number in the message.',
    retry: true,
  },
  canceled_by_customer: {
    message: 'The customer canceled on the bank page.',
    advice: 'Nothing to do: the customer may come back with a new payment.',
    retry: true,
  },
  expired: {
    message: 'The customer did not pay in time.',
    advice: 'Create a new payment when the customer wants to pay.',
    retry: true,
  },
  order_not_opened: {
    message: 'The bank gave no usable link while the payment was valid.',
    advice: 'Create a new payment. If this happens often, look whether the bank answers.',
    retry: true,
  },
  not_reached: {
    message: 'The bank never got the request.',
    advice: 'Nothing was taken. Create a new payment, with the card data encrypted anew.',
    retry: true,
  },
  not_sendable: {
    message: 'The gateway made a request that it cannot send.',
    advice: 'Nothing was sent. It is a defect of the gateway, and the same data fails again: tell your operators.',
    retry: false,
  },
  three_ds_unavailable: {
    message: 'The card does not support 3-D Secure, which the payment demands.',
    advice: 'Offer another card, or ask for the payment with `threeDs: if_available`.',
    retry: true,
  },
  refused_by_bank: {
    message: 'The bank refused the request.',
    advice: 'Look up the code in the message: mostly data or the contract must change before another try.',
    retry: false,
  },
  closed_by_operator: {
    message: 'Your operators closed it after they had looked at it.',
    advice: 'The message says why. Money that the bank reports later is counted all the same.',
    retry: true,
  },
  refund_declined: {
    message: 'The bank declined the refund.',
    advice: 'Give the money back in another way, or ask the bank.',
    retry: false,
  },
  needs_review: {
    message: 'What the bank says does not add up.',
    advice: 'Neither ship nor refund by hand before your operators have looked at it.',
    retry: false,
  },
} as const satisfies Record<string, FailureRow>;

export type FailureCode = keyof typeof FAILURES;
export const FAILURE_CODES = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]];

/** In our words; `message` is fit for a log and a merchant, not for a customer. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
}

/** @param message instead of the usual one, with codes of the bank in it */
export const failureOf = (code: FailureCode, message: string = FAILURES[code].message): Failure => ({ code, message });

/** A person has to look. @param reason what does not add up */
export const reviewOf = (reason: string): Failure => failureOf('needs_review', reason);

/** A defect of our own kept a request from leaving. @param reason names members, never values */
export const defectOf = (reason: string): Failure =>
  failureOf('not_sendable', `${FAILURES.not_sendable.message} ${reason}.`);

/** As it was kept. */
export const keptFailure = (row: {
  readonly failureCode: FailureCode | null;
  readonly failureMessage: string | null;
}): Failure | null => (row.failureCode === null ? null : { code: row.failureCode, message: row.failureMessage ?? '' });
