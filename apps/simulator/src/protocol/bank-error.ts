import { randomUUID } from 'node:crypto';

/** HTTP status and text of every documented code. Source: the protocol reference, section i.3. */
export const BANK_ERRORS = {
  b_terminal_not_found: [200, '@Payment terminal not found'],
  b_merchant_not_found: [200, '@Merchant not found'],
  b_reverse_transaction_failed: [200, '@Failed to reverse transaction'],
  b_payment_invalid_refund_amount: [200, '@Payment invalid refund amount'],
  b_phys_transaction_not_found: [200, '@Phys transaction not found'],
  b_cannot_process_logic_transaction: [200, '@Cannot process logic transaction'],
  b_authorize_transaction_failed: [200, '@Failed to authorize transaction'],
  b_initiate_transaction_failed: [200, '@Failed to initiate transaction'],
  b_payment_logic_transaction_not_found: [200, '@Payment logic transaction not found'],
  b_explicit_payment_execution_not_supported: [200, "@Payment type doesn't support explicit execution"],
  b_payment_not_found: [200, '@Payment not found'],
  b_operation_not_found: [200, '@Operation not found'],
  b_payment_refund_not_supported: [200, "@Payment type doesn't support refund"],
  b_invalid_request: [200, 'Invalid request'],
  b_unsupported_payment_system: [200, 'Payment system is not supported'],
  b_validation_card_expiration_date_and_security_code: [200, 'Value must consist of 7 digits'],
  b_invalid_pan_format: [200, 'Invalid full card number format'],
  b_payment_invalid_refund_status: [200, '@Payment invalid refund status'],
  b_validation_card_expiration_date: [200, 'Value must consist of 4 digits'],
  b_encryptor_failed_decrypt_message: [200, 'Failed to decrypt the message'],
  b_virtual_device_not_found: [200, 'Virtual device not found'],
  b_refresh_token_absent: [200, 'Refresh token absent'],
  b_err_missing_recipient_id: [200, 'recipientItn or recipientPassport is required'],
  b_err_invalid_itn_format: [200, 'recipientItn must be 10 digits'],
  b_overload_error: [200, '@Overload error'],
  b_security_time_in_request_not_correct: [200, '@Security time in request is not correct'],
  b_duplicate_field_value: [400, 'Value {data} must be unique'],
  b_request_is_not_correct: [400, 'Request is not in the correct format'],
  b_error_parse_json: [400, 'JSON parse error: {info}'],
  b_txn_not_allowed: [400, '@transaction type is not allowed for this Merchant'],
  b_failed_to_get_apple_pay_session: [400, '@Failed to get apple pay session'],
  b_user_merchant_request_mismatch: [400, "@User's merchant ID doesn't match the merchant ID from request"],
  b_expired_token: [401, '@Token Expired'],
  b_unknown_device: [401, '@Unknown Device'],
  b_used_token: [401, '@Used Token Alert!'],
  b_auth_token_expired: [401, 'Authentication token expired'],
  b_previous_auth_token_expired: [401, '@Previous Auth Token Expired'],
  b_session_doesnt_exist: [401, "@Session doesn't exist"],
  b_session_doesnt_exists: [401, "@Session doesn't exists"],
  b_service_unavailable: [404, "@Service '{service}' unavailable"],
  payment_operation_not_found: [404, '@Payment operation is not found.'],
  b_hpp_order_not_found: [404, '@The HPP order not found'],
  b_merchant_balances_not_found: [404, '@Balance not found.'],
  b_hpp_order_expired: [500, '@The HPP order is expired'],
  b_unknown_error: [500, 'Unknown error'],
  b_server_is_overloaded: [503, '@Server is overloaded'],
} as const satisfies Record<string, readonly [number, string]>;

export type BankErrorCode = keyof typeof BANK_ERRORS;

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface BankErrorOptions {
  /** Values for the placeholders of the text. */
  readonly attrs?: Readonly<Record<string, string>>;
  /** Present = a validation error (shape i.1, HTTP 200 as in U12). */
  readonly validation?: readonly FieldError[];
  readonly httpStatus?: number;
  /** Instead of the envelope. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Instead of the printed text of the code. */
  readonly text?: string;
}

const rowOf = (msgCode: string): readonly [number, string] =>
  Object.hasOwn(BANK_ERRORS, msgCode) ? BANK_ERRORS[msgCode as BankErrorCode] : [200, `@${msgCode}`];

/** A refusal of the bank. `msgCode` is a plain string because faults may name codes that are not in the table. */
export class BankError extends Error {
  override readonly name = 'BankError';

  constructor(
    readonly msgCode: string,
    private readonly options: BankErrorOptions = {},
  ) {
    super(msgCode);
  }

  get isValidation(): boolean {
    return this.options.validation !== undefined;
  }

  get httpStatus(): number {
    return this.options.httpStatus ?? (this.options.validation ? 200 : rowOf(this.msgCode)[0]);
  }

  /** The documented envelope. `requestId` repeats the caller's `x-request_id`. */
  toEnvelope(requestId: string = randomUUID(), serviceId = 'ecom'): Record<string, unknown> {
    if (this.options.body) return { ...this.options.body };
    const { attrs = {}, validation, text = rowOf(this.msgCode)[1] } = this.options;
    return {
      requestId,
      serviceId,
      msgCode: this.msgCode,
      msgType: validation ? 'VALIDATION_ERROR' : 'ERROR',
      msgText: text.replace(/\{(\w+)\}/g, (placeholder, name: string) => attrs[name] ?? placeholder),
      isLocalized: false,
      msgAttrs: attrs,
      errorCauses: [],
      ...(validation && { validation: { errors: validation } }),
    };
  }
}

export const validationError = (validation: readonly FieldError[]): BankError =>
  new BankError('b_request_is_not_correct', { validation });
