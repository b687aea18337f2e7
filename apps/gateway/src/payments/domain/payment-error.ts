import { CodedError, DelayedError, type ProblemTable } from '../../problems/coded-error.js';

export type PaymentErrorCode =
  | 'PAYMENT_NOT_FOUND'
  | 'VERIFICATION_NOT_FOUND'
  | 'PAYMENT_LINK_NOT_FOUND'
  | 'PAYOUT_NOT_FOUND'
  | 'CARD_NOT_FOUND'
  | 'CARD_REFUSED'
  | 'CARD_NOT_CHANGEABLE'
  | 'CARD_NOT_ACTIVE'
  | 'PAYOUT_OVER_LIMIT'
  | 'BALANCE_UNAVAILABLE'
  | 'PAYMENT_LINK_CLOSED'
  | 'PAYMENT_METHOD_UNAVAILABLE'
  | 'QR_NOT_FOUND'
  | 'PAYMENT_ILLEGAL_MOVE'
  | 'NOT_IN_REVIEW'
  | 'PAYMENT_NOT_FLAGGED'
  | 'CALLBACK_NOT_FOUND'
  | 'PAYMENT_NOT_PROVEN'
  | 'PAYMENT_NOT_REFUNDABLE'
  | 'REFUND_NOT_FOUND'
  | 'REFUND_TOO_LARGE'
  | 'PAYMENT_NOT_CAPTURABLE'
  | 'CAPTURE_AMOUNT_INVALID'
  | 'PAYMENT_NOT_CANCELABLE'
  | 'PAYMENT_NOT_CONFIRMABLE'
  | 'IDEMPOTENCY_KEY_MISSING'
  | 'IDEMPOTENCY_KEY_INVALID'
  | 'IDEMPOTENCY_MISMATCH'
  | 'IDEMPOTENCY_IN_FLIGHT'
  | 'CURSOR_INVALID';

