import { type Json } from '../docs/api-description.js';
import { type FoundProblem, ProblemDocuments } from '../http/problem-document.js';
import { type ProblemCode, PROBLEMS } from './problems.js';

const REQUEST_ID = '01934f2c-7b7a-7c3e-9d1f-2a3b4c5d6e7f';
const documents = new ProblemDocuments<ProblemCode>(PROBLEMS, 'https://pay.example');

/** What is said of a certain request. Any other code has its title for a detail. */
const FOUND: Partial<Record<ProblemCode, Omit<FoundProblem, 'code'>>> = {
  VALIDATION_FAILED: {
    detail: 'amount must be a whole number of minor units (kopiyky), for example 12550 for 125.50 UAH.',
    errors: [
      {
        path: 'amount',
        message: 'must be a whole number of minor units (kopiyky), for example 12550 for 125.50 UAH',
      },
    ],
  },
  API_KEY_MISSING: { detail: 'The request carries no API key.' },
  API_KEY_INVALID: { detail: 'The API key is malformed, unknown, expired or revoked.' },
  API_KEY_SCOPE_MISSING: { detail: 'The key needs the scope refunds.' },
  API_KEY_ADDRESS_REFUSED: { detail: 'The key may not be used from 203.0.113.7.' },
  IDEMPOTENCY_IN_FLIGHT: { detail: 'a request with this Idempotency-Key is still being worked on' },
  IDEMPOTENCY_MISMATCH: { detail: 'this Idempotency-Key was used for a different request' },
  PAYMENT_NOT_FOUND: { detail: 'there is no payment pay_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f' },
  INTERNAL_ERROR: { detail: 'Something went wrong on our side. Nothing that was accepted is lost.' },
};

/** An example for every code, as it goes over the wire. */
export const problemExamples = (): Json =>
  Object.fromEntries(
    (Object.keys(PROBLEMS) as ProblemCode[]).map((code) => {
      const found = FOUND[code] ?? { detail: `${PROBLEMS[code].title}.` };
      return [code, { summary: PROBLEMS[code].title, value: documents.of({ code, ...found }, REQUEST_ID) }];
    }),
  );
