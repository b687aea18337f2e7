import { CodedError, type ProblemTable } from '../problems/coded-error.js';

export type WebhookErrorCode =
  'EVENT_NOT_FOUND' | 'WEBHOOK_ENDPOINT_NOT_FOUND' | 'WEBHOOK_DELIVERY_NOT_FOUND' | 'WEBHOOK_ENDPOINT_LIMIT';

export const WEBHOOK_PROBLEMS: ProblemTable<WebhookErrorCode> = {
  EVENT_NOT_FOUND: {
    status: 404,
    title: 'No such event',
    remedy: 'Check the id, and that the API key belongs to the account of the event.',
  },
  WEBHOOK_ENDPOINT_NOT_FOUND: {
    status: 404,
    title: 'No such webhook endpoint',
    remedy: 'List the endpoints of the account at /v1/webhook-endpoints.',
  },
  WEBHOOK_DELIVERY_NOT_FOUND: {
    status: 404,
    title: 'No such delivery',
    remedy: 'List the deliveries of the endpoint at /v1/webhook-endpoints/{id}/deliveries.',
  },
  WEBHOOK_ENDPOINT_LIMIT: {
    status: 409,
    title: 'The account has as many endpoints as it may have',
    remedy: 'Change or switch off one that there is; an endpoint can take every type of event.',
  },
};

/** What was asked about events and webhooks cannot be done. */
export class WebhookError extends CodedError<WebhookErrorCode> {
  override readonly name = 'WebhookError';
}