export const PAYMENT_PROBLEMS: ProblemTable<PaymentErrorCode> = {
  PAYMENT_NOT_FOUND: {
    status: 404,
    title: 'No such payment',
    remedy: 'Check the id, and that the API key belongs to the account of the payment.',
  },
  VERIFICATION_NOT_FOUND: {
    status: 404,
    title: 'No such verification',
    remedy: 'Check the id, and that the API key belongs to the account of the verification.',
  },
  CARD_NOT_FOUND: {
    status: 404,
    title: 'No such card',
    remedy:
      'Check the id of the card and that of its customer, and that the API key belongs to the account that saved it.',
  },
  CARD_REFUSED: {
    status: 422,
    title: 'The bank does not keep this card',
    remedy:
      'Ask the customer to check number and expiry, or for another card; encrypt both to the current payment key.',
  },
  CARD_NOT_ACTIVE: {
    status: 409,
    title: 'The card cannot pay',
    remedy:
      'Only an "active" card pays; the detail says what it is. Resume it where it is "suspended", or let the customer enter a card anew.',
  },
  CARD_NOT_CHANGEABLE: {
    status: 409,
    title: 'The card cannot be changed to this',
    remedy: 'Read the card: one that has expired can only be deleted, and one that is deleted stays so.',
  },
  PAYOUT_NOT_FOUND: {
    status: 404,
    title: 'No such payout',
    remedy: 'Check the id, and that the API key belongs to the account of the payout.',
  },
  PAYOUT_OVER_LIMIT: {
    status: 403,
    title: 'The key may not send that much',
    remedy: 'Send less, or have an operator make a key with a higher "payoutLimit".',
  },
  BALANCE_UNAVAILABLE: {
    status: 404,
    title: 'The bank keeps no balance',
    remedy: 'Ask the bank: the contract of the account may have none.',
  },
  PAYMENT_LINK_NOT_FOUND: {
    status: 404,
    title: 'No such payment link',
    remedy: 'Check the id, and that the API key belongs to the account of the link.',
  },
  PAYMENT_LINK_CLOSED: {
    status: 409,
    title: 'The payment link cannot be used any more',
    remedy: 'Only a link that is "active" makes payments. Switch it on again, or make another.',
  },
  PAYMENT_METHOD_UNAVAILABLE: {
    status: 422,
    title: 'The account cannot be paid this way',
    remedy: 'Ask the bank for a terminal for it, and have an operator enter it; until then use another payment method.',
  },
  QR_NOT_FOUND: {
    status: 404,
    title: 'There is no QR code',
    remedy:
      'Only a payment by "bank_transfer" has one, while it can be paid. Read the payment: "qrLink" is what it holds.',
  },
  PAYMENT_ILLEGAL_MOVE: {
    status: 409,
    title: 'Not possible in this status',
    remedy: 'Read the payment: it has moved on.',
  },
  NOT_IN_REVIEW: {
    status: 409,
    title: 'It is not in review',
    remedy: 'Read it again: the bank may have settled it meanwhile. Only what needs review is decided by hand.',
  },
  PAYMENT_NOT_FLAGGED: {
    status: 409,
    title: 'The payment does not have this flag',
    remedy: 'Read the payment: it shows its flags, and those that were settled.',
  },
  CALLBACK_NOT_FOUND: {
    status: 404,
    title: 'No such callback',
    remedy: 'List them: only callbacks that were given up can be tried again.',
  },
  PAYMENT_NOT_PROVEN: {
    status: 409,
    retry: 'later',
    title: 'The charge is not proven yet',
    remedy:
      'Wait for "payment.succeeded": the bank has not shown the operation that took the money, and a refund has to name it.',
  },
  PAYMENT_NOT_REFUNDABLE: {
    status: 409,
    title: 'The payment cannot be refunded',
    remedy: 'Only a payment that succeeded, and at which no person must look first, can be refunded.',
  },
  REFUND_NOT_FOUND: {
    status: 404,
    title: 'No such refund',
    remedy: 'Check the id, and that the API key belongs to the account that made the refund.',
  },
  REFUND_TOO_LARGE: {
    status: 422,
    title: 'The refund exceeds what is left',
    remedy: 'Refund at most the captured amount less refunds that succeeded or are under way.',
  },
  PAYMENT_NOT_CAPTURABLE: {
    status: 409,
    title: 'The payment cannot be captured',
    remedy:
      'Only a payment that is "authorized" holds money, and it is captured once. Read it: a capture or a release may be under way, or the hold may be over.',
  },
  CAPTURE_AMOUNT_INVALID: {
    status: 422,
    title: 'The amount is outside of what the bank captures',
    remedy: 'The bank captures from 80 to 120 percent of what is held. Send an amount within that.',
  },
  PAYMENT_NOT_CANCELABLE: {
    status: 409,
    title: 'The payment cannot be canceled',
    remedy:
      'Only a payment that waits for its customer, or that is "authorized", can be canceled. Refund one that has "succeeded"; wait for what is under way.',
  },
  PAYMENT_NOT_CONFIRMABLE: {
    status: 409,
    title: 'The payment cannot be confirmed',
    remedy:
      'Only a payment that is "requires_confirmation" waits for card data, until its "expiresAt". Read it: it may be confirmed already; otherwise create a new one.',
  },
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    title: 'No Idempotency-Key',
    remedy: 'Send a header "Idempotency-Key" with a value of your own that is unique to this request.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    title: 'Idempotency-Key not valid',
    remedy: 'Use 1 to 255 printable ASCII characters.',
  },
  IDEMPOTENCY_MISMATCH: {
    status: 422,
    title: 'Idempotency-Key used for another request',
    remedy: 'Use a new key for a new request; repeat an old one unchanged.',
  },
  IDEMPOTENCY_IN_FLIGHT: {
    outcome: 'unknown',
    retry: 'same_key',
    status: 409,
    retryAfterSeconds: 2,
    title: 'The same request is still being worked on',
    remedy: 'Repeat it after the seconds in "Retry-After".',
  },
  CURSOR_INVALID: {
    status: 400,
    title: 'The cursor is not valid',
    remedy: 'Pass "nextCursor" of the page before unchanged.',
  },
};

/** A request that cannot be carried out. */
export class PaymentError extends CodedError<PaymentErrorCode> {
  override readonly name = 'PaymentError';
}

/** A request failed, and its Idempotency-Key could not be freed: until the lease has run out a repeat finds it in flight. */
export class KeyHeldError extends DelayedError {
  override readonly name = 'KeyHeldError';
  constructor(cause: unknown, retryAfterSeconds: number) {
    super(cause, 'the request failed and its key is still held', retryAfterSeconds);
  }
}
