import { z } from 'zod';
import { AllianceError, readPublicJwk, thumbprintOf } from '#libs/alliance';

/** The bank's public JWK for card data, its four members alone. */
export type PaymentKey = Record<'kty' | 'crv' | 'x' | 'y', string>;

/** What an operator gives; members that are not needed, such as `kid`, are dropped. */
export const paymentKey = z.record(z.string(), z.unknown()).transform((jwk, context): PaymentKey => {
  const read = readPaymentKey(jwk);
  if (typeof read !== 'string') return read;
  context.addIssue({ code: 'custom', message: read });
  return z.NEVER;
});

/** The bank gives its keys no ids: this one changes with the key. */
export const kidOf = (key: PaymentKey): string => thumbprintOf(readPublicJwk(key));

/** @returns the key, or what is wrong with it; never a part of it */
export function readPaymentKey(jwk: object): PaymentKey | string {
  if ('d' in jwk) return 'must be the public key of the bank: this one has the private member "d"';
  try {
    return { ...readPublicJwk(jwk) };
  } catch (error) {
    if (!(error instanceof AllianceError)) throw error;
    return `must be a public P-384 key: ${error.message}`;
  }
}
