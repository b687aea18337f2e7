import { CodedError, type ProblemTable } from '../problems/coded-error.js';

export type AccountErrorCode =
  | 'ACCOUNT_NOT_FOUND'
  | 'ACCOUNT_EXISTS'
  | 'ACCOUNT_INVALID'
  | 'ACCOUNT_CHANGED'
  | 'ACCOUNT_BLOCKED'
  | 'API_KEY_NOT_FOUND'
  | 'CLIENT_KEY_INVALID'
  | 'CLIENT_KEY_NOT_FOUND'
  | 'SIGNING_KEY_INVALID'
  | 'PAYMENT_KEY_NOT_FOUND'
  | 'SESSION_UNAVAILABLE';

export const ACCOUNT_PROBLEMS: ProblemTable<AccountErrorCode> = {
  ACCOUNT_NOT_FOUND: {
    status: 404,
    title: 'No such merchant account',
    remedy: 'List the accounts at /ops/merchant-accounts.',
  },
  ACCOUNT_EXISTS: {
    outcome: 'final',
    status: 409,
    title: 'The terminal has an account already',
    remedy: 'Change the account that there is.',
  },
  ACCOUNT_INVALID: {
    status: 422,
    title: 'The account cannot be like that',
    remedy: 'See the detail: it names what is wrong.',
  },
  ACCOUNT_CHANGED: {
    retry: 'later',
    status: 409,
    title: 'Changed by somebody else',
    remedy: 'Read the account again and repeat the change.',
  },
  ACCOUNT_BLOCKED: {
    retry: 'later',
    status: 409,
    title: 'The account is blocked',
    remedy: 'See the reason at /ops/sessions; unblock it when the cause is gone.',
  },
  API_KEY_NOT_FOUND: { status: 404, title: 'No such API key', remedy: 'List the keys of the account.' },
  CLIENT_KEY_INVALID: {
    status: 422,
    title: 'The key cannot be used',
    remedy: 'Give a private JWK of a P-384 pair; the detail names the member that is wrong.',
  },
  CLIENT_KEY_NOT_FOUND: {
    status: 404,
    title: 'No such client key',
    remedy: 'Read the account: it lists its keys and their status.',
  },
  SIGNING_KEY_INVALID: {
    status: 422,
    title: 'The key cannot sign for the bank',
    remedy: 'Give the private half of an RSA key of 2,048 bits or more, or of a P-256, P-384 or P-521 pair.',
  },
  PAYMENT_KEY_NOT_FOUND: {
    status: 404,
    title: 'No such payment key',
    remedy: 'Check the id of the merchant account; its operators install the key that the bank gave them.',
  },
  SESSION_UNAVAILABLE: {
    outcome: 'none',
    retry: 'later',
    status: 503,
    title: 'No bank session can be had',
    remedy: 'See the last error at /ops/sessions and try again.',
  },
};

/** What an operator asked for cannot be done. */
export class AccountError extends CodedError<AccountErrorCode> {
  override readonly name = 'AccountError';
}
