import { ACCOUNT_PROBLEMS } from '../../accounts/account-error.js';
import { answer, type ApiDescription, type Json, pathParameter, problemsOf } from '../../docs/api-description.js';
import { HTTP_PROBLEMS } from '../../http/http-problem.js';
import { paymentKeyView, type PaymentKeyView } from './payment-key.dto.js';

const ACCOUNT_ID = 'acc_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f';
/** A key of nobody's. */
const PAYMENT_KEY: PaymentKeyView = {
  object: 'payment_key',
  merchantAccountId: ACCOUNT_ID,
  jwk: {
    kty: 'EC',
    crv: 'P-384',
    x: 'ccgPw1xCvj6QRlA6V2sc-9IOyUc4rFrS7B8DRu_fwh6NXwvKuUhybmDMLKqu9CKz',
    y: 'l3Sc97PwhxqKeCrSzM3SfKfEvKMvjYR5Cg7L5-idcYDvIFravxrcyy9J2j-nJ5Hg',
    use: 'enc',
    alg: 'ECDH-ES+A256KW',
    kid: '8CTTpUu2_oHaj3VFbSnjzv3cY66Y0wV6Sbvr2Y0RQgk',
  },
  livemode: false,
};
const header = (description: string, value: string): Json => ({
  description,
  schema: { type: 'string', examples: [value] },
});

/** The one route below /v1 that needs no key: pages of shops read it. */
export const describePaymentKey = (): ApiDescription => ({
  tags: ['Payment key'],
  paths: {
    '/v1/merchant-accounts/{id}/payment-key': {
      get: {
        tags: ['Payment key'],
        operationId: 'getPaymentKey',
        summary: 'Read the public key that a browser encrypts card data with',
        description:
          'For the pages of your shop, whatever their origin: nothing of the answer is secret. Send no headers of your own, since a preflight is not answered.',
        security: [],
        parameters: [pathParameter('id', ACCOUNT_ID)],
        responses: {
          200: answer('PaymentKey', 'It may be kept for as long as `Cache-Control` says.', {
            headers: {
              'Access-Control-Allow-Origin': header('Pages of every origin may read it.', '*'),
              'Cache-Control': header('How long browsers and proxies may keep it.', 'public, max-age=300'),
            },
          }),
          ...problemsOf({ ...ACCOUNT_PROBLEMS, ...HTTP_PROBLEMS }, ['PAYMENT_KEY_NOT_FOUND', 'SERVICE_UNAVAILABLE']),
        },
      },
    },
  },
  outgoing: { PaymentKey: paymentKeyView },
  examples: { PaymentKey: PAYMENT_KEY },
});
