import { openTo } from '../accounts/scopes.js';
import { answer, type ApiDescription, type Json, pathParameter, problemsOf } from '../docs/api-description.js';
import { HTTP_PROBLEMS, READING } from '../http/http-problem.js';
import { PAYMENT_PROBLEMS } from '../payments/domain/payment-error.js';
import { paymentProof, type PaymentProof, proofKeySet, proofStatement } from './statement.js';
import { PROOF } from './proof-example.js';

const header = (description: string, value: string): Json => ({
  description,
  schema: { type: 'string', examples: [value] },
});

export const describeProof = (): ApiDescription => ({
  tags: ['Proofs'],
  paths: {
    '/v1/payments/{id}/proof': {
      get: {
        tags: ['Proofs'],
        operationId: 'getPaymentProof',
        summary: 'Get a signed file that says what happened to a payment',
        description:
          'For disputes and for the support of the bank: what the bank said, when and to which question, with hashes of what is kept of it. It is made anew with each request, of that moment. It holds no card number, no secret and nothing of the customer but the masked card.',
        security: openTo('payments', 'refunds', 'read'),
        parameters: [pathParameter('id', PROOF.statement.payment.id)],
        responses: {
          200: answer('PaymentProof', 'Keep it as it is.', {
            headers: {
              'Content-Disposition': header(
                'A name for the file.',
                `attachment; filename="proof-${PROOF.statement.payment.id}.json"`,
              ),
            },
          }),
          ...problemsOf({ ...PAYMENT_PROBLEMS, ...HTTP_PROBLEMS }, ['PAYMENT_NOT_FOUND', ...READING]),
        },
      },
    },
    '/.well-known/proof-keys.json': {
      get: {
        tags: ['Proofs'],
        operationId: 'getProofKeys',
        summary: 'Read the public keys that proofs are signed with',
        description: 'A JWK Set. Keep a copy of your own beside the proofs: then they verify wherever this gateway is.',
        security: [],
        responses: {
          200: answer('ProofKeySet', 'All keys that ever signed, the newest first.', {
            headers: { 'Cache-Control': header('How long it may be kept.', 'public, max-age=300') },
          }),
          ...problemsOf(HTTP_PROBLEMS, ['SERVICE_UNAVAILABLE']),
        },
      },
    },
  },
  outgoing: { PaymentProof: paymentProof, ProofStatement: proofStatement, ProofKeySet: proofKeySet },
  examples: { PaymentProof: PROOF satisfies PaymentProof, ProofStatement: PROOF.statement },
});
