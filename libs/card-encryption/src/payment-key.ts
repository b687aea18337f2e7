import { type CryptoKey } from 'jose';
import { CardError } from './card-error.js';

/** The bank's public key, as `jwk` of `GET /v1/merchant-accounts/{id}/payment-key` has it. Other members are of no concern. */
export interface PaymentKey {
  readonly kty: 'EC';
  readonly crv: 'P-384';
  readonly x: string;
  readonly y: string;
}

/** Milliseconds. A customer waits for it. */
const TIMEOUT_MS = 10_000;

/**
 * Reads the key of a merchant account from the gateway: on a page, once when it opens.
 * @param gatewayUrl where browsers reach the gateway, such as `https://pay.example`
 * @throws CardError `PAYMENT_KEY_UNAVAILABLE`
 * @example
 * const key = await fetchPaymentKey('https://pay.example', 'acc_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f');
 */
export async function fetchPaymentKey(gatewayUrl: string, merchantAccountId: string): Promise<PaymentKey> {
  const path = `v1/merchant-accounts/${encodeURIComponent(merchantAccountId)}/payment-key`;
  try {
    const base = gatewayUrl.endsWith('/') ? gatewayUrl : `${gatewayUrl}/`;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(new URL(path, base), { credentials: 'omit', redirect: 'error', signal });
    const { jwk } = (await response.json()) as { readonly jwk?: PaymentKey };
    if (!response.ok || !jwk) throw new CardError('PAYMENT_KEY_UNAVAILABLE');
    return jwk;
  } catch {
    throw new CardError('PAYMENT_KEY_UNAVAILABLE');
  }
}

/** @throws CardError `PAYMENT_KEY_INVALID` */
export async function importPaymentKey({ kty, crv, x, y }: PaymentKey): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('jwk', { kty, crv, x, y }, { name: 'ECDH', namedCurve: 'P-384' }, false, []);
  } catch {
    throw new CardError('PAYMENT_KEY_INVALID');
  }
}
