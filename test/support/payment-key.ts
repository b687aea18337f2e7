import { generateKeyPairSync } from 'node:crypto';

export interface PaymentKeyPair {
  readonly publicJwk: Record<'kty' | 'crv' | 'x' | 'y', string>;
  readonly privateJwk: Record<'kty' | 'crv' | 'x' | 'y' | 'd', string>;
}

/** As the bank has it: it hands out the public half. */
export function aPaymentKeyPair(): PaymentKeyPair {
  const {
    x = '',
    y = '',
    d = '',
  } = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
  const publicJwk = { kty: 'EC', crv: 'P-384', x, y };
  return { publicJwk, privateJwk: { ...publicJwk, d } };
}

export const aPaymentKey = (): PaymentKeyPair['publicJwk'] => aPaymentKeyPair().publicJwk;
