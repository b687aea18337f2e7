import { ACCOUNT_PROBLEMS } from '../accounts/account-error.js';
import { openTo } from '../accounts/scopes.js';
import { answer, type ApiDescription, problemsOf } from '../docs/api-description.js';
import { HTTP_PROBLEMS, READING } from '../http/http-problem.js';
import { hostedFieldsView, type HostedFieldsView } from './hosted-fields.dto.js';

const ACCOUNT_ID = 'acc_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f';
/** Digests of nothing that is served. */
const HOSTED_FIELDS: HostedFieldsView = {
  object: 'hosted_fields',
  merchantAccountId: ACCOUNT_ID,
  shopOrigins: ['https://shop.example'],
  frameUrl: `https://pay.example/hosted-fields/${ACCOUNT_ID}`,
  scripts: {
    cardFields: {
      url: 'https://pay.example/browser/card-fields.2f1c9b7a6d5e4f30.js',
      integrity: 'sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC',
    },
    cardEncryption: {
      url: 'https://pay.example/browser/card-encryption.8a7b6c5d4e3f2a1b.js',
      integrity: 'sha384-Li9vy3DqF8tnTXuiaAJuML3ky+er10rcgNR/VqsVpcw+ThHmYcwiB1pbOxEbzJr7',
    },
  },
  livemode: false,
};

/** What a shop's server reads to render a page that takes cards. */
export const describeHostedFields = (): ApiDescription => ({
  tags: ['Hosted fields'],
  paths: {
    '/v1/hosted-fields': {
      get: {
        tags: ['Hosted fields'],
        operationId: 'getHostedFields',
        security: openTo('payments', 'cards', 'payouts', 'read'),
        summary: 'Read what a page of yours needs to take cards in a frame of the gateway',
        responses: {
          200: answer('HostedFields', 'As of this version of the gateway.'),
          ...problemsOf({ ...ACCOUNT_PROBLEMS, ...HTTP_PROBLEMS }, [...READING, 'PAYMENT_KEY_NOT_FOUND']),
        },
      },
    },
  },
  outgoing: { HostedFields: hostedFieldsView },
  examples: { HostedFields: HOSTED_FIELDS },
});
