import { z } from 'zod';

export const paymentKeyView = z
  .object({
    object: z.literal('payment_key'),
    merchantAccountId: z.string(),
    jwk: z
      .object({
        kty: z.literal('EC'),
        crv: z.literal('P-384'),
        x: z.string(),
        y: z.string(),
        use: z.literal('enc'),
        alg: z.literal('ECDH-ES+A256KW'),
        kid: z.string().meta({
          description:
            'Thumbprint of the key (RFC 7638, SHA-256): another key has another. The header of the JWE goes without it.',
        }),
      })
      .meta({ description: 'Public key of the bank. `enc` of the JWE is `A256GCM`.' }),
    livemode: z.boolean(),
  })
  .meta({ id: 'PaymentKey', description: 'What a browser encrypts card data with. It holds nothing secret.' });
export type PaymentKeyView = z.output<typeof paymentKeyView>;
