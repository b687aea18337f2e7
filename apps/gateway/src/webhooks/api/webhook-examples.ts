import { type EventView } from '../../outbox/event-view.js';
import { type DeliveryView, type DeliveryWithLog, type EndpointView } from './webhook.dto.js';

const EVENT: EventView = {
  object: 'event',
  id: 'evt_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  type: 'payment.succeeded',
  subject: { type: 'payment', id: 'pay_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f' },
  sequence: 2,
  data: {},
  livemode: false,
  createdAt: '2026-01-31T12:03:12.000Z',
};

const ENDPOINT: EndpointView = {
  object: 'webhook_endpoint',
  id: 'we_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  url: 'https://shop.example/webhooks',
  eventTypes: ['payment.succeeded', 'refund.updated'],
  description: 'The shop',
  enabled: true,
  disabledReason: null,
  failingSince: null,
  livemode: false,
  createdAt: '2026-01-30T08:00:00.000Z',
  updatedAt: '2026-01-30T08:00:00.000Z',
};
const WITH_SECRET = { ...ENDPOINT, secret: 'whsec_C2FVsBQIhrscChlQIMV-b5sSYspob7oD' };

const REFUSED: DeliveryWithLog['log'][number] = {
  at: '2026-01-31T12:03:13.000Z',
  durationMs: 42,
  statusCode: 500,
  error: null,
  answer: 'Internal Server Error',
};

const DELIVERY: DeliveryView = {
  object: 'webhook_delivery',
  id: 'wd_01934f2c7b7a4c3e9d1f2a3b4c5d6e7f',
  endpointId: ENDPOINT.id,
  event: { id: EVENT.id, type: EVENT.type },
  status: 'pending',
  attempts: 1,
  nextAttemptAt: '2026-01-31T12:03:18.000Z',
  lastAttempt: REFUSED,
  createdAt: '2026-01-31T12:03:12.500Z',
};

/** For the document, by schema or operation. */
export const WEBHOOK_EXAMPLES = {
  CreateWebhookEndpoint: {
    url: ENDPOINT.url,
    eventTypes: ENDPOINT.eventTypes,
    description: ENDPOINT.description,
  },
  ChangeWebhookEndpoint: { enabled: true },
  RotateWebhookSecret: { overlapHours: 24 },
  RecoverEvents: { since: '2026-01-31T12:00:00Z', dryRun: true },
  Event: EVENT,
  EventPage: { data: [EVENT], nextCursor: 'MTIzNDU', hasMore: false },
  WebhookEndpoint: ENDPOINT,
  WebhookEndpointWithSecret: WITH_SECRET,
  WebhookEndpointList: { data: [ENDPOINT] },
  WebhookDelivery: DELIVERY,
  WebhookDeliveryWithLog: { ...DELIVERY, log: [REFUSED] },
  WebhookDeliveryPage: { data: [DELIVERY], nextCursor: null },
  Recovery: { dryRun: true, events: 3, hasMore: false },
};
