export type AccountErrorCode =
  | 'ACCOUNT_NOT_FOUND'
  | 'ACCOUNT_EXISTS'
  | 'ACCOUNT_INVALID'
  | 'ACCOUNT_CHANGED'
  | 'ACCOUNT_BLOCKED'
  | 'API_KEY_NOT_FOUND'
  | 'CLIENT_KEY_INVALID'
  | 'CLIENT_KEY_NOT_FOUND'
  | 'SESSION_UNAVAILABLE';

/** What an operator asked for cannot be done. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
  constructor(
    readonly code: AccountErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
