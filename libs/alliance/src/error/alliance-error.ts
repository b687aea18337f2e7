import { type BankCode } from './error-codes.js';

/** What a caller can tell failures apart by; the README says what to do about each. */
export type AllianceErrorCode =
  | 'ALLIANCE_REFUSED'
  | 'ALLIANCE_UNKNOWN_OUTCOME'
  | 'ALLIANCE_NOT_FOUND'
  | 'ALLIANCE_SESSION_UNAVAILABLE'
  | 'ALLIANCE_ACCOUNT_BLOCKED'
  | 'ALLIANCE_INVALID_KEY'
  | 'ALLIANCE_JWE_REFUSED'
  | 'ALLIANCE_JWS_REFUSED'
  | 'ALLIANCE_UNKNOWN_BANK_KEY'
  | 'ALLIANCE_NOT_CONFIGURED'
  | 'ALLIANCE_ACCOUNT_UNAVAILABLE'
  | 'ALLIANCE_INVALID_OPTIONS'
  | 'ALLIANCE_INVALID_REQUEST'
  | 'ALLIANCE_INVALID_CARD'
  | 'ALLIANCE_INVALID_CALLBACK'
  | 'ALLIANCE_CALLBACK_UNSUPPORTED';

/** What the bank itself said. */
export interface BankRefusal {
  /** The bank's code; its `msgType` where it sent no code. */
  readonly msgCode: BankCode | (string & {});
  /** Of the answer; the bank refuses under any status. */
  readonly httpStatus: number;
  /** The bank's id of the request, for its support desk. */
  readonly requestId?: string;
}

/** What is known of a failure beside its code. */
export interface AllianceErrorDetails extends ErrorOptions {
  readonly bank?: BankRefusal;
  /** Why, in one word, e.g. `timeout`, `connection_reset`, `not_json`. */
  readonly reason?: string;
  /** The member of a key, a card, a body, an account or the options that is wrong. */
  readonly member?: string;
  readonly noEffect?: boolean;
}

/** Carries no body, token, key or card data: message, code and details are safe to log. */
export class AllianceError extends Error {
  override readonly name = 'AllianceError';
  declare readonly bank?: BankRefusal;
  declare readonly reason?: string;
  declare readonly member?: string;
  /**
   * True only if this call certainly started nothing at the bank. False means "not proven": query before deciding.
   * It is false for `b_duplicate_field_value`, where an earlier request with the same id counts.
   */
  readonly noEffect: boolean;

  constructor(
    readonly code: AllianceErrorCode,
    message: string,
    details: AllianceErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.noEffect = details.noEffect ?? false;
    if (details.bank) this.bank = details.bank;
    if (details.reason) this.reason = details.reason;
    if (details.member) this.member = details.member;
  }
}
