import { openTo } from '../../accounts/scopes.js';
import {
  answer,
  type ApiDescription,
  body,
  type Json,
  pathParameter,
  queryParameters,
} from '../../docs/api-description.js';
import { READING } from '../../http/http-problem.js';
import { balanceView, createPayout, listPayouts, payoutPage, type PayoutView, payoutView } from './payout.dto.js';
import { IDEMPOTENCY_KEY, problems, REPLAYED, WRITING } from './payments.openapi.js';

const NEW_PAYOUT = {
  amount: 50_000,
  currency: 'UAH' as const,
  reference: 'prize-7',
  description: 'Prize',
};
const PAYOUT: PayoutView = {
  ...NEW_PAYOUT,
  object: 'payout',
  id: 'po_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  status: 'processing',
  livemode: false,
  failure: null,
  receipt: null,
  flags: [],
  metadata: {},
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:00.000Z',
};
const SENT = {
  ...NEW_PAYOUT,
  destination: {
    type: 'card',
    encryptedNumber: `${'e'.repeat(20)}.${'k'.repeat(54)}.${'i'.repeat(16)}.${'c'.repeat(22)}.${'t'.repeat(22)}`,
  },
  recipient: { id: 'winner-7', taxId: '1234567890', firstName: 'Олена', lastName: 'Нечуй' },
};

/** The routes below /v1/payouts, and the balance. */
export const describePayouts = (): ApiDescription => ({
  tags: ['Payouts'],
  paths: { ...payoutPaths(), ...balancePaths() },
  incoming: { CreatePayout: createPayout },
  outgoing: { Payout: payoutView, PayoutPage: payoutPage, Balance: balanceView },
  examples: {
    CreatePayout: SENT,
    Payout: PAYOUT,
    Balance: {
      object: 'balance',
      ...{ available: 1_500_000, overdraft: 0, total: 1_500_000, currency: 'UAH', livemode: false },
    },
  },
});

const payoutPaths = (): Json => ({
  '/v1/payouts': {
    post: {
      tags: ['Payouts'],
      operationId: 'createPayout',
      security: openTo('payouts'),
      summary: 'Send money from the account of the merchant to a card, once',
      parameters: [IDEMPOTENCY_KEY],
      requestBody: body('CreatePayout'),
      responses: {
        201: answer('Payout', 'The bank has it, or refused it: `status` says which.', REPLAYED),
        202: answer('Payout', 'Nobody knows yet whether the bank has it; it is being asked. Do not send it again.'),
        ...problems('PAYOUT_OVER_LIMIT', ...WRITING),
      },
    },
    get: {
      tags: ['Payouts'],
      operationId: 'listPayouts',
      security: openTo('payouts', 'read'),
      summary: 'List payouts, newest first',
      parameters: queryParameters(listPayouts),
      responses: {
        200: answer('PayoutPage', 'A page.'),
        ...problems('VALIDATION_FAILED', 'CURSOR_INVALID', ...READING),
      },
    },
  },
  '/v1/payouts/{id}': {
    get: {
      tags: ['Payouts'],
      operationId: 'getPayout',
      security: openTo('payouts', 'read'),
      summary: 'Read a payout',
      parameters: [pathParameter('id')],
      responses: { 200: answer('Payout', 'As it is now.'), ...problems(...READING, 'PAYOUT_NOT_FOUND') },
    },
  },
});

const balancePaths = (): Json => ({
  '/v1/balance': {
    get: {
      tags: ['Payouts'],
      operationId: 'getBalance',
      security: openTo('payouts', 'read'),
      summary: 'Ask the bank what is on the account of the merchant',
      responses: {
        200: answer('Balance', 'As the bank says now.'),
        ...problems('BALANCE_UNAVAILABLE', ...READING),
      },
    },
  },
});
