import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { type BankMerchant } from './bank-control.js';

/** One merchant as both sides know it. The private half goes to the gateway only. */
export interface DemoMerchant {
  readonly bank: BankMerchant;
  /** Private JWK as JSON text. */
  readonly privateKey: string;
  readonly apiKey: string;
  /** Private half of the key of Authorization 2.0, as an operator installs it. */
  readonly signingKey: { readonly id: string; readonly jwk: object };
}

export function aMerchant(over: Partial<BankMerchant> = {}): DemoMerchant {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomUUID();
  const clientPublicKey = publicKey.export({ format: 'jwk' });
  return {
    bank: {
      serviceCode: randomUUID(),
      merchantId: randomUUID(),
      name: 'Test merchant',
      clientPublicKey,
      terminal: 'test',
      signingKeys: [{ kid, publicKey: signing.publicKey.export({ type: 'spki', format: 'pem' }).toString() }],
      ...over,
    },
    privateKey: JSON.stringify(privateKey.export({ format: 'jwk' })),
    signingKey: { id: kid, jwk: signing.privateKey.export({ format: 'jwk' }) },
    apiKey: `ap_test_${randomBytes(33).toString('base64url').slice(0, 43)}`,
  };
}
