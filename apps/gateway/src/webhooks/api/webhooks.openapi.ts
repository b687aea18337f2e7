import { openTo } from '../../accounts/scopes.js';
import {
  answer,
  type ApiDescription,
  body,
  idempotencyKey,
  type Json,
  pathParameter,
  problemsOf,
  queryParameters,
} from '../../docs/api-description.js';
import { HTTP_PROBLEMS, READING } from '../../http/http-problem.js';
import { eventView } from '../../outbox/event-view.js';
import { PAYMENT_PROBLEMS } from '../../payments/domain/payment-error.js';
import { WEBHOOK_PROBLEMS } from '../webhook-error.js';
import { WEBHOOK_EXAMPLES } from './webhook-examples.js';
import {
  changeEndpoint,
  createEndpoint,
  deliveryPage,
  deliveryView,
  deliveryWithLog,
  endpointList,
  endpointView,
  endpointWithSecret,
  eventPage,
  listDeliveries,
  listEvents,
  recoverEvents,
  recovery,
  rotateSecret,
} from './webhook.dto.js';

const PROBLEMS = { ...HTTP_PROBLEMS, ...PAYMENT_PROBLEMS, ...WEBHOOK_PROBLEMS };
const problems = (...codes: (keyof typeof PROBLEMS)[]): Json => problemsOf(PROBLEMS, codes);

/** Problems of every request, of every one with a body, and of every one that makes a secret. */
const WRITING = ['VALIDATION_FAILED', 'BODY_NOT_JSON', 'BODY_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', ...READING] as const;
const CREATING = ['IDEMPOTENCY_KEY_MISSING', 'IDEMPOTENCY_KEY_INVALID', 'IDEMPOTENCY_MISMATCH', ...WRITING] as const;

const IDEMPOTENCY_KEY = idempotencyKey(
  'Unique to this request. Repeat a request with the same key and it happens once; the secret is the same.',
);
const TO_READ_EVENTS = openTo('payments', 'refunds', 'webhooks', 'read');
const TO_READ = openTo('webhooks', 'read');
const TO_WRITE = openTo('webhooks');

/** The routes below /v1/events and /v1/webhook-endpoints. */
export const describeWebhooks = (): ApiDescription => ({
  tags: ['Events', 'Webhooks'],
  paths: { ...eventPaths(), ...endpointPaths(), ...secretPaths(), ...deliveryPaths() },
  incoming: {
    CreateWebhookEndpoint: createEndpoint,
    ChangeWebhookEndpoint: changeEndpoint,
    RotateWebhookSecret: rotateSecret,
    RecoverEvents: recoverEvents,
  },
  outgoing: {
    Event: eventView,
    EventPage: eventPage,
    WebhookEndpoint: endpointView,
    WebhookEndpointWithSecret: endpointWithSecret,
    WebhookEndpointList: endpointList,
    WebhookDelivery: deliveryView,
    WebhookDeliveryWithLog: deliveryWithLog,
    WebhookDeliveryPage: deliveryPage,
    Recovery: recovery,
  },
  examples: WEBHOOK_EXAMPLES,
});

const eventPaths = (): Json => ({
  '/v1/events': {
    get: {
      tags: ['Events'],
      operationId: 'listEvents',
      security: TO_READ_EVENTS,
      summary: 'Read the feed of events, oldest first',
      description:
        'For a shop that has no public address, or that wants to be sure. Keep `nextCursor` and ask again with it: no event is ever passed over, also not one that was committed late.',
      parameters: queryParameters(listEvents),
      responses: {
        200: answer('EventPage', 'A page.'),
        ...problems('VALIDATION_FAILED', 'CURSOR_INVALID', ...READING),
      },
    },
  },
  '/v1/events/{id}': {
    get: {
      tags: ['Events'],
      operationId: 'getEvent',
      security: TO_READ_EVENTS,
      summary: 'Read an event',
      parameters: [pathParameter('id')],
      responses: { 200: answer('Event', 'As it is sent to endpoints.'), ...problems('EVENT_NOT_FOUND', ...READING) },
    },
  },
});

