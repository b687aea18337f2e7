import { type BankRefusal } from '../error/alliance-error.js';

/** What a new session has to bring: credentials that the bank accepts, or a key that it can decrypt with. */
type Cure = 'credentials' | 'key';

/**
 * The codes that a new session may cure, under any HTTP status, in the bank's own JSON. Each proves that nothing was
 * executed. They cannot tell an expiry from somebody else's use of the service code. Source: bank docs,
 * "Authentication", code table. `b_user_merchant_request_mismatch` is not among them: it is a wrong configuration.
 */
export const SESSION_CODES: Readonly<Record<string, Cure>> = {
  b_expired_token: 'credentials',
  b_auth_token_expired: 'credentials',
  b_used_token: 'credentials',
  b_previous_auth_token_expired: 'credentials',
  b_session_doesnt_exist: 'credentials',
  b_session_doesnt_exists: 'credentials',
  b_unknown_device: 'credentials',
  b_refresh_token_absent: 'credentials',
  b_virtual_device_not_found: 'credentials',
  b_encryptor_failed_decrypt_message: 'key',
};

/** Undefined where a new session would not help. */
export const cureOf = ({ msgCode }: BankRefusal): Cure | undefined =>
  Object.hasOwn(SESSION_CODES, msgCode) ? SESSION_CODES[msgCode] : undefined;
