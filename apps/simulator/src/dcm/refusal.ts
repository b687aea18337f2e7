import { type JsonObject } from './strict-json.js';

/** The checks of section 7 in their order, then those of the door (G8, G9). */
export type CheckName =
  | 'malformed'
  | 'alg_not_allowed'
  | 'crit_not_supported'
  | 'kid_missing'
  | 'kid_unknown'
  | 'key_not_usable'
  | 'signature_invalid'
  | 'claim_missing'
  | 'claim_type'
  | 'flow_invalid'
  | 'lifetime_invalid'
  | 'lifetime_too_long'
  | 'issued_in_future'
  | 'expired'
  | 'replayed'
  | 'both_credentials'
  | 'no_credential'
  | 'session_unknown'
  | 'counterparty_mismatch'
  | 'not_administrator'
  | 'flow_mismatch'
  | 'merchant_unknown'
  | 'legacy_call';

/** A credential that was not taken. The check goes to the ledger and never to the wire. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly check: CheckName,
    readonly kid?: string,
  ) {
    super(check);
  }
}

/** An answer other than 200, as the caller sees it. */
export class WireError extends Error {
  override readonly name = 'WireError';
  constructor(
    readonly httpStatus: number,
    readonly body: JsonObject,
  ) {
    super(`answered ${httpStatus}`);
  }
}

/** The envelope of the bank guide (section 11). */
export const refuse = (httpStatus: number, error: string): WireError => new WireError(httpStatus, { error });

/** The one outward text for every failed verification (G10). */
export const UNAUTHORIZED = 'Access credentials are invalid';
