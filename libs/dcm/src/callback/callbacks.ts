import { Inject, Injectable } from '@nestjs/common';
import { type z } from 'zod';
import { type SignedCallback } from '../token/callback-body.js';
import { type PayloadClaims } from '../token/claims.js';
import { thumbprintOfToken } from '../error/dcm-audit.js';
import { DcmError, tokenError } from '../error/dcm-error.js';
import { DcmVerifier } from '../token/dcm-verifier.js';
import { DCM_OPTIONS, type DcmOptions } from '../module/dcm.module-definition.js';
import { parseJsonObject } from '../token/strict-json.js';
import {
  balanceNoticeWire,
  bankCallbackWire,
  grossSettlementWire,
  merchantPayInWire,
  orderExpirationWire,
  payOutWire,
} from '../wire/callback.wire.js';

/** How a callback is read, and how far it can be believed. */
export interface CallbackKind {
  /** `none`: nobody vouches for it. Read the truth with the call named here before you act. */
  readonly proof: 'signed' | 'none';
  readonly truth?: 'order-status' | 'transfer-read';
  readonly wire: z.ZodType;
}

const SIGNED = { proof: 'signed' } as const;
const NOTICE = { proof: 'none', truth: 'transfer-read', wire: balanceNoticeWire } as const;

/** What DCM sends to a bank or a merchant. Source: platform guide, "Callbacks"; bank guide, "Balance notifications". */
export const CALLBACKS = {
  'pay-in-bank': { ...SIGNED, wire: bankCallbackWire },
  'pay-out-bank': { ...SIGNED, wire: payOutWire },
  'credit-bank': { ...SIGNED, wire: bankCallbackWire },
  'gross-settlement': { ...SIGNED, wire: grossSettlementWire },
  'pay-in-merchant': { ...SIGNED, truth: 'order-status', wire: merchantPayInWire },
  'order-expiration': { proof: 'none', truth: 'order-status', wire: orderExpirationWire },
  'notify-pay-in': NOTICE,
  'notify-pay-out': NOTICE,
  'notify-transfer': NOTICE,
} as const satisfies Record<string, CallbackKind>;

/** Name of a callback, such as `pay-in-bank`. */
export type CallbackName = keyof typeof CALLBACKS;
/** The members of a callback. */
export type CallbackOf<Name extends CallbackName> = z.output<(typeof CALLBACKS)[Name]['wire']>;

/**
 * The members of a callback, whether it was signed or not.
 * @throws DcmError `DCM_CLAIM_TYPE` whose `member` is the first that is missing or wrong
 * @example
 * const transaction_id = '0f8fad5b-d9cb-469f-a165-70867728950e';
 * readCallback('notify-transfer', { transaction_id }).transaction_id; // => transaction_id
 * readCallback('notify-transfer', {}); // throws { code: 'DCM_CLAIM_TYPE', member: 'transaction_id' }
 */
export function readCallback<Name extends CallbackName>(name: Name, claims: object): CallbackOf<Name> {
  const parsed = CALLBACKS[name].wire.safeParse(claims);
  if (parsed.success) return parsed.data as CallbackOf<Name>;
  throw tokenError('DCM_CLAIM_TYPE', { member: parsed.error.issues[0]?.path.join('.') });
}

/**
 * The members of an unsigned notice.
 * @throws DcmError `DCM_MALFORMED` where the body is no JSON object
 * @example
 * readNotice(Buffer.from('{"order_id":"o-42"}')); // => { order_id: 'o-42' }
 * readNotice(Buffer.from('[]')); // throws { code: 'DCM_MALFORMED' }
 */
export function readNotice(body: Uint8Array): PayloadClaims {
  try {
    return parseJsonObject(body);
  } catch {
    throw tokenError('DCM_MALFORMED', { reason: 'not_json' });
  }
}

/**
 * Verifies what comes signed, and tells the audit of what does not verify.
 * @example
 * const claims = await callbacks.verify({ requestToken: token, contentType: 'application/json', body });
 * const { status, payment_message } = readCallback('pay-in-bank', claims);
 */
@Injectable()
export class DcmCallbacks {
  readonly #verifier: DcmVerifier;
  readonly #audit: DcmOptions['audit'];

  constructor(@Inject(DCM_OPTIONS) { audit }: Pick<DcmOptions, 'audit'>, verifier: DcmVerifier) {
    this.#verifier = verifier;
    this.#audit = audit;
  }

  /**
   * Both tokens of a callback: a used, old or foreign one is refused. The tokens name no receiver, so that whether it is
   * for you is yours to compare: bank codes, accounts, orders.
   * @throws DcmError whose code is the failed check; answer 401 without a word of it
   */
  async verify(callback: SignedCallback): Promise<PayloadClaims> {
    try {
      return await this.#verifier.callback(callback);
    } catch (error) {
      if (error instanceof DcmError) {
        const { code, reason, member } = error;
        const thumbprint = thumbprintOfToken(callback.requestToken);
        this.#audit?.({ event: 'token.refused', code, reason, member, thumbprint });
      }
      throw error;
    }
  }
}