const endpointPaths = (): Json => ({
  '/v1/webhook-endpoints': {
    post: {
      tags: ['Webhooks'],
      operationId: 'createWebhookEndpoint',
      security: TO_WRITE,
      summary: 'Have events posted to an address, signed as Standard Webhooks says',
      parameters: [IDEMPOTENCY_KEY],
      requestBody: body('CreateWebhookEndpoint'),
      responses: {
        201: answer('WebhookEndpointWithSecret', 'Created: keep the secret.'),
        ...problems('WEBHOOK_ENDPOINT_LIMIT', ...CREATING),
      },
    },
    get: {
      tags: ['Webhooks'],
      operationId: 'listWebhookEndpoints',
      security: TO_READ,
      summary: 'List the endpoints of the account',
      responses: { 200: answer('WebhookEndpointList', 'All of them.'), ...problems(...READING) },
    },
  },
  '/v1/webhook-endpoints/{id}': {
    get: {
      tags: ['Webhooks'],
      operationId: 'getWebhookEndpoint',
      security: TO_READ,
      summary: 'Read an endpoint',
      parameters: [pathParameter('id')],
      responses: {
        200: answer('WebhookEndpoint', 'As it is now.'),
        ...problems('WEBHOOK_ENDPOINT_NOT_FOUND', ...READING),
      },
    },
    patch: {
      tags: ['Webhooks'],
      operationId: 'changeWebhookEndpoint',
      security: TO_WRITE,
      summary: 'Change what is given; switch it off or on',
      parameters: [pathParameter('id')],
      requestBody: body('ChangeWebhookEndpoint'),
      responses: {
        200: answer('WebhookEndpoint', 'As it is now.'),
        ...problems('WEBHOOK_ENDPOINT_NOT_FOUND', ...WRITING),
      },
    },
  },
});

const secretPaths = (): Json => ({
  '/v1/webhook-endpoints/{id}/rotate-secret': {
    post: {
      tags: ['Webhooks'],
      operationId: 'rotateWebhookSecret',
      security: TO_WRITE,
      summary: 'Make a new secret; the one before it goes on signing for a while',
      parameters: [pathParameter('id'), IDEMPOTENCY_KEY],
      requestBody: body('RotateWebhookSecret'),
      responses: {
        200: answer('WebhookEndpointWithSecret', 'The new secret signs from now on.'),
        ...problems('WEBHOOK_ENDPOINT_NOT_FOUND', ...CREATING),
      },
    },
  },
  '/v1/webhook-endpoints/{id}/test': {
    post: {
      tags: ['Webhooks'],
      operationId: 'testWebhookEndpoint',
      security: TO_WRITE,
      summary: 'Send a test event to this endpoint; may be repeated',
      parameters: [pathParameter('id')],
      responses: {
        202: {
          description: 'On its way.',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: { eventId: { type: 'string', examples: ['evt_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] } },
                required: ['eventId'],
              },
            },
          },
        },
        ...problems('WEBHOOK_ENDPOINT_NOT_FOUND', ...READING),
      },
    },
  },
});

const deliveryPaths = (): Json => ({
  '/v1/webhook-endpoints/{id}/recover': {
    post: {
      tags: ['Webhooks'],
      operationId: 'recoverWebhookEvents',
      security: TO_WRITE,
      summary: 'Send what an endpoint missed since a time; may be repeated',
      parameters: [pathParameter('id')],
      requestBody: body('RecoverEvents'),
      responses: {
        200: answer('Recovery', 'How many are on their way, or would be.'),
        ...problems('WEBHOOK_ENDPOINT_NOT_FOUND', ...WRITING),
      },
    },
  },
  '/v1/webhook-endpoints/{id}/deliveries': {
    get: {
      tags: ['Webhooks'],
      operationId: 'listWebhookDeliveries',
      security: TO_READ,
      summary: 'List deliveries to an endpoint, newest first',
      parameters: [pathParameter('id'), ...queryParameters(listDeliveries)],
      responses: {
        200: answer('WebhookDeliveryPage', 'A page. `status=dead` lists what was given up.'),
        ...problems('VALIDATION_FAILED', 'CURSOR_INVALID', 'WEBHOOK_ENDPOINT_NOT_FOUND', ...READING),
      },
    },
  },
  '/v1/webhook-endpoints/{id}/deliveries/{deliveryId}': {
    get: {
      tags: ['Webhooks'],
      operationId: 'getWebhookDelivery',
      security: TO_READ,
      summary: 'Read a delivery with its log',
      parameters: [pathParameter('id'), pathParameter('deliveryId')],
      responses: {
        200: answer('WebhookDeliveryWithLog', 'Each attempt with its answer and how long it took.'),
        ...problems('WEBHOOK_DELIVERY_NOT_FOUND', ...READING),
      },
    },
  },
  '/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/resend': {
    post: {
      tags: ['Webhooks'],
      operationId: 'resendWebhookDelivery',
      security: TO_WRITE,
      summary: 'Send a delivery again, whatever became of it; may be repeated',
      parameters: [pathParameter('id'), pathParameter('deliveryId')],
      responses: {
        202: answer('WebhookDelivery', 'On its way.'),
        ...problems('WEBHOOK_DELIVERY_NOT_FOUND', ...READING),
      },
    },
  },
});
