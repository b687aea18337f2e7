export type PaymentErrorCode =
  | 'PAYMENT_NOT_FOUND'
  | 'PAYMENT_ILLEGAL_MOVE'
  | 'PAYMENT_NOT_REFUNDABLE'
  | 'REFUND_TOO_LARGE'
  | 'IDEMPOTENCY_KEY_MISSING'
  | 'IDEMPOTENCY_KEY_INVALID'
  | 'IDEMPOTENCY_MISMATCH'
  | 'IDEMPOTENCY_IN_FLIGHT'
  | 'CURSOR_INVALID';

/** A request that cannot be carried out; HTTP statuses and public words are in `http/problem-catalogue.ts`. */
export class PaymentError extends Error {
  override readonly name = 'PaymentError';
  constructor(
    readonly code: PaymentErrorCode,
    message: string,
    /** Seconds after which a repeat is worth it, where that is known. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

/** A request failed, and its Idempotency-Key could not be freed: until the lease has run out a repeat finds it in flight. */
export class KeyHeldError extends Error {
  override readonly name = 'KeyHeldError';
  constructor(
    override readonly cause: unknown,
    readonly retryAfterSeconds: number,
  ) {
    super('the request failed and its key is still held');
  }
}
