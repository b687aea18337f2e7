/** What one of the bank's codes means for a call. */
export interface BankCodeMeaning {
  /** fail: do not repeat unchanged · retry: overloaded · reauthorize: the session · query: the outcome is unknown */
  readonly action: 'fail' | 'retry' | 'reauthorize' | 'query';
  /** True where the bank certainly started nothing. Source: bank docs, "Errors"; a row is false where they are silent. */
  readonly noEffect: boolean;
}

/** The bank's error codes. Source: bank docs, code table; `b_session_doesnt_exist(s)` is printed both ways. */
export const BANK_CODES = {
  b_terminal_not_found: { action: 'fail', noEffect: true },
  b_merchant_not_found: { action: 'fail', noEffect: true },
  b_reverse_transaction_failed: { action: 'query', noEffect: false },
  b_payment_invalid_refund_amount: { action: 'fail', noEffect: false },
  b_phys_transaction_not_found: { action: 'query', noEffect: false },
  b_cannot_process_logic_transaction: { action: 'query', noEffect: false },
  b_authorize_transaction_failed: { action: 'query', noEffect: false },
  b_initiate_transaction_failed: { action: 'query', noEffect: false },
  b_payment_logic_transaction_not_found: { action: 'query', noEffect: false },
  b_explicit_payment_execution_not_supported: { action: 'fail', noEffect: false },
  b_payment_not_found: { action: 'query', noEffect: true },
  b_operation_not_found: { action: 'query', noEffect: true },
  b_payment_refund_not_supported: { action: 'fail', noEffect: false },
  b_invalid_request: { action: 'fail', noEffect: true },
  b_unsupported_payment_system: { action: 'fail', noEffect: true },
  b_validation_card_expiration_date_and_security_code: { action: 'fail', noEffect: true },
  b_invalid_pan_format: { action: 'fail', noEffect: true },
  b_payment_invalid_refund_status: { action: 'fail', noEffect: false },
  b_validation_card_expiration_date: { action: 'fail', noEffect: true },
  b_encryptor_failed_decrypt_message: { action: 'reauthorize', noEffect: true },
  b_virtual_device_not_found: { action: 'reauthorize', noEffect: true },
  b_refresh_token_absent: { action: 'reauthorize', noEffect: true },
  b_err_missing_recipient_id: { action: 'fail', noEffect: true },
  b_err_invalid_itn_format: { action: 'fail', noEffect: true },
  b_overload_error: { action: 'retry', noEffect: false },
  b_duplicate_field_value: { action: 'query', noEffect: false }, // an earlier request with this merchantRequestId counts
  b_request_is_not_correct: { action: 'fail', noEffect: true },
  b_error_parse_json: { action: 'fail', noEffect: true },
  b_txn_not_allowed: { action: 'fail', noEffect: true },
  b_failed_to_get_apple_pay_session: { action: 'retry', noEffect: true },
  b_user_merchant_request_mismatch: { action: 'fail', noEffect: true },
  b_expired_token: { action: 'reauthorize', noEffect: true },
  b_unknown_device: { action: 'reauthorize', noEffect: true },
  b_used_token: { action: 'reauthorize', noEffect: true },
  b_auth_token_expired: { action: 'reauthorize', noEffect: true },
  b_previous_auth_token_expired: { action: 'reauthorize', noEffect: true },
  b_service_unavailable: { action: 'retry', noEffect: false },
  payment_operation_not_found: { action: 'query', noEffect: true },
  b_hpp_order_not_found: { action: 'fail', noEffect: true },
  b_merchant_balances_not_found: { action: 'fail', noEffect: true },
  b_hpp_order_expired: { action: 'fail', noEffect: false },
  b_unknown_error: { action: 'query', noEffect: false },
  b_server_is_overloaded: { action: 'retry', noEffect: false },
  b_session_doesnt_exists: { action: 'reauthorize', noEffect: true },
  b_session_doesnt_exist: { action: 'reauthorize', noEffect: true },
  b_security_time_in_request_not_correct: { action: 'fail', noEffect: false },
} as const satisfies Record<string, BankCodeMeaning>;

/** A code of the bank's table; it also sends others. */
export type BankCode = keyof typeof BANK_CODES;

/**
 * What a code means; undefined for one that is in no table, which proves nothing.
 * @example
 * meaningOfCode('b_overload_error')?.action; // => 'retry'
 * meaningOfCode('b_something_new'); // => undefined
 */
export function meaningOfCode(code: string): BankCodeMeaning | undefined {
  return Object.hasOwn(BANK_CODES, code) ? BANK_CODES[code as BankCode] : undefined;
}

/** Field validation comes without a code. Source: the vendor's published clients. */
export const VALIDATION_ERROR: BankCodeMeaning = { action: 'fail', noEffect: true };

/** The bank knows no such order or operation; may pass right after creation, so ask again before believing it. */
export const NOT_FOUND_CODES: ReadonlySet<string> = new Set([
  'payment_operation_not_found',
  'b_operation_not_found',
  'b_payment_not_found',
  'b_hpp_order_not_found',
]);
