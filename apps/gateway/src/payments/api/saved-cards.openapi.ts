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
import { ENCRYPTED } from './payment-examples.js';
import { IDEMPOTENCY_KEY, problems, REPLAYED, WRITING } from './payments.openapi.js';
import { changeCard, keepCard, listCards, savedCardPage, type SavedCardView, savedCardView } from './saved-card.dto.js';

const CARD: SavedCardView = {
  object: 'card',
  id: 'card_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  customerId: 'customer-42',
  status: 'active',
  cardMask: '411111******1111',
  scheme: 'VISA',
  origin: { type: 'payment', id: 'pay_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f' },
  livemode: false,
  createdAt: '2026-01-31T12:03:12.000Z',
  updatedAt: '2026-01-31T12:03:12.000Z',
};
const KEPT: SavedCardView = { ...CARD, scheme: null, origin: { type: 'api', id: null } };

/** The routes below /v1/customers. */
export const describeSavedCards = (): ApiDescription => ({
  tags: ['Saved cards'],
  paths: savedCardPaths(),
  incoming: { KeepCard: keepCard, ChangeCard: changeCard },
  outgoing: { Card: savedCardView, CardPage: savedCardPage },
  examples: {
    KeepCard: { encryptedNumber: ENCRYPTED, encryptedExpiry: ENCRYPTED },
    ChangeCard: { status: 'suspended' },
    Card: CARD,
    keepCard: KEPT,
    changeCard: { ...CARD, status: 'suspended' },
    deleteCard: { ...CARD, status: 'deleted' },
    CardPage: { data: [CARD], nextCursor: null },
  },
});

const OF_CUSTOMER = [
  {
    ...pathParameter('customerId', 'customer-42'),
    description:
      'Your own id of the customer, as in `customer.id` of a payment; percent-encoded, at most 255 characters.',
  },
];
const OF_CARD = [...OF_CUSTOMER, pathParameter('id')];
const ASKING = ['VALIDATION_FAILED', 'CARD_NUMBER_REFUSED', ...READING] as const;
const CHANGING = ['CARD_NOT_FOUND', 'CARD_NOT_CHANGEABLE', ...ASKING] as const;

const savedCardPaths = (): Json => ({
  '/v1/customers/{customerId}/cards': {
    post: {
      tags: ['Saved cards'],
      operationId: 'keepCard',
      security: openTo('cards'),
      summary: 'Have the bank keep a card of a customer, without a payment',
      parameters: [...OF_CUSTOMER, IDEMPOTENCY_KEY],
      requestBody: body('KeepCard'),
      responses: {
        201: answer('Card', 'The bank keeps it.', REPLAYED),
        ...problems('CARD_REFUSED', 'CARD_NUMBER_REFUSED', ...WRITING),
      },
    },
    get: {
      tags: ['Saved cards'],
      operationId: 'listCards',
      security: openTo('cards', 'read'),
      summary: 'List the cards of a customer, newest first',
      parameters: [...OF_CUSTOMER, ...queryParameters(listCards)],
      responses: { 200: answer('CardPage', 'A page.'), ...problems('CURSOR_INVALID', ...ASKING) },
    },
  },
  '/v1/customers/{customerId}/cards/{id}': {
    get: {
      tags: ['Saved cards'],
      operationId: 'getCard',
      security: openTo('cards', 'read'),
      summary: 'Read a card of a customer',
      parameters: OF_CARD,
      responses: { 200: answer('Card', 'As it is now.'), ...problems('CARD_NOT_FOUND', ...ASKING) },
    },
    patch: {
      tags: ['Saved cards'],
      operationId: 'changeCard',
      security: openTo('cards'),
      summary: 'Suspend a card, or let it pay again',
      parameters: OF_CARD,
      requestBody: body('ChangeCard'),
      responses: {
        200: answer('Card', 'As it is at the bank now. A repeat is safe.'),
        ...problems('BODY_NOT_JSON', 'BODY_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', ...CHANGING),
      },
    },
    delete: {
      tags: ['Saved cards'],
      operationId: 'deleteCard',
      security: openTo('cards'),
      summary: 'Have the bank forget a card; this cannot be undone',
      parameters: OF_CARD,
      responses: { 200: answer('Card', 'It is gone at the bank. A repeat is safe.'), ...problems(...CHANGING) },
    },
  },
});
