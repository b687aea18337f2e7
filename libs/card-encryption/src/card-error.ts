/** What of a card is meant. */
export type CardMember = 'number' | 'expiry' | 'cvv';

/** Stable: yours to translate. `…_INCOMPLETE` is what somebody may still be typing. */
export type CardErrorCode =
  | 'CARD_NUMBER_INCOMPLETE'
  | 'CARD_NUMBER_INVALID'
  | 'CARD_SCHEME_UNSUPPORTED'
  | 'CARD_EXPIRY_INCOMPLETE'
  | 'CARD_EXPIRY_INVALID'
  | 'CARD_EXPIRED'
  | 'CARD_CVV_INCOMPLETE'
  | 'CARD_CVV_INVALID'
  | 'PAYMENT_KEY_INVALID'
  | 'PAYMENT_KEY_UNAVAILABLE';

/** Says what is wrong, and never quotes it: neither its text nor its stack holds anything of a card. */
export class CardError extends Error {
  override readonly name = 'CardError';

  constructor(
    readonly code: CardErrorCode,
    /** Undefined where it is not about the card. */
    readonly member?: CardMember,
  ) {
    super(code);
  }
}
