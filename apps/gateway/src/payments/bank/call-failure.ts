import { AllianceError, type AllianceErrorCode } from '#libs/alliance';
import { failureOfCall } from '../bank-access/stored-alliance-accounts.js';
import { type Failed, type Unknown } from './payment-bank.js';

const DUPLICATE = 'b_duplicate_field_value';

export const bankCode = (error: unknown): string | undefined =>
  error instanceof AllianceError ? error.bank?.msgCode : undefined;

/** What a call with effect has come to that brought no answer. */
export function failureOf(error: unknown): Failed {
  const code = bankCode(error);
  if (code === DUPLICATE) return { kind: 'duplicate' };
  if (isOurDefect(error)) return { kind: 'unsendable', reason: error.message };
  if (isForWantOfSession(error)) return unknown(error);
  if (code !== undefined && error instanceof AllianceError && error.code === 'ALLIANCE_REFUSED') {
    return { kind: 'refused', code, provenNoEffect: error.noEffect };
  }
  return { ...unknown(error), unsent: isUnsent(error), atOnce: isPassing(error) };
}

/** What a question has come to that brought no answer. */
export function unknown(error: unknown): Unknown {
  return { kind: 'unknown', reason: reasonOf(error), noSession: isForWantOfSession(error) };
}

/** The client found our request at fault before a byte of it left. */
export const isOurDefect = (error: unknown): error is AllianceError =>
  error instanceof AllianceError && error.code === 'ALLIANCE_INVALID_REQUEST';

/** A refusal or a "not found" speaks of the request, so it had arrived. */
const isUnsent = (error: unknown): boolean =>
  error instanceof AllianceError && error.noEffect && error.code !== 'ALLIANCE_NOT_FOUND';

/** Reasons that say nothing of the next attempt. */
const PASSING: readonly string[] = ['connection_reset', 'send_window_over'];
const isPassing = (error: unknown): boolean =>
  error instanceof AllianceError && error.reason !== undefined && PASSING.includes(error.reason);

/** Codes of calls that never reached the bank's books, because there was no session for them. */
const NO_SESSION: readonly AllianceErrorCode[] = ['ALLIANCE_SESSION_UNAVAILABLE', 'ALLIANCE_ACCOUNT_BLOCKED'];
/** From any other call it is a session code: this one refuses the authorize, so the bank never saw the request itself. */
const UNKNOWN_SERVICE_CODE = 'b_virtual_device_not_found';
const isForWantOfSession = (error: unknown): boolean =>
  error instanceof AllianceError && (NO_SESSION.includes(error.code) || error.bank?.msgCode === UNKNOWN_SERVICE_CODE);

/** What went wrong before there was a call is no outcome of one: let it surface. */
function reasonOf(error: unknown): string {
  const failure = failureOfCall(error);
  if (!(failure instanceof AllianceError)) throw failure;
  return [failure.code, failure.bank?.msgCode ?? failure.reason].filter(Boolean).join(' ');
}
