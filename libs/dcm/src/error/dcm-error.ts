/** The failed check of a token, in the order of the checks. The sender of the token never learns which. */
export type DcmTokenErrorCode =
  | 'DCM_MALFORMED'
  | 'DCM_ALG_NOT_ALLOWED'
  | 'DCM_CRIT_NOT_SUPPORTED'
  | 'DCM_KID_MISSING'
  | 'DCM_KID_UNKNOWN'
  | 'DCM_KEY_NOT_USABLE'
  | 'DCM_SIGNATURE_INVALID'
  | 'DCM_CLAIM_MISSING'
  | 'DCM_CLAIM_TYPE'
  | 'DCM_FLOW_INVALID'
  | 'DCM_LIFETIME_INVALID'
  | 'DCM_LIFETIME_TOO_LONG'
  | 'DCM_ISSUED_IN_FUTURE'
  | 'DCM_EXPIRED'
  | 'DCM_REPLAYED'
  /** A good token of scheme BANK that this bank did not issue a moment ago. */
  | 'DCM_NOT_ISSUED';

/** What a caller can tell failures apart by; the README says what to do about each. */
export type DcmErrorCode =
  | DcmTokenErrorCode
  | 'DCM_REFUSED'
  | 'DCM_DUPLICATE'
  | 'DCM_NOT_FOUND'
  | 'DCM_UNAUTHORIZED'
  | 'DCM_FORBIDDEN'
  | 'DCM_LOGIN_FAILED'
  | 'DCM_UNAVAILABLE'
  | 'DCM_UNKNOWN_OUTCOME'
  | 'DCM_INVALID_KEY'
  | 'DCM_CONFIGURATION';

/** A question of DCM to the Bank Auth Service. Source: bank guide, "Bank Auth Service". */
export type BankAuthCall = 'user_auth' | 'external_id' | 'key';

/** What is known of a failure beside its code. */
export interface DcmErrorDetails {
  /** Why, in one word, e.g. `timeout`, `too_large`, `duplicate_member`. */
  readonly reason?: string | undefined;
  /** The JWK member, claim or option that is wrong. */
  readonly member?: string | undefined;
  readonly httpStatus?: number | undefined;
  /** The platform's own code, e.g. `ORDER_NOT_FOUND`; only the p2p family sends one. */
  readonly dcmCode?: string | undefined;
  /** Which question to our Bank Auth Service failed, where DCM says so: see its log for why. */
  readonly callback?: BankAuthCall | undefined;
  /** The HTTP status that our Bank Auth Service answered it with. */
  readonly callbackStatus?: number | undefined;
  /** With `DCM_DUPLICATE`: the payment message that came first. */
  readonly paymentMessageGuid?: string | undefined;
  readonly noEffect?: boolean | undefined;
}

/**
 * Carries no token, session, password, key or text of the platform (its texts are free prose): message, code and
 * details are safe to log.
 */
export class DcmError extends Error {
  override readonly name = 'DcmError';
  declare readonly reason?: string;
  declare readonly member?: string;
  declare readonly httpStatus?: number;
  declare readonly dcmCode?: string;
  declare readonly callback?: BankAuthCall;
  declare readonly callbackStatus?: number;
  declare readonly paymentMessageGuid?: string;
  /** True only if this call certainly started nothing at DCM. False means "not proven": look before deciding. */
  readonly noEffect: boolean;

  constructor(
    readonly code: DcmErrorCode,
    message: string,
    { noEffect = false, ...details }: DcmErrorDetails = {},
  ) {
    super(message);
    this.noEffect = noEffect;
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) Object.assign(this, { [name]: value });
    }
  }
}

/** A refused token. */
export function tokenError(code: DcmTokenErrorCode, details: DcmErrorDetails = {}): DcmError {
  const about = [details.member, details.reason].filter((word) => word !== undefined).join(': ');
  return new DcmError(code, about === '' ? 'The token is refused' : `The token is refused: ${about}`, details);
}
