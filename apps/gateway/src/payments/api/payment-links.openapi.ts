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
import {
  changePaymentLink,
  createPaymentLink,
  listPaymentLinks,
  paymentLinkPage,
  type PaymentLinkView,
  paymentLinkView,
} from './payment-link.dto.js';
import { qrQuery } from './payment.dto.js';
import { CODE_IMAGES, IDEMPOTENCY_KEY, problems, REPLAYED, WRITING } from './payments.openapi.js';

const LINK_ID = pathParameter('id');

const NEW_LINK = { amount: 45_000, currency: 'UAH' as const, description: 'Pottery course', reference: 'course-7' };
const LINK: PaymentLinkView = {
  ...NEW_LINK,
  object: 'payment_link',
  id: 'link_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  url: 'https://pay.shop.example/pay/link_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  status: 'active',
  active: true,
  usage: 'reusable',
  captureMethod: 'automatic',
  holdHours: null,
  paymentMethod: { type: 'hosted_page' },
  lineItems: null,
  livemode: false,
  returnUrl: null,
  language: 'uk',
  metadata: {},
  expiresInMinutes: 60,
  expiresAt: null,
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:00.000Z',
};

/** The routes below /v1/payment-links. */
export const describePaymentLinks = (): ApiDescription => ({
  tags: ['Payment links'],
  paths: { ...listPaths(), ...linkPaths() },
  incoming: { CreatePaymentLink: createPaymentLink, ChangePaymentLink: changePaymentLink },
  outgoing: { PaymentLink: paymentLinkView, PaymentLinkPage: paymentLinkPage },
  examples: { CreatePaymentLink: NEW_LINK, ChangePaymentLink: { active: false }, PaymentLink: LINK },
});

const listPaths = (): Json => ({
  '/v1/payment-links': {
    post: {
      tags: ['Payment links'],
      operationId: 'createPaymentLink',
      security: openTo('links'),
      summary: 'Make an address to pay at, to hand out as a link or as a QR code',
      parameters: [IDEMPOTENCY_KEY],
      requestBody: body('CreatePaymentLink'),
      responses: {
        201: answer('PaymentLink', 'Hand out its `url`.', REPLAYED),
        ...problems('PAYMENT_METHOD_UNAVAILABLE', ...WRITING),
      },
    },
    get: {
      tags: ['Payment links'],
      operationId: 'listPaymentLinks',
      security: openTo('links', 'read'),
      summary: 'List payment links, newest first',
      parameters: queryParameters(listPaymentLinks),
      responses: {
        200: answer('PaymentLinkPage', 'A page.'),
        ...problems('VALIDATION_FAILED', 'CURSOR_INVALID', ...READING),
      },
    },
  },
});

const linkPaths = (): Json => ({
  '/v1/payment-links/{id}': {
    get: {
      tags: ['Payment links'],
      operationId: 'getPaymentLink',
      security: openTo('links', 'read'),
      summary: 'Read a payment link',
      parameters: [LINK_ID],
      responses: { 200: answer('PaymentLink', 'As it is now.'), ...problems(...READING, 'PAYMENT_LINK_NOT_FOUND') },
    },
    patch: {
      tags: ['Payment links'],
      operationId: 'changePaymentLink',
      security: openTo('links'),
      summary: 'Switch a payment link off or on, or change its end or notes',
      parameters: [LINK_ID],
      requestBody: body('ChangePaymentLink'),
      responses: {
        200: answer('PaymentLink', 'As it is now.'),
        ...problems('PAYMENT_LINK_NOT_FOUND', ...CHANGING),
      },
    },
  },
  '/v1/payment-links/{id}/qr': {
    get: {
      tags: ['Payment links'],
      operationId: 'getPaymentLinkQr',
      security: openTo('links', 'read'),
      summary: 'Draw the address of a payment link as a QR code',
      parameters: [LINK_ID, ...queryParameters(qrQuery)],
      responses: { 200: CODE_IMAGES, ...problems('PAYMENT_LINK_NOT_FOUND', 'VALIDATION_FAILED', ...READING) },
    },
  },
});

const CHANGING = [
  'VALIDATION_FAILED',
  'BODY_NOT_JSON',
  'BODY_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED',
  ...READING,
] as const;
